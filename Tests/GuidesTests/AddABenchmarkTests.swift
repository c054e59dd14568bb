import Agent
import Evaluation
import Foundation
import Imaging
import Rollout
import Runs
import Tasks
import TestFixtures
import TestPolicy
import Testing

// example:begin
/// Asks each question of a benchmark once, with its tools, and adds up what `policy` answers.
func score(
    _ file: URL, data: URL, answeredBy policy: ScriptedPolicy, in folder: URL
) async throws -> ConditionScore {
    let benchmark = try Benchmark(named: file.path)
    var settings = EvaluationSettings()
    settings.conditions = [.tools]
    let evaluator = Evaluator(
        benchmark, items: try BenchmarkQuestions(benchmark, data: data), settings: settings,
        judge: RuleJudge(),
        store: EvaluationStore(try TrajectoryStore(at: folder.appending(path: "run.sqlite"))))
    let runner = RolloutRunner(policy: policy, format: ByteFormat(), tools: .standard, limits: AgentLimits())
    let isDone = try await evaluator.run(
        by: runner, onProgress: { _ in }, onBadItem: { Issue.record("left out: \($0.problem)") },
        shouldStop: { false })
    #expect(isDone)
    return ConditionScore(
        try await evaluator.outcomes(.tools), averagedOver: benchmark.averagedOver)
}
// example:end

@Suite struct AddABenchmarkTests {
    /// The score on the files that the page shows.
    private func score(answeredBy policy: ScriptedPolicy) async throws -> ConditionScore {
        let guide = try Guide("AddABenchmark")
        let (declaration, questions) = (guide.blocks("yaml"), guide.blocks("json"))
        try #require(declaration.count == 1 && questions.count == 1)
        return try await TemporaryFolder.with { folder in
            let file = folder.appending(path: "shapes.yaml")
            try Data(declaration[0].utf8).write(to: file)
            try Data(questions[0].utf8).write(to: folder.appending(path: "questions.jsonl"))
            let images = folder.appending(path: "images")
            try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
            for index in 0..<3 {
                let image = Image(size: ImageSize(width: 56, height: 56), filledWith: .white)
                try Data(image.encodedPNG()).write(to: images.appending(path: "\(index)-0.png"))
            }
            return try await GuidesTests.score(file, data: folder, answeredBy: policy, in: folder)
        }
    }

    // MARK: The page

    @Test func thePageShowsTheExample() throws { try Guide("AddABenchmark").expectExample() }

    @Test func itsChangesFitTheSources() throws { try Guide("AddABenchmark").expectChanges(fitting: 1) }

    // MARK: The benchmark

    @Test func rightAnswersAreRight() async throws {
        let score = try await score(
            answeredBy: ScriptedPolicy { request, _ in
                let question = ByteFormat().text(of: request.transcript.tokens)
                let isThere = ["green circle", "white square"].contains { question.contains($0) }
                return .answer(isThere ? "yes" : "No.")
            })
        #expect(score.headline == 1)
        #expect(score.answers == 4)
        #expect(score.unparsed == 0)
    }

    @Test func alwaysSayingYesIsRightOnHalfOfThem() async throws {
        let score = try await score(answeredBy: ScriptedPolicy(.answer("yes")))
        #expect(score.headline == 0.5)
        #expect(score.categories["label"]?.mapValues(\.accuracy) == ["yes": 1, "no": 0])
        #expect(score.categories["shape"]?["square"]?.items == 2)
    }
}
