package import Agent
import Evaluation
import Rollout
import Runs
package import Tasks

/// A trajectory with what it was paid and how that compares to its group.
package struct ScoredTrajectory: Sendable {
    package let trajectory: Trajectory
    package let reward: RewardBreakdown
    /// See ``GroupAdvantage``.
    package let advantage: Double
    /// Why there is no verdict on its answer; it takes no part in its group then, and its reward means nothing.
    package let unjudged: String?

    package init(
        trajectory: Trajectory, reward: RewardBreakdown, advantage: Double, unjudged: String? = nil
    ) {
        self.trajectory = trajectory
        self.reward = reward
        self.advantage = advantage
        self.unjudged = unjudged
    }
}

/// All samples of one prompt.
package struct TrajectoryGroup: Sendable {
    package let example: Example
    /// Position in the example source.
    package let index: Int
    package let members: [ScoredTrajectory]

    package init(example: Example, index: Int, members: [ScoredTrajectory]) {
        self.example = example
        self.index = index
        self.members = members
    }

    /// The members there is a verdict on.
    package var judged: [ScoredTrajectory] { members.filter { $0.unjudged == nil } }

    /// Tokens that those with a verdict wrote.
    package var completionTokenCount: Int {
        judged.reduce(0) { $0 + $1.trajectory.transcript.completionTokenCount }
    }

    /// Whether its rewards differ.
    package var hasSignal: Bool { GroupAdvantage.hasSignal(judged.map(\.reward.total)) }
}

extension TrajectoryRecord {
    /// A member of a group as the run keeps it.
    init(
        _ scored: ScoredTrajectory, of example: Example, at index: Int, origin: TrajectoryOrigin, step: Int,
        seed: UInt64, text: ([Int32]) -> String
    ) {
        self.init(
            scored.trajectory, reward: scored.reward, advantage: scored.advantage, unjudged: scored.unjudged,
            of: example, at: index, origin: origin, step: step, seed: seed, text: text)
    }
}
