import Tasks

/// How the rewards of a step become a gradient, as values; each part is a file of this folder.
///
/// The defaults are DeepEyes' GRPO (arXiv 2505.14362, section 3.2; arXiv 2402.03300, section 4.1).
package struct Algorithm: Codable, Hashable, Sendable {
    package var advantage = Advantage.groupDeviation
    package var objective = Objective()
    package var normalizer = Normalizer()
    package var mask = TrainingMask()

    package init() {}

    /// - Throws: ``ConfigurationError`` that names the first value that cannot work.
    package func validate() throws {
        try objective.validate()
        try normalizer.validate()
    }

    /// The groups of a step with the advantage of each trajectory.
    package func compared(_ groups: [TrajectoryGroup]) -> [TrajectoryGroup] {
        zip(groups, advantage.advantages(of: groups.map { $0.judged.map(\.reward.total) })).map {
            $0.withAdvantages($1)
        }
    }

    /// What is trained on of the groups of a step, which have their advantages, and what the summed loss is divided by.
    ///
    /// - Returns: a tree for each group that counts.
    package func trees(of groups: [TrajectoryGroup]) -> (trees: [PromptTree], divisor: Double) {
        let trees = groups.filter(mask.counts).map { PromptTree($0, weighing: normalizer.factor) }
        return (trees, normalizer.divisor(of: groups))
    }
}
