import Agent
import Foundation
import Runs
import Tasks
import TestFixtures
import TestSupport
import Testing
import Training

/// Short runs of the shipped base with every algorithm.
@Suite(.serialized) struct AlgorithmRunTests {
    private func configuration(steps: Int, _ change: (inout Algorithm) -> Void) -> TrainingConfiguration {
        var configuration = ShortTraining.configuration(steps: steps, scenes: 1)
        configuration.evaluation = .listed([])
        configuration.rollout.sampling.maximumTokens = 24
        configuration.threads = 1
        change(&configuration.algorithm)
        return configuration
    }

    private func metrics(of run: URL) throws -> [StepMetrics] {
        try RunFolder.open(at: run).recordedSteps(through: .max)
    }

    /// Steps go on from the optimizer's and the critic's state, and from the next prompt.
    private func expectExactResume(_ name: String, _ change: (inout Algorithm) -> Void) async throws {
        let folder = try TemporaryFolder()
        let (whole, halted) = (folder.file("whole"), folder.file("halted"))
        let (three, two) = (configuration(steps: 3, change), configuration(steps: 2, change))
        try await onOwnThread {
            _ = try ShortTraining.run(three, at: whole)
            _ = try ShortTraining.run(two, at: halted)
            _ = try ShortTraining.run(three, at: halted, resume: true)
        }
        let (one, other) = (
            try text(of: whole.appending(path: "metrics.jsonl")),
            try text(of: halted.appending(path: "metrics.jsonl"))
        )
        #expect(one.split(separator: "\n").count == 3 && one == other, "\(name)")
        for step in try metrics(of: whole) {
            #expect(step[MetricName.loss]?.isFinite == true, "\(name)")
        }
    }

    @Test(arguments: AlgorithmName.allCases) func trainsAndResumesExactly(_ name: AlgorithmName) async throws
    {
        try await expectExactResume(name.rawValue) { $0 = name.algorithm }
    }

    @Test func aSharedCriticTrainsAndResumesExactly() async throws {
        try await expectExactResume("shared critic") {
            $0 = AlgorithmName.ppo.algorithm
            $0.critic.trunk = .shared
            $0.critic.warmUpSteps = 1
        }
    }

    @Test func termsAndCorrectionsTrainAndResumeExactly() async throws {
        for place in Divergence.Place.allCases {
            try await expectExactResume("divergence in the \(place)") {
                $0.divergence = Divergence(coefficient: 0.01, in: place)
                $0.entropy = EntropyTerm(coefficient: 0.03, .adaptive)
                $0.importance = ImportanceWeights(.masked, .sequence, lower: 0.5, upper: 5)
                $0.updates = UpdatePlan(epochs: 2)
                $0.mask.topEntropyFraction = 0.5
            }
        }
    }

    /// The trainer computes what the engine sampled with, up to rounding.
    @Test func trainerAndEngineAgree() async throws {
        let folder = try TemporaryFolder()
        let configuration = configuration(steps: 1) { _ in }
        try await onOwnThread { _ = try ShortTraining.run(configuration, at: folder.file("run")) }
        let step = try #require(try metrics(of: folder.file("run")).first)
        #expect(try #require(step[MetricName.mismatchMaximum]) < 1e-4)
        #expect(try #require(step[MetricName.mismatchMean]) < 1e-5)
    }

    /// The first update of a step starts from the policy that sampled; the reference is the base, so nothing diverges yet.
    @Test func theFirstDivergenceIsNothing() async throws {
        let folder = try TemporaryFolder()
        let configuration = configuration(steps: 2) { $0.divergence = Divergence(coefficient: 0.01) }
        try await onOwnThread { _ = try ShortTraining.run(configuration, at: folder.file("run")) }
        let divergences = try metrics(of: folder.file("run")).map { try #require($0[MetricName.divergence]) }
        #expect(abs(divergences[0]) < 1e-6 && divergences[1] > 1e-6, "\(divergences)")
    }

    /// All rewards are 0: the first step finds nothing to learn from. The message says what to do, and the run is marked as failed.
    @Test func aRunWithoutASignalEndsWithAMessage() async throws {
        let folder = try TemporaryFolder()
        var configuration = configuration(steps: 2) { $0.sampling.rounds = 2 }
        let nothing = RewardWeights(accuracy: 0, formatError: 0)
        configuration.reward = Reward(perception: nothing, mathematics: nothing)
        let run = folder.file("run")
        let message = try await onOwnThread { [configuration] in
            do {
                _ = try ShortTraining.run(configuration, at: run)
                return ""
            } catch let error as NoSignalError { return "\(error)" }
        }
        #expect(message.hasPrefix("step 1: none of 4 questions got answers with different rewards"))
        #expect(try RunFolder.open(at: run).status().state == .failed)
    }

    /// While the critic warms up, the policy stays as it is, also where both share a model.
    @Test(arguments: CriticConfiguration.Trunk.allCases) func aWarmUpLeavesThePolicyAlone(
        _ trunk: CriticConfiguration.Trunk
    ) async throws {
        let folder = try TemporaryFolder()
        let configuration = configuration(steps: 1) {
            $0 = AlgorithmName.ppo.algorithm
            $0.critic.trunk = trunk
            $0.critic.warmUpSteps = 1
        }
        let run = folder.file("run")
        try await onOwnThread { _ = try ShortTraining.run(configuration, at: run) }
        #expect(
            try Data(contentsOf: run.appending(path: "checkpoints/step-1/model.safetensors"))
                == Data(contentsOf: ShippedModel.nanoBase.appending(path: "model.safetensors")))
        #expect(try #require(try metrics(of: run).first?[MetricName.valueLoss]) > 0)
    }
}
