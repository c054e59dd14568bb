import Agent
import Foundation
import Models
import TestFixtures
import TestSupport
import Testing
import Torch
import Training

/// Several updates on the same trajectories.
@Suite(.serialized) struct StalePolicyTests {
    /// The second update compares its policy with the one before the first: its loss is that of ratios computed apart, from whole
    /// rows of logits.
    @Test func ratiosOfASecondUpdateAreRight() async throws {
        try await onOwnThread {
            let policy = try PolicyModel(directory: ShippedModel.nanoBase)
            let packer = BatchPacker(
                shape: policy.model.shape, processor: policy.processor, tokensPerPass: 8192)
            let learner = Learner(
                model: policy.model, rules: policy.rules, configuration: OptimizerConfiguration())
            let completion = Array("<answer>red</answer>".utf8).map { Int32($0) }
            func tree(_ old: [Float]) -> PromptTree {
                var terms = TargetTerms()
                terms.policy = old
                let segment = Segment.completion(
                    tokens: completion, logProbabilities: Array(repeating: -1, count: completion.count),
                    entropies: [], policyVersion: 0)
                return PromptTree(
                    prompt: .prompt(tokens: [1, 2, 3]),
                    branches: [
                        .init(
                            segments: [segment], weights: Array(repeating: 1, count: completion.count),
                            terms: terms, id: TrajectoryID(group: 0, sample: 0))
                    ])
            }
            let unscored = try packer.passes(of: [tree([])])
            let old = try learner.evaluator.logProbabilities(of: unscored, temperature: 1)[0]
            let passes = try packer.passes(of: [tree(old)])
            var algorithm = Algorithm()
            algorithm.updates.epochs = 2
            algorithm.objective = Objective(clipLow: 1, clipHigh: 1e6)
            let loss = PolicyLoss(algorithm)
            let first = try learner.update(
                passes, towards: .policy(loss), divisor: Double(old.count), learningRate: 1e-3)
            #expect(abs(first.loss + 1) < 1e-6, "every ratio is 1")
            let second = try learner.update(
                passes, towards: .policy(loss), divisor: Double(old.count), learningRate: 0)
            let new = independent(policy, passes[0])
            let ratios = zip(new, old).map { exp($0 - Double($1)) }
            let expected = -ratios.reduce(0, +) / Double(ratios.count)
            #expect(abs(second.loss / expected - 1) < 1e-6, "\(second.loss) instead of \(expected)")
            #expect(ratios.contains { abs($0 - 1) > 0.01 })
        }
    }

    /// Log-probabilities by a softmax over whole rows of logits, in double precision.
    private func independent(_ policy: PolicyModel, _ pass: TrainingPass) -> [Double] {
        withoutGradient {
            let hidden = policy.model.hiddenStates(of: pass.batch)
            let rows = hidden.indexSelect(0, Tensor(pass.predictors))
            let bias = policy.rules.bias(on: .cpu).to(.float64)
            let logits = rows.to(.float64).linear(policy.model.head.values.to(.float64)) + bias
            return logits.logSoftmax().gather(1, Tensor(pass.targets).unsqueezed(1)).values(as: Double.self)
        }
    }
}
