import CounterRandom
import Settings

/// How often the trajectories of a step are trained on.
package struct UpdatePlan: Codable, Hashable, Sendable {
    @Setting("Passes over the trajectories of a step.", .atLeast(1)) package var epochs = 1
    @Setting(
        "Parts into which the groups of a step are divided; each part is an optimizer step. With several parts or epochs the trainer computes the old log-probabilities itself, in one more forward pass.",
        .atLeast(1)) package var miniBatches = 1

    package init(epochs: Int = 1, miniBatches: Int = 1) {
        self.epochs = epochs
        self.miniBatches = miniBatches
    }

    package var isSingle: Bool { epochs * miniBatches == 1 }

    /// The groups of each update, in order. Each epoch divides them anew, by the seed alone; parts differ by at most one group.
    ///
    /// - Parameters:
    ///   - count: the number of groups.
    ///   - seed: the run's seed.
    ///   - step: the number of completed steps.
    package func parts(of count: Int, seed: UInt64, step: Int) -> [[Int]] {
        if isSingle { return [Array(0..<count)] }
        return (0..<epochs).flatMap { epoch in
            var order = Array(0..<count)
            var random = CounterRandom(seed: seed, UInt64(step), UInt64(epoch))
            random.shuffle(&order)
            let bounds = (0...miniBatches).map { $0 * count / miniBatches }
            let parts = zip(bounds, bounds.dropFirst()).map { Array(order[$0..<$1]) }
            return parts.filter { !$0.isEmpty }
        }
    }
}

/// Which log-probabilities the ratio of an objective compares with.
package enum OldPolicy: Sendable {
    /// Those with which the tokens were sampled.
    case sampled
    /// Those of the pass itself, without a gradient: for a single update, the trainer's before it.
    case current
    /// The trainer's before the first of several updates.
    case recomputed
}
