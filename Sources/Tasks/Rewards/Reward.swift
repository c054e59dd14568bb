package import Agent
package import Settings

/// The weights of the reward components.
package struct RewardWeights: Hashable, Sendable, Codable {
    /// When a trajectory receives the tool bonus.
    package enum ToolBonusRule: String, Hashable, Sendable, Codable, CaseIterable, SettingChoice {
        case none, unconditional, conditional

        package var meaning: String {
            switch self {
            case .none: "never"
            case .unconditional: "if a call of one of the bonus tools succeeded"
            case .conditional: "if a call of one of the bonus tools succeeded and the answer is right"
            }
        }
    }

    @Setting("Added if the answer is right.", .anyNumber) package var accuracy = 0.0
    @Setting("Subtracted for a format error.", .anyNumber) package var formatError = 0.0
    @Setting("Added according to `toolBonusRule`.", .anyNumber) package var toolBonus = 0.0
    @Setting("When a trajectory receives the tool bonus.") package var toolBonusRule = ToolBonusRule.none
    @Setting("Names of the tools that earn the bonus.") package var bonusTools = [ZoomTool.name]

    package init(
        accuracy: Double, formatError: Double, toolBonus: Double = 0, toolBonusRule: ToolBonusRule = .none
    ) {
        self.accuracy = accuracy
        self.formatError = formatError
        self.toolBonus = toolBonus
        self.toolBonusRule = toolBonusRule
    }

    /// 0.8 for a right answer, -0.2 for a format error, 1.2 for a right answer after a crop.
    package static let perception = RewardWeights(
        accuracy: 0.8, formatError: 0.2, toolBonus: 1.2, toolBonusRule: .conditional)

    /// 1.2 for a right answer, -0.4 for a format error.
    package static let mathematics = RewardWeights(accuracy: 1.2, formatError: 0.4)
}

/// A reward with its components.
package struct RewardBreakdown: Hashable, Sendable, Codable {
    package struct Component: Hashable, Sendable, Codable {
        /// "accuracy", "format", "tool", or a component of a reward program.
        package let name: String
        /// Its contribution to the total.
        package let value: Double

        package init(name: String, value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// In a fixed order; a component without contribution has the value 0.
    package let components: [Component]
    package let isCorrect: Bool
    package let formatError: FormatError?

    package init(components: [Component], isCorrect: Bool, formatError: FormatError?) {
        self.components = components
        self.isCorrect = isCorrect
        self.formatError = formatError
    }

    package var total: Double { components.reduce(0) { $0 + $1.value } }

    /// The breakdown with further components appended.
    package func adding(_ further: [Component]) -> RewardBreakdown {
        RewardBreakdown(
            components: components + further, isCorrect: isCorrect, formatError: formatError)
    }

    /// The value of a component by name; 0 if there is none.
    package subscript(name: String) -> Double { components.first { $0.name == name }?.value ?? 0 }
}

/// A format error.
package enum FormatError: String, Hashable, Sendable, Codable, CaseIterable {
    /// The last completion has no closed `<answer>`.
    case missingAnswer
    /// The answer reaches or exceeds the character limit.
    case overlongAnswer
    /// A thought is not closed, or an answer is not closed or nested. Tags inside thoughts do not count.
    case unbalancedTags
}

/// Computes the outcome reward of a trajectory.
///
/// A missing or overlong answer is wrong and a format error, and is not judged.
package struct Reward: Hashable, Sendable, Codable {
    /// Answers of this many characters (Unicode scalars) or more are format errors.
    package static let answerCharacterLimit = 1000

    @Setting("Weights for questions about what an image shows.")
    package var perception = RewardWeights.perception
    @Setting("Weights for questions of mathematics.") package var mathematics = RewardWeights.mathematics
    @Setting("The penalty for trajectories near the limit of tokens.") package var overlong =
        OverlongPenalty()
    @Setting("A command that computes further components of the reward; empty for none.")
    package var program = ""
    @Setting("The weight of each component of the program, such as `{brevity: 0.5}`.")
    package var components: [String: Double] = [:]
    @Setting("Timeout of the program for one trajectory.", .above(0)) package var timeoutSeconds = 30.0

    package init(perception: RewardWeights = .perception, mathematics: RewardWeights = .mathematics) {
        self.perception = perception
        self.mathematics = mathematics
    }

    /// Reserved names that a program's component must not have.
    package static let ownComponents = [
        "accuracy", "format", "tool", OverlongPenalty.component, "total", "unjudged",
    ]

    /// The program, if there is one.
    package var external: ProgramReward? {
        program.isEmpty
            ? nil
            : ProgramReward(command: program, weights: components, timeout: .seconds(timeoutSeconds))
    }

    /// Judges and rewards `trajectory`; only well-formed answers are passed to the judge.
    ///
    /// - Throws: errors of the judge.
    package func breakdown(
        of trajectory: Trajectory, for example: Example, by judge: any Judge
    ) async throws -> RewardBreakdown {
        let formatError = Reward.formatError(of: trajectory)
        var isCorrect = false
        if formatError == nil || formatError == .unbalancedTags, let answer = trajectory.answer {
            isCorrect = try await judge.isCorrect(answer, for: example)
        }
        let weights = weights(of: example.rewardKind)
        let outcome = breakdown(
            kind: example.rewardKind, isCorrect: isCorrect, formatError: formatError,
            usedBonusTool: trajectory.succeeded(in: weights.bonusTools))
        let penalty = overlong.component(completionTokens: trajectory.transcript.completionTokenCount)
        return penalty.map { outcome.adding([$0]) } ?? outcome
    }

    private func weights(of kind: RewardKind) -> RewardWeights {
        kind == .perception ? perception : mathematics
    }

    /// The reward for an outcome.
    ///
    /// - Parameters:
    ///   - kind: selects the weights.
    ///   - isCorrect: whether the answer is right.
    ///   - formatError: the format error, if any.
    ///   - usedBonusTool: whether a call of one of the bonus tools succeeded.
    package func breakdown(
        kind: RewardKind, isCorrect: Bool, formatError: FormatError?, usedBonusTool: Bool
    ) -> RewardBreakdown {
        let weights = weights(of: kind)
        let earnsBonus =
            switch weights.toolBonusRule {
            case .none: false
            case .unconditional: usedBonusTool
            case .conditional: usedBonusTool && isCorrect
            }
        return RewardBreakdown(
            components: [
                .init(name: "accuracy", value: isCorrect ? weights.accuracy : 0),
                .init(name: "format", value: formatError == nil ? 0 : -weights.formatError),
                .init(name: "tool", value: earnsBonus ? weights.toolBonus : 0),
            ],
            isCorrect: isCorrect, formatError: formatError)
    }

    /// The format error of a trajectory; nil if there is none.
    package static func formatError(of trajectory: Trajectory) -> FormatError? {
        guard let answer = trajectory.answer else { return .missingAnswer }
        if answer.unicodeScalars.count >= answerCharacterLimit { return .overlongAnswer }
        return trajectory.completions.allSatisfy(Markup.isWellFormed) ? nil : .unbalancedTags
    }
}
