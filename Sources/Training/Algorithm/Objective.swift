import Settings
package import Torch

/// The policy loss of log-probabilities and advantages.
package struct Objective: Codable, Hashable, Sendable {
    package enum Rule: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
        case clippedRatio

        package var meaning: String {
            "the clipped probability ratio of each token, new to old (PPO, GRPO), with the dual clip of arXiv 1912.09729"
        }
    }

    @Setting("The formula of the loss.") package var rule = Rule.clippedRatio
    @Setting(
        "For a negative advantage, a ratio below `1 - clipLow` has no gradient.", .above(0, atMost: 1))
    package var clipLow = 0.2
    @Setting("For a positive advantage, a ratio above `1 + clipHigh` has no gradient.", .above(0))
    package var clipHigh = 0.2
    @Setting(
        "Bound on the loss of a token with negative advantage, in units of its advantage.", .above(1))
    package var dualClip = 3.0

    package init(clipLow: Double = 0.2, clipHigh: Double = 0.2, dualClip: Double = 3) {
        self.clipLow = clipLow
        self.clipHigh = clipHigh
        self.dualClip = dualClip
    }

    /// The loss summed over tokens, and the number of clipped tokens.
    package struct Sum {
        /// Scalar, differentiable with respect to the new log-probabilities.
        package let loss: Tensor
        package let clippedCount: Double
    }

    /// - Parameters:
    ///   - logProbabilities: log-probabilities under the policy being trained. `[token]`
    ///   - old: log-probabilities under the policy that sampled the tokens. `[token]`
    ///   - advantages: for each token, the advantage of its trajectory. `[token]`
    package func callAsFunction(logProbabilities: Tensor, old: Tensor, advantages: Tensor) -> Sum {
        switch rule {
        case .clippedRatio: clippedRatio(logProbabilities, old, advantages)
        }
    }

    private func clippedRatio(_ logProbabilities: Tensor, _ old: Tensor, _ advantages: Tensor) -> Sum {
        let ratio = (logProbabilities - old).exp()  // [token]
        let plain = -(advantages * ratio)  // [token]
        let clipped = -(advantages * ratio.clamp(1 - clipLow, 1 + clipHigh))  // [token]
        let pessimistic = plain.maximum(clipped)  // [token]
        let bounded = pessimistic.minimum(advantages * -dualClip)  // [token]
        let loss = Tensor.where(advantages.less(0), bounded, pessimistic)  // [token]
        return Sum(loss: loss.sum(), clippedCount: clipped.greater(plain).to(.float32).sum().item())
    }
}
