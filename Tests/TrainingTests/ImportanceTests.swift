import Foundation
import Testing
import Torch
import Training

/// Corrections for tokens that were sampled with other probabilities.
struct ImportanceTests {
    /// Tokens of a vocabulary of three that one distribution sampled, and another trains on.
    private let policy = [0.5, 0.3, 0.2]
    private let sampler = [0.2, 0.3, 0.5]
    private let advantages = [1.0, -2.0, 0.5]

    /// The expected gradient by log-probability, over all tokens as often as `frequencies` says.
    private func gradient(
        frequencies: [Double], sampled: [Double], _ importance: ImportanceWeights
    ) throws -> [Double] {
        let new = Tensor(policy.map { log($0) })
        new.requiresGrad = true
        let branches = BranchLengths([1, 1, 1])
        var losses = Objective()(
            logProbabilities: new, old: new.detached(),
            advantages: Tensor(zip(advantages, frequencies).map { $0 * $1 }), branches: branches
        ).tokens
        if let weights = importance.weights(new, Tensor(sampled.map { log($0) }), branches: branches) {
            losses = losses * weights
        }
        losses.sum().backward()
        return try #require(new.grad).values(as: Double.self)
    }

    @Test(arguments: ImportanceWeights.Level.allCases) func weightsUndoAMismatch(
        _ level: ImportanceWeights.Level
    ) throws {
        let right = try gradient(frequencies: policy, sampled: policy, ImportanceWeights())
        let corrected = try gradient(
            frequencies: sampler, sampled: sampler, ImportanceWeights(.truncated, level, upper: 10))
        let uncorrected = try gradient(frequencies: sampler, sampled: sampler, ImportanceWeights())
        #expect(zip(right, corrected).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(zip(right, uncorrected).contains { abs($0 - $1) > 0.1 })
    }

    /// Ratios are 2.5, 1 and 0.4.
    @Test func boundsCutOffOrMask() throws {
        let new = Tensor(policy.map { log($0) })
        let drawn = Tensor(sampler.map { log($0) })
        let branches = BranchLengths([1, 1, 1])
        func weights(_ rule: ImportanceWeights.Rule) throws -> [Double] {
            let weights = ImportanceWeights(rule, lower: 0.5, upper: 2).weights(
                new, drawn, branches: branches)
            return try #require(weights).values(as: Double.self).map { ($0 * 1e6).rounded() / 1e6 }
        }
        #expect(try weights(.truncated) == [2, 1, 0.5])
        #expect(try weights(.masked) == [0, 1, 0])
    }

    @Test func aSequenceHasTheProductOfItsTokens() throws {
        let new = Tensor([-1.0, -2.0, -0.5])
        let weights = ImportanceWeights(.truncated, .sequence, upper: 100)
            .weights(new, Tensor([-1.5, -2.25, -1.5]), branches: BranchLengths([2, 1]))
        let found = try #require(weights).values(as: Double.self)
        for (one, other) in zip(found, [exp(0.75), exp(0.75), exp(1)]) { #expect(abs(one - other) < 1e-12) }
    }
}
