import Settings

/// Which groups of a step are trained on.
package struct TrainingMask: Codable, Hashable, Sendable {
    package enum Groups: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
        case withSignal, all

        package var meaning: String {
            switch self {
            case .withSignal: "groups whose rewards differ; other groups have no gradient"
            case .all:
                "all groups with a judged trajectory: the gradient is the same, at a higher cost, as long as the loss depends on the advantage alone"
            }
        }
    }

    @Setting("The groups to train on.") package var groups = Groups.withSignal

    package init() {}

    func counts(_ group: TrajectoryGroup) -> Bool {
        switch groups {
        case .withSignal: group.hasSignal
        case .all: !group.judged.isEmpty
        }
    }
}
