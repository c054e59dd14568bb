import Settings
package import Torch

/// The correction for tokens that other probabilities sampled than the trainer computes: by another engine, or by older weights.
///
/// Each token's loss is weighted by the ratio of the trainer's probability before the first update to the one it was sampled
/// with.
package struct ImportanceWeights: Codable, Hashable, Sendable {
    package enum Rule: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
        case none, truncated, masked

        package var meaning: String {
            switch self {
            case .none: "no correction: the sampled probabilities are the old ones of the objective"
            case .truncated: "the ratio, cut off at `lower` and `upper` (truncated importance sampling)"
            case .masked: "the ratio, or 0 outside of `lower` to `upper` (IcePop: 0.5 to 5)"
            }
        }
    }

    package enum Level: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
        case token, sequence

        package var meaning: String {
            switch self {
            case .token: "the ratio of each token"
            case .sequence: "the product of the ratios of a trajectory's tokens"
            }
        }
    }

    @Setting("What becomes of the ratio.") package var rule = Rule.none
    @Setting("What has a ratio.") package var level = Level.token
    @Setting("The lowest ratio.", .atLeast(0)) package var lower = 0.0
    @Setting("The highest ratio.", .above(0)) package var upper = 2.0

    package init(_ rule: Rule = .none, _ level: Level = .token, lower: Double = 0, upper: Double = 2) {
        self.rule = rule
        self.level = level
        self.lower = lower
        self.upper = upper
    }

    /// The weight of each token, without a gradient. `[token]`
    ///
    /// - Parameters:
    ///   - policy: the trainer's log-probabilities before the first update. `[token]`
    ///   - sampled: log-probabilities with which the tokens were sampled. `[token]`
    ///   - branches: the lengths of the trajectories that the tokens belong to.
    /// - Returns: nil without a correction.
    package func weights(_ policy: Tensor, _ sampled: Tensor, branches: BranchLengths) -> Tensor? {
        if rule == .none { return nil }
        let difference = policy.detached() - sampled
        let ratio = (level == .token ? difference : branches.sums(difference)).exp()  // [token]
        let bounded = ratio.clamp(lower, upper)
        return rule == .truncated ? bounded : ratio * ratio.equal(bounded).to(.float32)
    }
}
