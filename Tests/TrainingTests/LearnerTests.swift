import Foundation
import Models
import NanoBase
import TestFixtures
import Testing
import Torch
import Training

/// An update computed by several workers is that of one.
@Suite(.serialized) struct LearnerTests {
    /// Twelve conversations on scenes, some of which end in a second turn.
    private static func trees(_ policy: PolicyModel) throws -> [PromptTree] {
        let configuration = NanoBaseConfiguration()
        let lessons = try SceneLessons(configuration, format: policy.format)
        var counts = LessonCounts()
        counts.grounding = 1
        counts.attribute = 2
        return try (0..<4).flatMap { try lessons.lessons(ofScene: $0, counts).map(\.tree) }
    }

    private struct Result {
        let passCount: Int
        let outcome: Learner.Outcome
        let weights: [[Float]]
    }

    private static func update(workers: Int) throws -> Result {
        let policy = try PolicyModel(directory: ShippedModel.nanoBase)
        let packer = BatchPacker(
            shape: policy.model.shape, processor: policy.processor, tokensPerPass: 8192)
        let passes = try packer.passes(of: trees(policy), workers: workers)
        var configuration = OptimizerConfiguration()
        configuration.maximumGradientNorm = 0.5
        let learner = Learner(
            model: policy.model, rules: policy.rules, configuration: configuration, workers: workers)
        let targetCount = passes.reduce(0) { $0 + $1.targets.count }
        func step() throws -> Learner.Outcome {
            try learner.update(
                passes, towards: .likelihood, divisor: Double(targetCount), learningRate: 1e-3)
        }
        _ = try step()
        let outcome = try step()
        return Result(
            passCount: passes.count, outcome: outcome,
            weights: policy.model.parameters.map { $0.tensor.values(as: Float.self) })
    }

    @Test(arguments: [2, 3]) func workersAddUpToOne(_ workers: Int) throws {
        let (one, many) = (try Self.update(workers: 1), try Self.update(workers: workers))
        #expect(one.passCount == 1)
        #expect((2...workers).contains(many.passCount))
        #expect(abs(one.outcome.loss - many.outcome.loss) < 1e-5)
        #expect(abs(one.outcome.gradientNorm / many.outcome.gradientNorm - 1) < 1e-4)
        // Adam's first steps are as long where the gradient is nearly nothing, so the sign of rounding shows there.
        let differences = zip(one.weights, many.weights).flatMap { zip($0, $1).map { abs($0 - $1) } }.sorted()
        #expect(differences[differences.count * 99 / 100] < 1e-5)
    }

    @Test func supervisedTextHasNoLogProbabilitiesAndCannotBeTrainedOnByReward() throws {
        let policy = try PolicyModel(directory: ShippedModel.nanoBase)
        let packer = BatchPacker(
            shape: policy.model.shape, processor: policy.processor, tokensPerPass: 8192)
        let passes = try packer.passes(of: Self.trees(policy))
        #expect(passes.allSatisfy { $0.sampledLogProbabilities == nil })
        let learner = Learner(
            model: policy.model, rules: policy.rules, configuration: OptimizerConfiguration())
        #expect(throws: MissingLogProbabilitiesError.self) {
            try learner.update(
                passes, towards: .policy(PolicyLoss(Algorithm())), divisor: 1, learningRate: 1e-3)
        }
    }

    @Test func workersRepeatThemselvesBitForBit() throws {
        let (first, second) = (try Self.update(workers: 2), try Self.update(workers: 2))
        #expect(first.weights == second.weights)
    }
}
