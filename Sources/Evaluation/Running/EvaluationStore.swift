import Rollout
package import Runs

/// Identifies an answer by item and sample.
struct AnswerKey: Hashable, Sendable {
    let index: Int
    let sample: Int
    /// The group under which its trajectory is recorded. Each sample has its own group, because samples can have different
    /// option orders while a group shares one prompt.
    let group: Int

    /// - Parameters:
    ///   - group: the recorded group.
    ///   - samples: samples per item.
    init(group: Int, samples: Int) {
        self.group = group
        (index, sample) = group.quotientAndRemainder(dividingBy: samples)
    }
}

/// Where the answers of an evaluation are stored.
package struct EvaluationStore: Sendable {
    package let trajectories: TrajectoryStore
    /// The evaluation's name, if the store holds several.
    private let name: String?
    private let step: Int
    private let seed: UInt64

    /// - Parameters:
    ///   - store: the trajectory store.
    ///   - name: the evaluation's name within a run; nil if it is the only one.
    ///   - step: the training step that is evaluated.
    ///   - seed: seed of the items' source, from which their images are regenerated.
    package init(_ store: TrajectoryStore, name: String? = nil, step: Int = 0, seed: UInt64 = 0) {
        self.trajectories = store
        self.name = name
        self.step = step
        self.seed = seed
    }

    /// - Parameter part: name of a part of the evaluation, such as a condition.
    func purpose(of part: String) -> RolloutPurpose {
        RolloutPurpose(.evaluation(name.map { "\($0)/\(part)" } ?? part), step: step, seed: seed)
    }

    func filter(of part: String) -> TrajectoryFilter {
        TrajectoryFilter(origin: purpose(of: part).origin, steps: step...step)
    }
}
