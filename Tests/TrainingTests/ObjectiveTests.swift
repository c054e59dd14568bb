import Foundation
import Testing
import Torch
import Training

struct ObjectiveTests {
    /// The formula spelled out token by token, apart from tensors.
    private func reference(ratio: Double, advantage: Double, low: Double, high: Double, dual: Double)
        -> Double
    {
        let clipped = min(max(ratio, 1 - low), 1 + high)
        let pessimistic = max(-advantage * ratio, -advantage * clipped)
        return advantage < 0 ? min(pessimistic, -advantage * dual) : pessimistic
    }

    @Test func equalsTheFormulaOnEveryBranch() {
        let loss = Objective(clipLow: 0.2, clipHigh: 0.28, dualClip: 3)
        for advantage in [1.5, -0.5, 0] {
            for ratio in [0.3, 0.79, 0.81, 1, 1.27, 1.29, 2.9, 3.1, 8] {
                let old = -1.25
                let new = Tensor([Float(old + log(ratio))], shape: [1])
                let sum = loss(
                    logProbabilities: new, old: Tensor([Float(old)], shape: [1]),
                    advantages: Tensor([Float(advantage)], shape: [1]), branches: BranchLengths([1])
                ).tokens.sum()
                let expected = reference(ratio: ratio, advantage: advantage, low: 0.2, high: 0.28, dual: 3)
                #expect(
                    abs(sum.item() - expected) < 1e-5 * max(1, abs(expected)),
                    "ratio \(ratio), advantage \(advantage)")
            }
        }
    }

    @Test func onPolicyGradientIsMinusTheAdvantage() throws {
        let new = Tensor([-1, -2, -0.5] as [Float], shape: [3])
        new.requiresGrad = true
        let advantages: [Float] = [2, -1, 0.25]
        let sum = Objective()(
            logProbabilities: new, old: new.detached(), advantages: Tensor(advantages, shape: [3]),
            branches: BranchLengths([2, 1]))
        sum.tokens.sum().backward()
        let gradient = try #require(new.grad).values(as: Float.self)
        for (found, advantage) in zip(gradient, advantages) { #expect(abs(found + advantage) < 1e-6) }
        #expect(sum.clippedCount == 0)
    }

    @Test func clippedTokensCarryNoGradientAndAreCounted() throws {
        let new = Tensor([0, 0] as [Float], shape: [2])
        new.requiresGrad = true
        let sum = Objective()(
            logProbabilities: new, old: Tensor([-1, 1] as [Float], shape: [2]),
            advantages: Tensor([1, -1] as [Float], shape: [2]), branches: BranchLengths([2]))
        sum.tokens.sum().backward()
        #expect(try #require(new.grad).values(as: Float.self) == [0, 0])
        #expect(sum.clippedCount == 2)
    }
}
