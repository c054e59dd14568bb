/// What the loss of a step is divided by: a factor on the advantage of each trajectory, and a divisor of the sum.
package struct Normalizer: Codable, Hashable, Sendable {
    package enum Rule: String, Codable, Hashable, Sendable, CaseIterable {
        /// The mean over all completion tokens of the step (DAPO's token mean): every token weighs the same.
        case stepTokens
        /// The mean over trajectories of the mean over their tokens (GRPO as published): every trajectory weighs the same.
        case sequence
        /// The sum over tokens by a constant, averaged over trajectories (Dr. GRPO, arXiv 2503.20783).
        case constant
    }

    package var rule = Rule.stepTokens
    /// Tokens that the sum is divided by under `constant`; the longest completion allowed is the usual choice.
    package var tokens = 1024

    package init(_ rule: Rule = .stepTokens, tokens: Int = 1024) {
        self.rule = rule
        self.tokens = tokens
    }

    /// What the advantage of a trajectory with so many completion tokens is multiplied by.
    package func factor(completionTokens count: Int) -> Double {
        switch rule {
        case .stepTokens: 1
        case .sequence: 1 / Double(max(count, 1))
        case .constant: 1 / Double(tokens)
        }
    }

    /// What the sum over all targets is divided by; trajectories without a gradient count too.
    package func divisor(of groups: [TrajectoryGroup]) -> Double {
        switch rule {
        case .stepTokens: Double(groups.reduce(0) { $0 + $1.completionTokenCount })
        case .sequence, .constant: Double(groups.reduce(0) { $0 + $1.judged.count })
        }
    }

    func validate() throws {
        if tokens < 1 {
            throw ConfigurationError(
                description: "configuration: algorithm.normalizer.tokens is \(tokens); it must be at least 1")
        }
    }
}
