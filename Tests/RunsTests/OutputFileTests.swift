import Foundation
import Runs
import TestFixtures
import Testing

/// What would prevent the writing of an output at the end of a command is found at its start.
struct OutputFileTests {
    @Test func parentsAreMadeAndTheFileAppearsOnlyWhenItIsWritten() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a/b/page.html")
        let file = try OutputFile(path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("a/b")) == [])
        try file.write("text")
        #expect(try text(of: URL(filePath: path)) == "text")
    }

    @Test func anExistingFileStaysUntilItIsReplaced() throws {
        let folder = try TemporaryFolder()
        let url = try folder.write("old", to: "page.html")
        let file = try OutputFile(url.path)
        #expect(try text(of: url) == "old")
        try file.write("new")
        #expect(try text(of: url) == "new")
    }

    @Test func aFolderIsNoFile() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: RunError.self) { try OutputFile(folder.url.path) }
        #expect(error?.description.contains("it is a folder") == true)
    }

    @Test func aDeviceIsNotReplaced() throws {
        let error = #expect(throws: RunError.self) { try OutputFile("/dev/null") }
        #expect(error?.description.contains("it is not a regular file") == true)
    }

    @Test func aParentThatIsAFileIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", to: "file").path
        for make in [
            { _ = try OutputFile("\(path)/page.html") }, { _ = try OutputFolder(new: "\(path)/model") },
        ] {
            let error = #expect(throws: RunError.self) { try make() }
            #expect(error?.description.contains(path) == true)
            #expect(error?.description.contains("NSError") == false)
        }
    }

    @Test func aFolderToCreateMustNotExist() throws {
        let folder = try TemporaryFolder()
        #expect(throws: RunError.self) { try OutputFolder(new: folder.url.path) }
        let new = try OutputFolder(new: folder.path("models/tuned"))
        #expect(!FileManager.default.fileExists(atPath: new.url.path))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("models")) == [])
    }
}
