import Settings

/// The advantage estimator: compares the reward of a trajectory with those of its group.
package enum Advantage: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
    case groupDeviation, groupMean

    package var meaning: String {
        switch self {
        case .groupDeviation:
            "(r − mean) / (std + 1e-6) within the group, with the unbiased standard deviation (GRPO, arXiv 2402.03300, section 4.1)"
        case .groupMean: "r − mean within the group (Dr. GRPO, arXiv 2503.20783)"
        }
    }

    /// Added to the standard deviation, as in the reference implementations.
    static let epsilon = 1e-6

    /// The advantages of all groups of a step; zeros for a group whose rewards are all equal.
    ///
    /// - Parameter rewards: the rewards of the judged trajectories. [group][trajectory]
    package func advantages(of rewards: [[Double]]) -> [[Double]] { rewards.map(withinGroup) }

    private func withinGroup(_ rewards: [Double]) -> [Double] {
        guard Self.hasSignal(rewards) else { return Array(repeating: 0, count: rewards.count) }
        let mean = rewards.reduce(0, +) / Double(rewards.count)
        switch self {
        case .groupMean: return rewards.map { $0 - mean }
        case .groupDeviation:
            let squares = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let deviation = (squares / Double(rewards.count - 1)).squareRoot()
            return rewards.map { ($0 - mean) / (deviation + Self.epsilon) }
        }
    }

    /// Whether the rewards of a group differ; otherwise the group has no gradient.
    package static func hasSignal(_ rewards: [Double]) -> Bool {
        guard let first = rewards.first else { return false }
        return rewards.contains { $0 != first }
    }
}
