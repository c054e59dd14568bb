package import Agent
package import Tasks

/// A trajectory with what it was paid and how that compares to its group.
package struct ScoredTrajectory: Sendable {
    package let trajectory: Trajectory
    package let reward: RewardBreakdown
    /// See ``GroupAdvantage``.
    package let advantage: Double

    package init(trajectory: Trajectory, reward: RewardBreakdown, advantage: Double) {
        self.trajectory = trajectory
        self.reward = reward
        self.advantage = advantage
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

    /// Tokens its members wrote.
    package var completionTokenCount: Int {
        members.reduce(0) { $0 + $1.trajectory.transcript.completionTokenCount }
    }

    /// Whether its rewards differ.
    package var hasSignal: Bool { GroupAdvantage.hasSignal(members.map(\.reward.total)) }
}
