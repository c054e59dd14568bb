import Agent
import Evaluation
import Foundation
import Imaging
import JSON
import Rollout
import Runs
import Synchronization
import Tasks
import TestFixtures
import Testing

extension RolloutRequest {
    /// Which of the four samples of an example it is.
    fileprivate var sample: Int { recordID.group % 4 }
}

/// Choosing examples by how often a model is right.
@Suite struct SelectorTests {
    /// Answers with what the script gives; nil writes no answer.
    private func script(_ answer: @escaping @Sendable (RolloutRequest) -> String?) -> ScriptedModel {
        ScriptedModel { answer($0).map { "<answer>\($0)</answer>" } ?? "I do not know." }
    }

    private struct Silent: Judge {
        func isCorrect(_ answer: String, for example: Example) async throws -> Bool {
            throw Unjudged(reason: "asleep")
        }
    }

    private func row(_ id: Int, _ text: String = "What is it?", answer: String = "red") throws -> String {
        let image = Image(size: ImageSize(width: 64, height: 48), filledWith: RGB(red: 9, green: 9, blue: 9))
        let address = "data:image/png;base64," + Data(try image.encodedPNG()).base64EncodedString()
        let question = JSONValue.string(text).text
        return """
            {"id": "\(id)", "answer": "\(answer)", "boxes": [[4, 4, 12, 12]], "tools": ["image_zoom_in_tool"], \
            "messages": [{"role": "user", "content": [\
            {"type": "image_url", "image_url": {"url": "\(address)"}}, {"type": "text", "text": \(question)}]}]}
            """
    }

    private func select(
        _ rows: [String], _ model: ScriptedModel, in folder: URL,
        judge: any Judge = ExactMatchJudge(),
        stopAfter batches: Int = .max, change: (inout SelectionSettings) -> Void = { _ in }
    ) async throws -> (selector: Selector, isDone: Bool) {
        let file = folder.appending(path: "rows.jsonl")
        try Data(rows.joined(separator: "\n").utf8).write(to: file)
        var settings = SelectionSettings()
        settings.samples = 4
        change(&settings)
        let selector = Selector(
            ExampleRows(try RowFiles.open(file), toleratedBadFraction: 1), settings: settings, judge: judge,
            store: try TrajectoryStore(at: folder.appending(path: "run.sqlite")))
        let isDone = try await selector.run(
            by: model, onProgress: { _, _ in },
            shouldStop: stopping(after: batches))
        return (selector, isDone)
    }

    @Test func whatIsAlwaysOrNeverRightIsDropped() async throws {
        try await TemporaryFolder.with { folder in
            // Example i is right in its first 2 · i samples of 4.
            let script = self.script { $0.sample < 2 * $0.index ? "red" : "blue" }
            let selector = try await select((0..<3).map { try row($0) }, script, in: folder).selector
            let choices = try selector.choices()
            #expect(choices.map(\.fate) == [.neverRight, .kept, .alwaysRight])
            #expect(choices.map(\.passRate) == [0, 0.5, 1])
        }
    }

    @Test func noAnswerIsWrong() async throws {
        try await TemporaryFolder.with { folder in
            let selector = try await select([try row(0)], self.script { _ in nil }, in: folder).selector
            #expect(try selector.choices().map(\.fate) == [.neverRight])
        }
    }

    @Test func withoutVerdictsNothingIsDecided() async throws {
        try await TemporaryFolder.with { folder in
            let selector = try await select(
                [try row(0)], self.script { _ in "red" }, in: folder, judge: Silent()
            )
            .selector
            #expect(try selector.choices().map(\.fate) == [.unjudged])
        }
    }

    @Test func aBadRowIsNamedAsSuch() async throws {
        try await TemporaryFolder.with { folder in
            let script = self.script { $0.sample == 0 ? "red" : "blue" }
            let selector = try await select([try row(0), "{}", try row(2)], script, in: folder).selector
            #expect(try selector.choices().map(\.fate) == [.kept, .bad, .kept])
        }
    }

