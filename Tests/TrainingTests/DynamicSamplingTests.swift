import Agent
import Rollout
import Synchronization
import Tasks
import TestPolicy
import Testing
import Training

/// The prompts of a step: in turn, until enough groups have a signal, or with a greedy answer beside the samples.
struct DynamicSamplingTests {
    /// Questions whose index says how they are answered.
    private struct Questions: ExampleSource {
        var count: Int? { nil }

        func example(at index: Int) -> Example {
            Example(
                id: "\(index)", messages: [.question("What?", imageCount: 0)], images: [], answer: "red",
                kind: "attribute")
        }
    }

    private func collector(
        _ algorithm: Algorithm, score: @escaping @Sendable (Rollout) -> Double
    ) -> RolloutCollector {
        var configuration = RolloutConfiguration()
        configuration.promptsPerStep = 4
        configuration.groupSize = 2
        return RolloutCollector(
            source: Questions(), format: ByteFormat(), tools: .standard, configuration: configuration,
            algorithm: algorithm, seed: 1
        ) { rollout in
            let value = score(rollout)
            return .success(
                RewardBreakdown(
                    components: [.init(name: "accuracy", value: value)], isCorrect: value > 0,
                    formatError: nil))
        }
    }

    private func collected(
        rounds: Int, from order: PromptOrder = PromptOrder(),
        hasSignal: @escaping @Sendable (_ index: Int) -> Bool
    ) async throws -> RolloutCollector.Collected {
        var algorithm = Algorithm()
        algorithm.sampling.rounds = rounds
        return try await collector(algorithm) { rollout in
            hasSignal(rollout.request.index) && rollout.request.recordID.sample == 0 ? 1 : 0
        }.collect(step: 3, from: order, by: ScriptedPolicy(.answer("red")))
    }

    @Test func withoutItEveryGroupCounts() async throws {
        let result = try await collected(rounds: 1) { $0 == 1 }
        #expect(result.groups.map(\.index) == [0, 1, 2, 3])
        #expect(result.kept.map(\.index) == [0, 1, 2, 3])
        #expect(result.order == PromptOrder(position: 4))
    }

    /// Of three prompts one has a signal: the second round asks for the three that are missing, and so on.
    @Test func furtherRoundsAskForWhatIsMissing() async throws {
        let result = try await collected(rounds: 9) { $0 % 3 == 0 }
        #expect(result.kept.map(\.index) == [0, 3, 6, 9])
        #expect(result.groups.map(\.index) == Array(0..<10))
        #expect(result.order.position == 10)
        let places = result.groups.flatMap { $0.members.map(\.id) }
        #expect(Set(places).count == places.count && places.last?.group == 9)
        // The next step goes on where this one ended.
        let next = try await collected(rounds: 9, from: result.order) { $0 % 3 == 0 }
        #expect(next.groups.first?.index == 10 && next.kept.map(\.index) == [12, 15, 18, 21])
    }

    @Test func roundsAreBounded() async throws {
        let result = try await collected(rounds: 2) { $0 == 5 }
        #expect(result.kept.map(\.index) == [5])
        #expect(result.groups.count == 8)
    }

    @Test func aSourceWithoutASignalEndsWithAMessage() async throws {
        await #expect(throws: NoSignalError(step: 4, questions: 12)) {
            _ = try await collected(rounds: 3) { _ in false }
        }
        #expect("\(NoSignalError(step: 4, questions: 12))".contains("algorithm.sampling.rounds=1"))
    }

    /// It is answered at temperature 0, and is not a member of its group.
    @Test func aGreedyAnswerIsTheBaseline() async throws {
        var algorithm = Algorithm()
        algorithm.advantage = .greedyBaseline
        let greedy = Mutex(0)
        let result = try await collector(algorithm) { rollout in
            guard rollout.request.sampling.temperature == 0 else { return 1 }
            greedy.withLock { $0 += 1 }
            return 0.25
        }.collect(step: 0, from: PromptOrder(), by: ScriptedPolicy(.answer("red")))
        #expect(greedy.withLock { $0 } == 4)
        #expect(result.groups.allSatisfy { $0.members.count == 2 && $0.greedyReward == 0.25 })
        let groups = algorithm.withAdvantages(result.kept)
        #expect(groups.flatMap(\.members).allSatisfy { $0.advantage == 0.75 })
    }
}
