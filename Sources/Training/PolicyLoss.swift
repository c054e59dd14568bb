package import Torch

/// The clipped policy-gradient loss of GRPO on completion tokens (DeepEyes §3.2), with the dual clip of
/// arXiv 1912.09729. There is no KL and no entropy term.
package struct PolicyLoss: Codable, Hashable, Sendable {
    /// A ratio below `1 - clipLow` earns nothing more.
    package var clipLow = 0.2
    /// A ratio above `1 + clipHigh` earns nothing more.
    package var clipHigh = 0.2
    /// Bound on the loss of a token with negative advantage, in units of its advantage.
    package var dualClip = 3.0

    package init(clipLow: Double = 0.2, clipHigh: Double = 0.2, dualClip: Double = 3) {
        self.clipLow = clipLow
        self.clipHigh = clipHigh
        self.dualClip = dualClip
    }

    /// The loss summed over tokens, and how many tokens the clip holds back.
    package struct Sum {
        /// Scalar, differentiable with respect to the new log-probabilities.
        package let loss: Tensor
        package let clippedCount: Double
    }

    /// - Parameters:
    ///   - logProbabilities: `[token]`, of the policy being trained.
    ///   - old: `[token]`, of the policy that sampled.
    ///   - advantages: `[token]`, each token carrying its trajectory's.
    package func callAsFunction(logProbabilities: Tensor, old: Tensor, advantages: Tensor) -> Sum {
        let ratio = (logProbabilities - old).exp()  // [token]
        let plain = -(advantages * ratio)  // [token]
        let clipped = -(advantages * ratio.clamp(1 - clipLow, 1 + clipHigh))  // [token]
        let pessimistic = plain.maximum(clipped)  // [token]
        let bounded = pessimistic.minimum(advantages * -dualClip)  // [token]
        let loss = Tensor.where(advantages.less(0), bounded, pessimistic)  // [token]
        return Sum(loss: loss.sum(), clippedCount: clipped.greater(plain).to(.float32).sum().item())
    }
}
