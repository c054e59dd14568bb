import Agent
package import Tasks

/// Rewards the trajectories of each group and compares them with each other.
package struct GroupScorer: Sendable {
    private let reward: Reward
    private let advantage: GroupAdvantage
    private let judge: any Judge
    private let external: ProgramReward?

    package init(reward: Reward, advantage: GroupAdvantage, judge: any Judge) {
        self.reward = reward
        self.advantage = advantage
        self.judge = judge
        external = reward.external
    }

    /// Judges all trajectories at once. One on which there is no verdict is left out of its group's comparison.
    ///
    /// - Throws: `CancellationError` if the task was cancelled.
    package func scored(_ rollouts: [RolloutCollector.Group]) async throws -> [TrajectoryGroup] {
        var outcomes = rollouts.map { [Outcome?](repeating: nil, count: $0.trajectories.count) }
        try await withThrowingTaskGroup(of: (Int, Int, Outcome).self) { tasks in
            for (group, rollout) in rollouts.enumerated() {
                for (member, trajectory) in rollout.trajectories.enumerated() {
                    tasks.addTask { (group, member, try await outcome(of: trajectory, for: rollout.example)) }
                }
            }
            for try await (group, member, outcome) in tasks { outcomes[group][member] = outcome }
        }
        return zip(rollouts, outcomes).map { rollout, outcomes in
            group(rollout, outcomes: outcomes.compactMap(\.self))
        }
    }

    private typealias Outcome = Result<RewardBreakdown, Unjudged>

    private func outcome(of trajectory: Trajectory, for example: Example) async throws -> Outcome {
        do {
            let own = try await reward.breakdown(of: trajectory, for: example, by: judge)
            guard let external else { return .success(own) }
            return .success(
                own.adding(
                    try await external.components(of: trajectory, for: example, isCorrect: own.isCorrect)))
        } catch let error as CancellationError {
            throw error
        } catch {
            return .failure(error as? Unjudged ?? Unjudged(reason: "\(error)"))
        }
    }

    private func group(_ rollout: RolloutCollector.Group, outcomes: [Outcome]) -> TrajectoryGroup {
        let rewards = outcomes.map { try? $0.get() }
        var advantages = advantage.advantages(of: rewards.compactMap { $0?.total })[...]
        let members = zip(rollout.trajectories, outcomes).map { trajectory, outcome in
            switch outcome {
            case .success(let reward):
                ScoredTrajectory(
                    trajectory: trajectory, reward: reward, advantage: advantages.popFirst() ?? 0)
            case .failure(let error):
                ScoredTrajectory(
                    trajectory: trajectory,
                    reward: RewardBreakdown(components: [], isCorrect: false, formatError: nil), advantage: 0,
                    unjudged: error.reason)
            }
        }
        return TrajectoryGroup(example: rollout.example, index: rollout.index, members: members)
    }
}
