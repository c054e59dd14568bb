import Settings

/// The normalization of the loss: a factor on the advantage of each trajectory and a divisor of the sum over the step.
package struct Normalizer: Codable, Hashable, Sendable {
    package enum Rule: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
        case stepTokens, sequence, constant

        package var meaning: String {
            switch self {
            case .stepTokens:
                "the mean over all completion tokens of the step (DAPO's token mean): all tokens have equal weight"
            case .sequence:
                "the mean over trajectories of the mean over their tokens (GRPO as published): all trajectories have equal weight"
            case .constant:
                "the sum over tokens divided by `tokens`, averaged over trajectories (Dr. GRPO, arXiv 2503.20783)"
            }
        }
    }

    @Setting("The formula of the average.") package var rule = Rule.stepTokens
    @Setting("The divisor of the `constant` rule; usually the maximum completion length.", .atLeast(1))
    package var tokens = 1024

    package init(_ rule: Rule = .stepTokens, tokens: Int = 1024) {
        self.rule = rule
        self.tokens = tokens
    }

    /// The factor on the advantage of a trajectory with `count` completion tokens.
    package func factor(completionTokens count: Int) -> Double {
        switch rule {
        case .stepTokens: 1
        case .sequence: 1 / Double(max(count, 1))
        case .constant: 1 / Double(tokens)
        }
    }

    /// The divisor of the sum over all targets.
    ///
    /// - Parameter counts: completion tokens of each trajectory that counts, also if it has no gradient.
    package func divisor(completionTokens counts: [Int]) -> Double {
        switch rule {
        case .stepTokens: Double(counts.reduce(0, +))
        case .sequence, .constant: Double(counts.count)
        }
    }
}
