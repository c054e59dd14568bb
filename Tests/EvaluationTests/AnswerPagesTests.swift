import Agent
import Evaluation
import Foundation
import Rollout
import Runs
import Tasks
import TestFixtures
import Testing

/// What an evaluation and a comparison write for a browser.
@Suite struct AnswerPagesTests {
    private func evaluate(
        _ url: URL, saying answer: @escaping @Sendable (RolloutRequest) -> String, hasPages: Bool = true
    ) async throws -> EvaluationResult {
        let benchmark = try Benchmark(named: "hrbench-4k")
        let settings = EvaluationSettings()
        let folder = try EvaluationFolder(url, holding: .init(benchmark, model: "m", settings: settings))
        let items = try BenchmarkQuestions(
            benchmark, data: GoldenFolder().url.appending(path: "benchmarks/hrbench"))
        let evaluator = Evaluator(
            benchmark, items: items, settings: settings, judge: ExactMatchJudge(),
            store: EvaluationStore(try TrajectoryStore(at: folder.databaseFile)))
        let isDone = try await evaluator.run(
            by: ScriptedModel(answer), onProgress: { _ in }, onBadItem: { _ in }, shouldStop: { false })
        #expect(isDone)
        let result = EvaluationResult(
            of: benchmark, model: "m", settings: settings, badItems: [],
            outcomes: try await evaluator.outcomes())
        try await folder.write(result, of: evaluator, hasPages: hasPages) { _, _ in }
        return result
    }

    private func names(_ folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    private struct Index: Decodable {
        struct Column: Decodable { let name, folder: String }
        struct Entry: Decodable {
            struct Answer: Decodable {
                let right: Bool?
                let file: String?
                let index: Int?
            }
            let question: String
            let categories: [String: [String]]
            let answers: [Answer?]
        }
        let columns: [Column]
        let entries: [Entry]
    }

    private func index(of page: URL) throws -> Index {
        let text = try String(contentsOf: page, encoding: .utf8)
        let opening = try #require(text.firstRange(of: #"id="answer-index">"#))
        let closing = try #require(text[opening.upperBound...].firstRange(of: "</script>"))
        return try JSONDecoder().decode(
            Index.self, from: Data(text[opening.upperBound..<closing.lowerBound].utf8))
    }

    private func cards(_ file: URL) throws -> [String] {
        let text = try String(contentsOf: file, encoding: .utf8)
        let start = try #require(text.firstRange(of: "cards = "))
        return try JSONDecoder().decode(
            [String].self, from: Data(text[start.upperBound...].dropLast(2).utf8))
    }

    @Test func picturesAreFilesThatBothConditionsShare() async throws {
        try await TemporaryFolder.with { folder in
            let result = try await evaluate(folder, saying: { _ in "<answer>B</answer>" })
            #expect(names(folder.appending(path: "answers")) == ["no_tools-1.js", "tools-1.js"])
            let index = try index(of: folder.appending(path: "report.html"))
            #expect(index.columns.map(\.name) == ["without tools", "with tools"])
            #expect(index.entries.count == result.outcomes["tools"]?.count)
            let images = Set(names(folder.appending(path: "images")))
            var shown: [Set<String>] = []
            for condition in ["no_tools", "tools"] {
                let cards = try cards(folder.appending(path: "answers/\(condition)-1.js"))
                #expect(cards.count == index.entries.count)
                #expect(!cards.contains { $0.contains("data:") })
                shown.append(
                    Set(
                        cards.flatMap { card in
                            card.matches(of: /"images\/([^"]+)"/).map { String($0.output.1) }
                        }))
            }
            #expect(shown[0] == images && shown[1] == images)
            for (position, entry) in index.entries.enumerated() {
                #expect(entry.answers.map { $0?.index } == [position, position])
                #expect(entry.answers.map { $0?.file } == ["answers/no_tools-1.js", "answers/tools-1.js"])
                #expect(!entry.question.isEmpty)
            }
        }
    }

    @Test func withoutPagesThereAreScoresAlone() async throws {
        try await TemporaryFolder.with { folder in
            _ = try await evaluate(folder, saying: { _ in "<answer>B</answer>" }, hasPages: false)
            let page = try String(contentsOf: folder.appending(path: "report.html"), encoding: .utf8)
            #expect(!page.contains("answer-index") && page.contains("with tools"))
            #expect(names(folder).filter { ["answers", "images"].contains($0) }.isEmpty)
            #expect(names(folder).contains("result.json"))
        }
    }

    @Test func aComparisonShowsBothAnswersFromTheirFolders() async throws {
        try await TemporaryFolder.with { folder in
            let folders = ["base", "trained one"].map { folder.appending(path: $0) }
            let results = [
                try await evaluate(folders[0], saying: { _ in "<answer>B</answer>" }),
                try await evaluate(folders[1], saying: { "<answer>\($0.example.answer)</answer>" }),
            ]
            let page = folders[1].appending(path: "comparison.html")
            try ComparisonPage(results, in: folders, tables: []).write(to: page)
            let index = try index(of: page)
            #expect(index.columns.map(\.name) == ["base", "trained one"])
            #expect(index.columns.map(\.folder) == ["../base/", ""])
            #expect(index.entries.count == (results[0].outcomes["tools"]?.count ?? 0) * 2)
            #expect(index.entries.allSatisfy { $0.answers.count == 2 && $0.answers[1]?.right == true })
            #expect(
                Set(index.entries.flatMap { $0.categories["condition"] ?? [] })
                    == ["with tools", "without tools"])
        }
    }

    @Test func aComparisonWithoutCardsSaysSo() async throws {
        try await TemporaryFolder.with { folder in
            let url = folder.appending(path: "base")
            let result = try await evaluate(url, saying: { _ in "<answer>B</answer>" }, hasPages: false)
            let page = folder.appending(path: "pages/comparison.html")
            try FileManager.default.createDirectory(
                at: page.deletingLastPathComponent(), withIntermediateDirectories: true)
            try ComparisonPage([result, result], in: [url, url], tables: []).write(to: page)
            let index = try index(of: page)
            #expect(index.columns.map(\.name) == ["base, first", "base, second"])
            #expect(index.entries.allSatisfy { $0.answers.allSatisfy { $0?.file == nil } })
        }
    }
}
