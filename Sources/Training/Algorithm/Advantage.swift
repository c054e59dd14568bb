/// How much better each trajectory did than others.
package enum Advantage: String, Codable, Hashable, Sendable, CaseIterable {
    /// (r − mean) / (std + 1e-6) of its group, with the unbiased deviation (GRPO, arXiv 2402.03300, section 4.1).
    case groupDeviation
    /// r − mean of its group (Dr. GRPO, arXiv 2503.20783).
    case groupMean

    /// Added to the deviation, as the reference implementations do.
    static let epsilon = 1e-6

    /// The advantages of all groups of a step; zeros in a group whose rewards are all equal.
    ///
    /// - Parameter rewards: of the trajectories with a verdict. [group][trajectory]
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

    /// Whether the rewards of a group differ, so that it says something about what to do.
    package static func hasSignal(_ rewards: [Double]) -> Bool {
        guard let first = rewards.first else { return false }
        return rewards.contains { $0 != first }
    }
}
