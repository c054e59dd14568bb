import Agent
package import Rollout
package import Tasks

/// Rewards a trajectory: the reward's own components, and those that a program pays.
package struct TrajectoryScorer: Sendable {
    private let reward: Reward
    private let judge: any Judge
    private let external: ProgramReward?

    package init(reward: Reward, judge: any Judge) {
        self.reward = reward
        self.judge = judge
        external = reward.external
    }

    /// What it is paid, or why there is no verdict on its answer.
    ///
    /// - Throws: `CancellationError` if the task was cancelled.
    package func outcome(of rollout: Rollout) async throws -> Result<RewardBreakdown, Unjudged> {
        let (trajectory, example) = (rollout.trajectory, rollout.request.example)
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
}
