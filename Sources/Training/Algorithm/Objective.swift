import Settings
package import Torch

/// The policy loss of log-probabilities and advantages.
package struct Objective: Codable, Hashable, Sendable {
    package enum Rule: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
        case clippedRatio, sequenceRatio, tokenSequenceRatio, clippedWeight, softGate

        package var meaning: String {
            switch self {
            case .clippedRatio:
                "the clipped probability ratio of each token, new to old (PPO, GRPO), with the dual clip of arXiv 1912.09729"
            case .sequenceRatio:
                "the clipped geometric mean of the ratios of a trajectory's tokens (GSPO, arXiv 2507.18071)"
            case .tokenSequenceRatio:
                "the value of `sequenceRatio` with the gradient of each token's own ratio (GSPO-token, arXiv 2507.18071)"
            case .clippedWeight:
                "the log-probability, weighted by the clipped ratio without its gradient: no token loses its gradient (CISPO, arXiv 2506.13585)"
            case .softGate:
                "a sigmoid of the ratio instead of a clip (SAPO, arXiv 2511.20347), with the temperatures `gate`"
            }
        }
    }

    @Setting("The formula of the loss.") package var rule = Rule.clippedRatio
    @Setting(
        "For a negative advantage, a ratio below `1 - clipLow` has no gradient.", .above(0, atMost: 1))
    package var clipLow = 0.2
    @Setting("For a positive advantage, a ratio above `1 + clipHigh` has no gradient.", .above(0))
    package var clipHigh = 0.2
    @Setting(
        "`clippedRatio`: bound on the loss of a token with negative advantage, in units of its advantage.",
        .above(1))
    package var dualClip = 3.0
    @Setting("`softGate`: the temperatures for positive and negative advantages.")
    package var gate = Gate()

    /// The temperatures of the soft gate.
    package struct Gate: Codable, Hashable, Sendable {
        @Setting("For a positive advantage.", .above(0)) package var positive = 1.0
        @Setting("For a negative advantage; a higher one damps faster.", .above(0)) package var negative =
            1.05

        package init() {}
    }

    package init(
        _ rule: Rule = .clippedRatio, clipLow: Double = 0.2, clipHigh: Double = 0.2, dualClip: Double = 3
    ) {
        self.rule = rule
        self.clipLow = clipLow
        self.clipHigh = clipHigh
        self.dualClip = dualClip
    }

    /// The loss of each token, and the number of clipped tokens.
    package struct Losses {
        /// Differentiable with respect to the new log-probabilities. `[token]`
        package let tokens: Tensor
        package let clippedCount: Double
    }

    /// Differences of log-probabilities beyond this are cut off, so that no ratio is infinite.
    private static let maximumDifference = 20.0

    /// - Parameters:
    ///   - logProbabilities: log-probabilities under the policy being trained. `[token]`
    ///   - old: log-probabilities under the policy that sampled the tokens. `[token]`
    ///   - advantages: for each token, its advantage, times a positive factor that the loss is scaled by. `[token]`
    ///   - branches: the lengths of the trajectories that the tokens belong to, in order.
    package func callAsFunction(
        logProbabilities: Tensor, old: Tensor, advantages: Tensor, branches: BranchLengths
    ) -> Losses {
        let difference = (logProbabilities - old).clamp(-Self.maximumDifference, Self.maximumDifference)
        switch rule {
        case .clippedRatio: return clipped(difference.exp(), advantages, dualClip: dualClip)
        case .sequenceRatio: return clipped(branches.means(difference).exp(), advantages)
        case .tokenSequenceRatio:
            let own = logProbabilities - logProbabilities.detached()  // [token], zeros with a gradient
            return clipped((own + branches.means(difference).detached()).exp(), advantages)
        case .clippedWeight:
            let ratio = difference.detached().exp()  // [token]
            let weight = ratio.clamp(1 - clipLow, 1 + clipHigh)
            let unchanged = ratio.equal(weight).to(.float32).sum().item()
            return Losses(
                tokens: -(weight * advantages * logProbabilities),
                clippedCount: Double(ratio.count) - unchanged)
        case .softGate:
            let temperature = Tensor.where(
                advantages.less(0), .full([1], gate.negative, device: advantages.device),
                .full([1], gate.positive, device: advantages.device))  // [token]
            let slope = temperature * (difference.exp() + -1)
            let opened = 4 / ((-slope).exp() + 1) / temperature
            return Losses(tokens: -(opened * advantages), clippedCount: 0)
        }
    }

    /// - Parameter ratio: `[token]`
    private func clipped(_ ratio: Tensor, _ advantages: Tensor, dualClip: Double? = nil) -> Losses {
        let plain = -(advantages * ratio)  // [token]
        let clipped = -(advantages * ratio.clamp(1 - clipLow, 1 + clipHigh))  // [token]
        let pessimistic = plain.maximum(clipped)  // [token]
        let count = clipped.greater(plain).to(.float32).sum().item()
        guard let dualClip else { return Losses(tokens: pessimistic, clippedCount: count) }
        let bounded = pessimistic.minimum(advantages * -dualClip)  // [token]
        return Losses(
            tokens: Tensor.where(advantages.less(0), bounded, pessimistic), clippedCount: count)
    }
}
