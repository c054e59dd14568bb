import Agent
package import Tasks

/// Rewards the trajectories of each group and compares them with each other.
package struct GroupScorer: Sendable {
    private let reward: Reward
    private let advantage: GroupAdvantage
    private let judge: any Judge

    package init(reward: Reward, advantage: GroupAdvantage, judge: any Judge) {
        self.reward = reward
        self.advantage = advantage
        self.judge = judge
    }

    /// - Throws: what the judge throws.
    package func scored(_ rollouts: [RolloutCollector.Group]) async throws -> [TrajectoryGroup] {
        var groups: [TrajectoryGroup] = []
        for rollout in rollouts {
            var rewards: [RewardBreakdown] = []
            for trajectory in rollout.trajectories {
                rewards.append(try await reward.breakdown(of: trajectory, for: rollout.example, by: judge))
            }
            let advantages = advantage.advantages(of: rewards.map(\.total))
            let members = rollout.trajectories.indices.map {
                ScoredTrajectory(
                    trajectory: rollout.trajectories[$0], reward: rewards[$0], advantage: advantages[$0])
            }
            groups.append(TrajectoryGroup(example: rollout.example, index: rollout.index, members: members))
        }
        return groups
    }
}
