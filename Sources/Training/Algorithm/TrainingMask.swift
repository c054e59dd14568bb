import Agent
import Settings

/// Which groups, trajectories and tokens of a step are trained on.
package struct TrainingMask: Codable, Hashable, Sendable {
    package enum Groups: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
        case withSignal, all

        package var meaning: String {
            switch self {
            case .withSignal:
                "groups with an advantage other than 0; other groups have no gradient. If the loss has terms beside the advantage (divergence, entropy, values), all groups"
            case .all:
                "all groups with a judged trajectory: the gradient is the same, at a higher cost, as long as the loss depends on the advantage alone"
            }
        }
    }

    @Setting("The groups to train on.") package var groups = Groups.withSignal
    @Setting(
        "Leave trajectories that a limit of tokens cut off out of the loss; their rewards still count in their group (DAPO's overlong filtering)."
    )
    package var overLength = false
    @Setting(
        "The same for trajectories that reached the limit of tool calls, so that long searches are not punished (Mini-o3, arXiv 2509.07969)."
    )
    package var overTurn = false
    @Setting(
        "Fraction of the step's tokens, those with the highest entropy, that the policy loss covers (arXiv 2506.01939).",
        .above(0, atMost: 1)) package var topEntropyFraction = 1.0

    package init() {}

    /// Whether a judged trajectory counts in the loss and its divisor.
    package func counts(_ member: ScoredTrajectory) -> Bool {
        guard member.unjudged == nil else { return false }
        return switch member.trajectory.finish {
        case .lengthLimit, .contextLimit: !overLength
        case .turnLimit: !overTurn
        case .answered, .failed: true
        }
    }

    /// The entropy from which on tokens are in the policy loss: a quantile over all tokens with linear interpolation; 0 for all.
    ///
    /// - Parameter entropies: the entropies of all tokens of a step, in nats.
    package func entropyThreshold(of entropies: [Float]) -> Float {
        guard topEntropyFraction < 1, !entropies.isEmpty else { return 0 }
        let sorted = entropies.sorted()
        let place = (1 - topEntropyFraction) * Double(sorted.count - 1)
        let low = Int(place)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + Float(place - Double(low)) * (sorted[high] - sorted[low])
    }
}
