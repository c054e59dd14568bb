package import Torch

/// What turns log-probabilities and advantages into a loss.
package struct Objective: Codable, Hashable, Sendable {
    /// Which formula.
    package enum Rule: String, Codable, Hashable, Sendable, CaseIterable {
        /// The clipped ratio of new to old probability of each token (PPO, GRPO), with the dual clip of arXiv 1912.09729.
        case clippedRatio
    }

    package var rule = Rule.clippedRatio
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

    func validate() throws {
        let bounds: [(name: String, value: Double, isMet: Bool, range: String)] = [
            ("clipLow", clipLow, clipLow > 0 && clipLow <= 1, "above 0 and at most 1"),
            ("clipHigh", clipHigh, clipHigh > 0 && clipHigh.isFinite, "above 0"),
            ("dualClip", dualClip, dualClip > 1, "above 1"),
        ]
        if let bound = bounds.first(where: { !$0.isMet }) {
            throw ConfigurationError(
                description: "configuration: algorithm.objective.\(bound.name) is \(bound.value); "
                    + "it must be \(bound.range)")
        }
    }
}
