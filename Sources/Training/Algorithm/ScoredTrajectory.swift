package import Agent
package import Rollout
package import Runs
package import Tasks

/// A trajectory with its reward and advantage.
package struct ScoredTrajectory: Sendable {
    package let id: TrajectoryID
    package let trajectory: Trajectory
    package let reward: RewardBreakdown
    /// The advantages of its tokens; nil until ``Algorithm/withAdvantages(_:)`` has computed them.
    package private(set) var estimates: TokenEstimates?
    /// What models say about its tokens; nil if the algorithm does not ask them.
    package private(set) var scores: TokenScores?
    /// Why the answer has no verdict; nil if it has one. An unjudged trajectory is excluded from its group's advantages and
    /// from the loss, and its reward is meaningless.
    package let unjudged: String?
    private let recorded: TrajectoryRecord

    /// - Parameters:
    ///   - rollout: the trajectory with its request.
    ///   - outcome: the reward, or why the answer has no verdict.
    ///   - record: makes the record from the reward and the reason for a missing verdict.
    package init(
        _ rollout: Rollout, _ outcome: Result<RewardBreakdown, Unjudged>,
        record: (RewardBreakdown, String?) -> TrajectoryRecord
    ) {
        id = rollout.request.recordID
        trajectory = rollout.trajectory
        switch outcome {
        case .success(let reward): (self.reward, unjudged) = (reward, nil)
        case .failure(let error): (reward, unjudged) = (.none, error.reason)
        }
        recorded = record(reward, unjudged)
    }

    func with(_ estimates: TokenEstimates) -> ScoredTrajectory {
        var copy = self
        copy.estimates = estimates
        return copy
    }

    func with(_ scores: TokenScores?) -> ScoredTrajectory {
        var copy = self
        copy.scores = scores
        return copy
    }

    /// The mean advantage of its tokens; 0 until it is computed.
    package var advantage: Double { estimates?.meanAdvantage ?? 0 }

    /// The record for the trajectory store.
    package var record: TrajectoryRecord {
        var record = recorded
        record.advantage = advantage
        return record
    }

    /// The entropies of its tokens when they were sampled, in nats. `[token]`
    package var entropies: [Float] { trajectory.transcript.segments.flatMap(\.entropies) }

    package var patterns: [ThinkingPattern] { recorded.patterns }

    package var firstBoxIoU: Double? { recorded.firstBoxIoU }
}

/// What models say about the completion tokens of a trajectory before the first update. A list is empty if it is not needed.
package struct TokenScores: Sendable, Equatable {
    /// Log-probabilities under the policy, computed by the trainer. `[token]`
    package var policy: [Float] = []
    /// Log-probabilities under the reference model. `[token]`
    package var reference: [Float] = []
    /// The critic's value before each token. `[token]`
    package var values: [Float] = []

    package init() {}
}

/// All samples of one prompt.
package struct TrajectoryGroup: Sendable {
    package let example: Example
    /// Index in the example source.
    package let index: Int
    package let members: [ScoredTrajectory]
    /// The reward of a greedy answer; nil if none was asked for or it has no verdict.
    package let greedyReward: Double?

    package init(
        example: Example, index: Int, members: [ScoredTrajectory], greedyReward: Double? = nil
    ) {
        self.example = example
        self.index = index
        self.members = members
        self.greedyReward = greedyReward
    }

    /// The members with a verdict.
    package var judged: [ScoredTrajectory] { members.filter { $0.unjudged == nil } }

    /// Completion tokens of the members with a verdict.
    package var completionTokenCount: Int {
        judged.reduce(0) { $0 + $1.trajectory.transcript.completionTokenCount }
    }

    /// Whether the rewards of the judged members differ.
    package var hasSignal: Bool { Advantage.hasSignal(judged.map(\.reward.total)) }

    /// The group with the estimates of each judged member, in order.
    func with(_ estimates: [TokenEstimates]) -> TrajectoryGroup {
        var remaining = estimates[...]
        return replacing { $0.unjudged == nil ? $0.with(remaining.removeFirst()) : $0 }
    }

    /// The group with the scores of its members.
    func with(_ scores: [TrajectoryID: TokenScores]) -> TrajectoryGroup {
        replacing { $0.with(scores[$0.id]) }
    }

    private func replacing(_ change: (ScoredTrajectory) -> ScoredTrajectory) -> TrajectoryGroup {
        TrajectoryGroup(
            example: example, index: index, members: members.map(change), greedyReward: greedyReward)
    }
}
