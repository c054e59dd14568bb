import Settings

/// A reward for the entropy of the policy: its mean over tokens, divided as the loss is, is subtracted from the loss.
package struct EntropyTerm: Codable, Hashable, Sendable {
    package enum Rule: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
        case constant, adaptive

        package var meaning: String {
            switch self {
            case .constant: "the weight is `coefficient`"
            case .adaptive:
                "the weight is `coefficient` times what the mean entropy of the step's tokens lacks to `target`: nothing above it"
            }
        }
    }

    @Setting("Weight of the entropy; 0 for none.", .atLeast(0)) package var coefficient = 0.0
    @Setting("How the weight follows from the coefficient.") package var rule = Rule.constant
    @Setting("`adaptive`: the entropy in nats above which it is not rewarded.", .above(0))
    package var target = 0.9

    package init(coefficient: Double = 0, _ rule: Rule = .constant, target: Double = 0.9) {
        self.coefficient = coefficient
        self.rule = rule
        self.target = target
    }

    /// The weight in a step.
    ///
    /// - Parameter entropy: the mean entropy of the tokens that were sampled, in nats.
    package func weight(at entropy: Double) -> Double {
        switch rule {
        case .constant: coefficient
        case .adaptive: coefficient * max(0, target - entropy)
        }
    }
}
