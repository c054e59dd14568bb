package import Agent
package import Rollout
package import Runs
package import Tasks

/// A trajectory with its reward and advantage.
package struct ScoredTrajectory: Sendable {
    package let id: TrajectoryID
    package let trajectory: Trajectory
    package let reward: RewardBreakdown
    /// The advantage; 0 until ``Algorithm/withAdvantages(_:)`` has computed it.
    package let advantage: Double
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
        advantage = 0
        recorded = record(reward, unjudged)
    }

    private init(_ scored: ScoredTrajectory, advantage: Double) {
        id = scored.id
        trajectory = scored.trajectory
        reward = scored.reward
        unjudged = scored.unjudged
        recorded = scored.recorded
        self.advantage = advantage
    }

    func withAdvantage(_ advantage: Double) -> ScoredTrajectory {
        ScoredTrajectory(self, advantage: advantage)
    }

    /// The record for the trajectory store.
    package var record: TrajectoryRecord {
        var record = recorded
        record.advantage = advantage
        return record
    }

    package var firstBoxIoU: Double? { recorded.firstBoxIoU }
}

/// All samples of one prompt.
package struct TrajectoryGroup: Sendable {
    package let example: Example
    /// Index in the example source.
    package let index: Int
    package let members: [ScoredTrajectory]

    package init(example: Example, index: Int, members: [ScoredTrajectory]) {
        self.example = example
        self.index = index
        self.members = members
    }

    /// The members with a verdict.
    package var judged: [ScoredTrajectory] { members.filter { $0.unjudged == nil } }

    /// Completion tokens of the members with a verdict.
    package var completionTokenCount: Int {
        judged.reduce(0) { $0 + $1.trajectory.transcript.completionTokenCount }
    }

    /// Whether the rewards of the judged members differ.
    package var hasSignal: Bool { Advantage.hasSignal(judged.map(\.reward.total)) }

    /// The group with an advantage for each judged member, in order.
    func withAdvantages(_ advantages: [Double]) -> TrajectoryGroup {
        var remaining = advantages[...]
        let members = members.map { member in
            member.unjudged == nil ? member.withAdvantage(remaining.popFirst() ?? 0) : member
        }
        return TrajectoryGroup(example: example, index: index, members: members)
    }
}
