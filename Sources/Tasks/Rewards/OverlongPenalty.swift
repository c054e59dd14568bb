import Agent
import Settings

/// A penalty for trajectories that come near the limit of tokens (DAPO, arXiv 2503.14476, section 3.4).
///
/// Nothing up to `limit - buffer` completion tokens, then growing evenly to the whole penalty at `limit`.
package struct OverlongPenalty: Hashable, Sendable, Codable {
    @Setting(
        "Completion tokens from which on a trajectory has the whole penalty; 0 for no penalty.", .atLeast(0))
    package var limit = 0
    @Setting("Tokens before the limit in which the penalty grows.", .atLeast(0)) package var buffer = 0
    @Setting("The whole penalty.", .above(0)) package var penalty = 1.0

    package init(limit: Int = 0, buffer: Int = 0, penalty: Double = 1) {
        self.limit = limit
        self.buffer = buffer
        self.penalty = penalty
    }

    /// The name of the reward component.
    static let component = "overlong"

    /// The component of a trajectory; nil without a penalty.
    ///
    /// - Parameter count: completion tokens of the trajectory.
    package func component(completionTokens count: Int) -> RewardBreakdown.Component? {
        guard limit > 0 else { return nil }
        let excess = Double(count - (limit - buffer))
        let fraction = count >= limit ? 1 : max(0, excess) / Double(max(buffer, 1))
        return .init(name: Self.component, value: fraction == 0 ? 0 : -penalty * fraction)
    }
}
