import Settings
import Tasks

/// How the rewards of a step become a gradient. Each part is a value with a file in this folder.
///
/// The defaults are DeepEyes' GRPO (arXiv 2505.14362, section 3.2; arXiv 2402.03300, section 4.1).
package struct Algorithm: Codable, Hashable, Sendable {
    @Setting("Compares the reward of a trajectory with those of its group.")
    package var advantage = Advantage.groupDeviation
    @Setting("The policy loss.") package var objective = Objective()
    @Setting("How the losses of tokens are averaged over a step.") package var normalizer = Normalizer()
    @Setting("Which groups are trained on.") package var mask = TrainingMask()

    package init() {}

    /// Computes the advantage of each trajectory of a step.
    package func withAdvantages(_ groups: [TrajectoryGroup]) -> [TrajectoryGroup] {
        zip(groups, advantage.advantages(of: groups.map { $0.judged.map(\.reward.total) })).map {
            $0.withAdvantages($1)
        }
    }

    /// The training targets of a step.
    ///
    /// - Parameter groups: the groups of the step, with advantages.
    /// - Returns: a tree for each group selected by the mask, and the divisor of the summed loss.
    package func trees(of groups: [TrajectoryGroup]) -> (trees: [PromptTree], divisor: Double) {
        let trees = groups.filter(mask.counts).map { PromptTree($0, weighing: normalizer.factor) }
        return (trees, normalizer.divisor(of: groups))
    }
}
