import Agent

/// How a benchmark is run.
package struct EvaluationSettings: Hashable, Sendable, Codable {
    package var scoring = Scoring.honest
    /// Answers sampled per question; accuracy is their mean.
    package var samples = 1
    package var temperature = 0.0
    /// Seed of the order of options and of sampling.
    package var seed: UInt64 = 1
    /// Whether options are shuffled; otherwise they keep their file order.
    package var shufflesOptions = true
    package var prompting = Prompting.agent
    /// The conditions under which each question is asked.
    package var conditions = Condition.allCases
    /// Maximum number of items, from the first on; nil for all.
    package var limit: Int?
    /// Questions answered concurrently.
    package var concurrency = 32
    /// Maximum tokens in a turn.
    package var maximumTokens = 1024
    /// Maximum tool calls executed in a trajectory.
    package var toolCalls = 6
    /// The fraction of rows that may be bad before the evaluation fails.
    package var toleratedBadFraction = 0.01

    package init() {}

    /// Whether each sample has its own order of options.
    var ordersOptions: Bool { shufflesOptions && scoring == .honest }

    /// The rules that decide what is right.
    package enum Scoring: String, Hashable, Sendable, Codable, CaseIterable {
        /// This project's rules: ambiguous answers are wrong, and shuffled options remove position bias.
        case honest
        /// The official scorer's rules, including its defects, on options in file order.
        case published
    }

    /// A condition under which questions are asked.
    package enum Condition: String, Hashable, Sendable, Codable, CaseIterable {
        /// The benchmark's tools are offered.
        case tools
        case noTools = "no_tools"
    }
}
