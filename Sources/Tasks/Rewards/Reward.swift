package import Agent

/// What each part of the reward counts.
package struct RewardWeights: Hashable, Sendable, Codable {
    /// When a trajectory receives the tool bonus.
    package enum ToolBonusRule: String, Hashable, Sendable, Codable, CaseIterable {
        case none
        /// Whenever a call of one of the bonus tools succeeded.
        case unconditional
        /// When a call of one of the bonus tools succeeded and the answer is right.
        case conditional
    }

    /// Added if the answer is right.
    package var accuracy: Double
    /// Subtracted for a format error.
    package var formatError: Double
    /// Added according to `toolBonusRule`.
    package var toolBonus: Double
    package var toolBonusRule: ToolBonusRule
    /// Names of the tools that earn it. A crop does; turning an image does not, unless it is named here.
    package var bonusTools = [ZoomTool.name]

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

/// A reward and what it is made of.
package struct RewardBreakdown: Hashable, Sendable, Codable {
    package struct Component: Hashable, Sendable, Codable {
        /// "accuracy", "format", "tool", or one that a program pays.
        package let name: String
        /// What it adds to the total.
        package let value: Double

        package init(name: String, value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// In a fixed order; a component that adds nothing is there with the value 0.
    package let components: [Component]
    package let isCorrect: Bool
    package let formatError: FormatError?

    package init(components: [Component], isCorrect: Bool, formatError: FormatError?) {
        self.components = components
        self.isCorrect = isCorrect
        self.formatError = formatError
    }

    package var total: Double { components.reduce(0) { $0 + $1.value } }

    /// With further components after its own.
    package func adding(_ further: [Component]) -> RewardBreakdown {
        RewardBreakdown(
            components: components + further, isCorrect: isCorrect, formatError: formatError)
    }

    /// Value of the component of that name; 0 if there is none.
    package subscript(name: String) -> Double { components.first { $0.name == name }?.value ?? 0 }
}

/// What is wrong with the form of an answer.
package enum FormatError: String, Hashable, Sendable, Codable, CaseIterable {
    /// There is no closed `<answer>` in the last completion.
    case missingAnswer
    /// The answer has as many characters as the limit, or more.
    case overlongAnswer
    /// `<think>` or `<answer>` is opened and closed a different number of times.
    case unbalancedTags
}

/// Rewards the outcome of a trajectory.
///
/// A missing or overlong answer is wrong and a format error, whatever a judge would say of it.
package struct Reward: Hashable, Sendable, Codable {
    /// Answers of this many characters (Unicode scalars) or more are format errors.
    package static let answerCharacterLimit = 1000

    package var perception: RewardWeights
    package var mathematics: RewardWeights
    /// A command that pays further components, see ``ProgramReward``; empty for none.
    package var program = ""
    /// What each component that the program must name is multiplied by.
    package var components: [String: Double] = [:]
    /// Seconds that it has for a trajectory.
    package var timeoutSeconds = 30.0

    package init(perception: RewardWeights = .perception, mathematics: RewardWeights = .mathematics) {
        self.perception = perception
        self.mathematics = mathematics
    }

    /// Names that a program cannot give to a component.
    package static let ownComponents = ["accuracy", "format", "tool", "total", "unjudged"]

    /// The program, if there is one.
    package var external: ProgramReward? {
        program.isEmpty
            ? nil
            : ProgramReward(command: program, weights: components, timeout: .seconds(timeoutSeconds))
    }

    /// Judges the answer of `trajectory` and rewards it; the judge is asked only about answers in form.
    ///
    /// - Throws: what the judge throws.
    package func breakdown(
        of trajectory: Trajectory, for example: Example, by judge: any Judge
    ) async throws -> RewardBreakdown {
        let formatError = Reward.formatError(of: trajectory)
        var isCorrect = false
        if formatError == nil || formatError == .unbalancedTags, let answer = trajectory.answer {
            isCorrect = try await judge.isCorrect(answer, for: example)
        }
        let weights = weights(of: example.rewardKind)
        return breakdown(
            kind: example.rewardKind, isCorrect: isCorrect, formatError: formatError,
            usedBonusTool: trajectory.succeeded(in: weights.bonusTools))
    }

    private func weights(of kind: RewardKind) -> RewardWeights {
        kind == .perception ? perception : mathematics
    }

    /// The reward for an outcome.
    ///
    /// - Parameters:
    ///   - kind: whose weights count.
    ///   - isCorrect: whether the answer is right.
    ///   - formatError: what is wrong with its form; nil if nothing is.
    ///   - usedBonusTool: whether a call of one of the tools that earn the bonus succeeded.
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

    /// What is wrong with the form of the answer; nil if nothing is.
    package static func formatError(of trajectory: Trajectory) -> FormatError? {
        guard let answer = trajectory.answer else { return .missingAnswer }
        if answer.unicodeScalars.count >= answerCharacterLimit { return .overlongAnswer }
        let balanced = trajectory.completions.allSatisfy { text in
            ["think", "answer"].allSatisfy { tag in
                text.occurrences(of: "<\(tag)>") == text.occurrences(of: "</\(tag)>")
            }
        }
        return balanced ? nil : .unbalancedTags
    }
}

extension String {
    fileprivate func occurrences(of tag: String) -> Int {
        var (count, rest) = (0, utf8[...])
        let pattern = Array(tag.utf8)
        while let start = rest.firstIndex(of: pattern[0]) {
            rest = rest[start...]
            if rest.starts(with: pattern) { count += 1 }
            rest = rest.dropFirst()
        }
        return count
    }
}
