import Agent
package import Rollout
package import Tasks

/// Computes the reward of a trajectory: the built-in components and those of a reward program.
package struct TrajectoryScorer: Sendable {
    private let reward: Reward
    private let judge: any Judge
    private let external: ProgramReward?

    package init(reward: Reward, judge: any Judge) {
        self.reward = reward
        self.judge = judge
        external = reward.external
    }

    /// The reward, or why the answer has no verdict.
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
