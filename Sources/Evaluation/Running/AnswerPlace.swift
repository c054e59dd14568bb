import Rollout
package import Runs

/// Which answer: a sample of an item.
struct AnswerPlace: Hashable, Sendable {
    let index: Int
    let sample: Int
    /// The group that its trajectory is recorded as. Samples may see their options in different orders, and a group shares
    /// its prompt, so each is a group of its own.
    let number: Int

    /// - Parameters:
    ///   - number: of the place.
    ///   - samples: of each item.
    init(number: Int, samples: Int) {
        self.number = number
        (index, sample) = number.quotientAndRemainder(dividingBy: samples)
    }
}

/// Where the answers of an evaluation are kept.
package struct EvaluationPlace: Sendable {
    package let store: TrajectoryStore
    /// Of the evaluation, where a store holds several.
    private let name: String?
    private let step: Int
    private let seed: UInt64

    /// - Parameters:
    ///   - store: of the trajectories.
    ///   - name: of the evaluation among those of a run; nil where it is the only one.
    ///   - step: of the run that is evaluated.
    ///   - seed: of the source of the items, which makes their images again.
    package init(_ store: TrajectoryStore, name: String? = nil, step: Int = 0, seed: UInt64 = 0) {
        self.store = store
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
