import Agent

/// How a benchmark is run.
package struct EvaluationSettings: Hashable, Sendable, Codable {
    package var scoring = Scoring.honest
    /// Answers to each question; accuracy is their mean.
    package var samples = 1
    package var temperature = 0.0
    /// Of the order of options and of sampling.
    package var seed: UInt64 = 1
    /// Off leaves the options in the order in which they lie on disk.
    package var shufflesOptions = true
    package var prompting = Prompting.agent
    /// The conditions that each question is asked under.
    package var conditions = Condition.allCases
    /// Items, from the first on; nil for all.
    package var limit: Int?
    /// Questions asked at the same time.
    package var concurrency = 32
    /// Most tokens in a turn.
    package var maximumTokens = 1024
    /// Most tool calls that are answered.
    package var toolCalls = 6
    /// Share of rows that may be unusable before the evaluation stops.
    package var toleratedBadShare = 0.01

    package init() {}

    /// Whether options come in an order of their own.
    var ordersOptions: Bool { shufflesOptions && scoring == .honest }

    /// Whose rules say what is right.
    package enum Scoring: String, Hashable, Sendable, Codable, CaseIterable {
        /// Ours: what cannot be read for certain is wrong, and nothing is won by the place of an option.
        case honest
        /// The official scorer's, warts included, on options in the order in which they lie on disk.
        case published
    }

    /// What a question is asked under.
    package enum Condition: String, Hashable, Sendable, Codable, CaseIterable {
        /// The tools of the benchmark are on offer.
        case tools
        case noTools = "no_tools"
    }
}
