import Agent
import Foundation
import Imaging
import JSON
import Tasks
import TestFixtures
import Testing

@Suite struct ExportTests {
    @Test func exampleFilesHoldWhatTheExampleHolds() async throws {
        let temporary = try TemporaryFolder()
        let folder = temporary.url.appending(path: "exported", directoryHint: .isDirectory)
        var configuration = VisualSearchConfiguration()
        configuration.canvas = 560
        configuration.objectCount = 2...3
        let search = try VisualSearch(configuration, seed: 5, split: .test, count: 2)
        try await search.export(0..<2, to: folder)

        let text = try String(contentsOf: folder.appending(path: "examples.jsonl"), encoding: .utf8)
        let lines = try text.split(separator: "\n").map { try JSONValue(parsing: $0) }
        #expect(lines.count == 2)
        for (index, line) in lines.enumerated() {
            let example = search.example(at: index)
            #expect(line["id"]?.string == example.id)
            #expect(line["answer"]?.string == example.answer)
            #expect(line["kind"]?.string == "attribute")
            #expect(line["tools"] == .array([.string("image_zoom_in_tool")]))
            let box = example.groundTruthBoxes[0]
            #expect(
                line["boxes"] == .array([.array([box.x1, box.y1, box.x2, box.y2].map { .number($0) })]))
            let messages = try #require(line["messages"]?.array)
            #expect(messages.map { $0["role"]?.string } == ["system", "user"])
            let parts = try #require(messages[1]["content"]?.array)
            #expect(parts[1]["text"]?.string == example.question)
            let name = try #require(parts[0]["image_url"]?["url"]?.string)
            let path = folder.appending(path: name).path(percentEncoded: false)
            let image = example.images[0]
            #expect(try EncodedImage(path: path).decoded() == image.pixels(region: image.bounds))
        }
    }

    @Test func allOfASetAreWritten() async throws {
        let temporary = try TemporaryFolder()
        var configuration = VisualSearchConfiguration()
        configuration.canvas = 420
        configuration.objectCount = 1...1
        let folder = temporary.url.appending(path: "exported", directoryHint: .isDirectory)
        try await VisualSearch(configuration, seed: 5, split: .test, count: 3).export(0..<3, to: folder)
        let path = folder.path(percentEncoded: false)
        let images = try FileManager.default.contentsOfDirectory(atPath: path + "/images")
        #expect(Set(images) == ["0-0.png", "1-0.png", "2-0.png"])
        let text = try String(contentsOf: folder.appending(path: "examples.jsonl"), encoding: .utf8)
        #expect(text.split(separator: "\n").count == 3)
    }

    @Test func anExistingFolderIsLeftAlone() async throws {
        let temporary = try TemporaryFolder()
        let search = try VisualSearch(.init(), seed: 5, split: .test)
        await #expect(throws: ExportError.self) { try await search.export(0..<1, to: temporary.url) }
        #expect(try temporary.names == [])
    }
}