    // MARK: The region

    @Test func whatIsRightWhenShownTheRegionIsKept() async throws {
        try await TemporaryFolder.with { folder in
            // Example 0 is right only when it sees a second image, example 1 not even then.
            let script = self.script { $0.index == 0 && $0.example.images.count == 2 ? "red" : "blue" }
            let selector = try await select([try row(0), try row(1)], script, in: folder) {
                $0.showsRegion = true
            }.selector
            #expect(try selector.choices().map(\.fate) == [.keptAsShown, .wrongAsShown])
            let shown = try #require(script.requests.last)
            #expect(shown.example.tools.isEmpty)
            #expect(shown.example.images[1].size == ImageSize(width: 28, height: 28))
            // 4 samples of 2 examples without, and 4 of 2 with the region.
            #expect(script.requests.count == 16)
        }
    }

    // MARK: Open questions

    private static let options = "What colour is it?\nOptions:\n(A) red\n(B) blue\nAnswer with a letter."

    @Test func optionsGoAndTheirTextIsTheAnswer() async throws {
        try await TemporaryFolder.with { folder in
            let script = self.script { $0.sample == 0 ? "blue" : "B" }
            let selector = try await select([try row(0, Self.options, answer: "B")], script, in: folder) {
                $0.opensQuestions = true
            }.selector
            #expect(script.requests.first?.example.question == "What colour is it?")
            #expect(script.requests.first?.example.answer == "blue")
            #expect(try selector.choices().map(\.fate) == [.kept])
        }
    }

    @Test(arguments: [
        "What is it?\nA. red\nB. none of the above", "Which of the following is it?\nA. red\nB. blue",
        "A. red\nB. blue",
    ]) func whatCannotDoWithoutItsOptionsIsDropped(text: String) async throws {
        try await TemporaryFolder.with { folder in
            let selector = try await select(
                [try row(0, text, answer: "B")], self.script { _ in "blue" }, in: folder
            ) {
                $0.opensQuestions = true
            }.selector
            #expect(try selector.choices().map(\.fate) == [.needsOptions])
        }
    }

    // MARK: Going on and writing

    @Test func noFinishedSampleIsRepeated() async throws {
        try await TemporaryFolder.with { folder in
            let rows = try (0..<5).map { try row($0) }
            let answer: @Sendable (RolloutRequest) -> String? = { $0.sample % 2 == 0 ? "red" : "blue" }
            let first = script(answer)
            let stopped = try await select(rows, first, in: folder, stopAfter: 2) { $0.concurrency = 3 }
            #expect(!stopped.isDone)
            #expect(first.requests.count == 6)
            let second = script(answer)
            let resumed = try await select(rows, second, in: folder) { $0.concurrency = 3 }
            #expect(resumed.isDone)
            #expect(second.requests.count == 14)
            let places = (first.requests + second.requests).map { $0.index * 4 + $0.sample }
            #expect(Set(places).count == 20)
        }
    }

    @Test func whatIsWrittenTrainsAsItWasRead() async throws {
        try await TemporaryFolder.with { folder in
            let script = self.script { $0.sample == 0 ? "red" : "blue" }
            let selector = try await select([try row(0), try row(1)], script, in: folder).selector
            let output = folder.appending(path: "chosen.parquet")
            try selector.write(selector.choices(), to: output)
            let examples = try ParquetExamples(output)
            #expect(examples.count == 2)
            let example = try examples.example(at: 1)
            #expect(example.question == "What is it?")
            #expect(example.answer == "red")
            #expect(example.tools == ["image_zoom_in_tool"])
            #expect(example.groundTruthBoxes == [Rectangle(x1: 4, y1: 4, x2: 12, y2: 12)])
            #expect(example.images.map(\.size) == [ImageSize(width: 64, height: 48)])
        }
    }
}
