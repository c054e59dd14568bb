package import Agent
package import Rollout
package import Runs
package import Tasks

/// A trajectory with what it was paid and how that compares to others.
package struct ScoredTrajectory: Sendable {
    package let id: TrajectoryID
    package let trajectory: Trajectory
    package let reward: RewardBreakdown
    /// See ``Advantage``; 0 until the groups of the step have been compared.
    package let advantage: Double
    /// Why there is no verdict on its answer; it takes no part in its group then, and its reward means nothing.
    package let unjudged: String?
    private let recorded: TrajectoryRecord

    /// - Parameters:
    ///   - rollout: the trajectory and what it was made for.
    ///   - outcome: what it is paid, or why that is unknown.
    ///   - record: makes its record, given reward and reason.
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

    /// As the run keeps it.
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
    package var hasSignal: Bool { Advantage.hasSignal(judged.map(\.reward.total)) }

    /// With an advantage for each judged member, in order.
    func withAdvantages(_ advantages: [Double]) -> TrajectoryGroup {
        var left = advantages[...]
        let members = members.map { member in
            member.unjudged == nil ? member.withAdvantage(left.popFirst() ?? 0) : member
        }
        return TrajectoryGroup(example: example, index: index, members: members)
    }
}
