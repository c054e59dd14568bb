/// Which groups of a step are trained on.
package struct TrainingMask: Codable, Hashable, Sendable {
    package enum Groups: String, Codable, Hashable, Sendable, CaseIterable {
        /// Those whose rewards differ; the others would add nothing to the gradient.
        case withSignal
        /// All that have a verdict: the same gradient for more work, as long as nothing but the advantage is in the loss.
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
