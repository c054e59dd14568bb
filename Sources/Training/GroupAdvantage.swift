/// How much better each trajectory of a group did than its group (DeepEyes §3.2; GRPO, arXiv 2402.03300 §4.1).
package struct GroupAdvantage: Codable, Hashable, Sendable {
    /// Whether the difference to the mean is divided by the group's deviation; off gives Dr. GRPO's variant.
    package var normalizesByDeviation = true

    package init(normalizesByDeviation: Bool = true) {
        self.normalizesByDeviation = normalizesByDeviation
    }

    /// Added to the deviation, as the reference implementations do.
    static let epsilon = 1e-6

    /// (r − mean) / (std + 1e-6) with the unbiased deviation; zeros where all rewards are equal.
    package func advantages(of rewards: [Double]) -> [Double] {
        guard Self.hasSignal(rewards) else { return Array(repeating: 0, count: rewards.count) }
        let mean = rewards.reduce(0, +) / Double(rewards.count)
        guard normalizesByDeviation else { return rewards.map { $0 - mean } }
        let squares = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / Double(rewards.count - 1)).squareRoot()
        return rewards.map { ($0 - mean) / (deviation + Self.epsilon) }
    }

    /// Whether the rewards of a group differ, so that it says something about what to do.
    package static func hasSignal(_ rewards: [Double]) -> Bool {
        guard let first = rewards.first else { return false }
        return rewards.contains { $0 != first }
    }
}
