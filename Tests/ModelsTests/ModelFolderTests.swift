import Foundation
import Models
import TestFixtures
import Testing

/// What a path given as a model stands for.
struct ModelFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func makeCheckpoint(_ path: String, isComplete: Bool = true) throws {
        let url = folder.url.appending(path: path)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        if isComplete { try Data("{}".utf8).write(to: url.appending(path: "config.json")) }
    }

    private func problem(_ path: String) -> String {
        let error = #expect(throws: CheckpointError.self) { try ModelDirectory.checkpointPath(at: path) }
        return error?.problem ?? ""
    }

    @Test func aCheckpointIsItself() throws {
        try makeCheckpoint("model")
        #expect(try ModelDirectory.checkpointPath(at: folder.path("model")) == folder.path("model"))
    }

    @Test func aRunIsItsNewestCheckpoint() throws {
        for step in [20, 9, 100] { try makeCheckpoint("run/checkpoints/step-\(step)") }
        try makeCheckpoint("run/checkpoints/.step-120.partial")
        try makeCheckpoint("run/checkpoints/step-200", isComplete: false)
        let newest = folder.path("run/checkpoints/step-100")
        for path in ["run", "run/", "run/checkpoints"] {
            #expect(try ModelDirectory.checkpointPath(at: "\(folder.url.path)/\(path)") == newest)
        }
    }

    @Test func aRunWithoutACheckpointSaysSo() throws {
        try makeCheckpoint("run/checkpoints", isComplete: false)
        #expect(problem(folder.path("run")).contains("the run has no checkpoint yet"))
    }

    @Test func aNameOfTheHubSaysHowToDownloadIt() throws {
        #expect(
            problem("Qwen/Qwen2.5-VL-3B-Instruct") == """
                there is no such folder; to download the model from the Hugging Face hub: hf download \
                Qwen/Qwen2.5-VL-3B-Instruct --local-dir models/Qwen2.5-VL-3B-Instruct, then give \
                models/Qwen2.5-VL-3B-Instruct
                """)
        // A path below a folder that exists is a mistyped one.
        #expect(problem("Tests/Modls") == "the folder does not exist; check the path")
        #expect(problem("nowhere") == "the folder does not exist; check the path")
        #expect(problem("/no/where") == "the folder does not exist; check the path")
    }

    @Test func aFileIsNoModel() throws {
        let file = try folder.write("", to: "weights")
        #expect(problem(file.path).contains("it is a file"))
    }
}
