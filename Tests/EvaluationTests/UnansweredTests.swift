import Agent
import Evaluation
import Foundation
import Rollout
import Runs
import Synchronization
import Tasks
import TestFixtures
import TestPolicy
import Testing

/// A model that fails is no model that is wrong.
@Suite struct UnansweredTests {
    /// Answers, except to the questions that a rule picks by their count.
    private final class FailingModel: ExampleRollouts {
        let format: any ChatFormat = ByteFormat(boxFrame: .original)
        private let fails: @Sendable (Int) -> Bool
        private let count = Mutex(0)

        init(_ fails: @escaping @Sendable (Int) -> Bool) { self.fails = fails }

        var askedCount: Int { count.withLock { $0 } }

        func run<Result: Sendable>(
            _ requests: [RolloutRequest], onEnd: @escaping @Sendable (Rollout) async throws -> Result
        ) async throws -> [Result] {
            var results: [Result] = []
            for request in requests {
                let number = count.withLock { count in
                    defer { count += 1 }
                    return count
                }
                let text = "<answer>B</answer>"
                let isFailed = fails(number)
                let trajectory = Trajectory(
                    id: request.recordID,
                    transcript: Transcript(
                        [.prompt(tokens: [1])]
                            + (isFailed ? [] : [.completion(tokens: ByteFormat.bytes(text))])),
                    completions: isFailed ? [] : [text], toolCalls: [],
                    finish: isFailed ? .failed("the server is gone") : .answered)
                results.append(try await onEnd(Rollout(request: request, trajectory: trajectory)))
            }
            return results
        }
    }

    private static let data = GoldenFolder().url.appending(path: "benchmarks/hrbench")

    private func evaluator(in folder: URL, tolerating fraction: Double) throws -> Evaluator {
        let benchmark = try Benchmark(named: "hrbench-4k")
        var settings = EvaluationSettings()
        settings.concurrency = 2
        return Evaluator(
            benchmark, items: try BenchmarkQuestions(benchmark, data: Self.data), settings: settings,
            judge: ExactMatchJudge(),
            store: EvaluationStore(try TrajectoryStore(at: folder.appending(path: "run.sqlite"))),
            toleratedFailures: fraction)
    }

    private func run(_ evaluator: Evaluator, _ model: FailingModel) async throws -> [String] {
        let failures = Mutex<[String]>([])
        _ = try await evaluator.run(
            by: model, onProgress: { _ in }, onBadItem: { _ in },
            onFailure: { reason in failures.withLock { $0.append(reason) } }, shouldStop: { false })
        return failures.withLock { $0 }
    }

    @Test func aModelThatOftenFailsEndsTheEvaluationAndAnswersAreKept() async throws {
        try await TemporaryFolder.with { folder in
            let evaluator = try evaluator(in: folder, tolerating: 0.25)
            // Of eight questions two may fail; the server is gone after the first four.
            let model = FailingModel { $0 >= 4 }
            let error = await #expect(throws: UnansweredError.self) { _ = try await run(evaluator, model) }
            #expect(error?.description.contains("4 of 8 questions got no answer") == true)
            #expect(error?.description.contains("the server is gone") == true)
            #expect(model.askedCount == 8)
            #expect(try evaluator.records(.tools).count == 4)
        }
    }

    @Test func fewFailuresAreCountedAndNotScored() async throws {
        try await TemporaryFolder.with { folder in
            let evaluator = try evaluator(in: folder, tolerating: 0.25)
            let failures = try await run(evaluator, FailingModel { $0 == 1 || $0 == 2 })
            #expect(failures == ["failed: the server is gone", "failed: the server is gone"])
            let outcomes = try await evaluator.outcomes()
            let result = EvaluationResult(
                of: evaluator.benchmark, model: "m", settings: evaluator.settings, badItems: [],
                unanswered: failures.count, outcomes: outcomes)
            #expect(result.conditions["tools"]?.answers == 6)
            #expect(result.conditions["no_tools"]?.answers == 8)
            #expect(EvaluationReport(result).markdown.contains("questions without an answer, not scored"))
            // The next run asks them again.
            let again = FailingModel { _ in false }
            _ = try await run(evaluator, again)
            #expect(again.askedCount == 2)
        }
    }

    @Test func aConditionWithoutAnswersHasNoScore() throws {
        let result = EvaluationResult(
            of: try Benchmark(named: "hrbench-4k"), model: "m", settings: EvaluationSettings(), badItems: [],
            unanswered: 8, outcomes: [.tools: []])
        #expect(EvaluationReport(result).lead == "no score with tools.")
        #expect(!EvaluationReport(result).markdown.contains("0.0 %"))
    }

    @Test func aMeasurementOfNothingIsNoMetric() {
        let measurement = EvaluationMeasurement(
            step: 0, offersTools: true, overall: .init(items: 0, accuracy: 0), kinds: [],
            callsPerTrajectory: 0, firstBoxIoU: nil, formatErrorRate: 0)
        #expect(measurement.metrics("scenes").isEmpty)
    }
}
