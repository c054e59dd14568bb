/// Which groups of a step are trained on.
package struct TrainingMask: Codable, Hashable, Sendable {
    package enum Groups: String, Codable, Hashable, Sendable, CaseIterable {
        /// Groups whose rewards differ; other groups have no gradient.
        case withSignal
        /// All groups with a judged trajectory. The gradient is the same, at a higher cost, as long as the loss depends on the
        /// advantage alone.
        case all
    }

    package var groups = Groups.withSignal

    package init() {}

    func counts(_ group: TrajectoryGroup) -> Bool {
        switch groups {
        case .withSignal: group.hasSignal
        case .all: !group.judged.isEmpty
        }
    }
}
