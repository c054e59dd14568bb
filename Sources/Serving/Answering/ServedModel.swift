package import Agent
package import Rollout

/// A model as the server knows it: what acts, how conversations become tokens, and what it may look closer with.
package struct ServedModel: Sendable {
    /// The name that clients give; with `-thinking` behind it the server runs the tools itself.
    package let name: String
    package let policy: any Policy
    package let format: any ChatFormat
    /// Tokens that end a turn, which clients are not shown.
    package let turnEnds: Set<Int32>
    /// Tools that the server runs for the thinking model.
    package let tools: ToolBox
    package let limits: AgentLimits
    /// What the engine behind the policy has done.
    package let statistics: @Sendable () -> RolloutStatistics

    /// - Parameters:
    ///   - name: the name that clients give.
    ///   - policy: answers requests that were not announced, many at a time.
    ///   - format: of the model.
    ///   - turnEnds: tokens that end a turn.
    ///   - tools: for the thinking model; none leaves it without one.
    ///   - limits: of an answer; `contextTokens` is what the policy can hold.
    ///   - statistics: what the engine behind the policy has done, for `/metrics`.
    package init(
        name: String, policy: any Policy, format: any ChatFormat, turnEnds: Set<Int32>, tools: ToolBox,
        limits: AgentLimits, statistics: @escaping @Sendable () -> RolloutStatistics
    ) {
        self.name = name
        self.policy = policy
        self.format = format
        self.turnEnds = turnEnds
        self.tools = tools
        self.limits = limits
        self.statistics = statistics
    }

    package static let thinkingSuffix = "-thinking"

    var thinkingName: String { name + Self.thinkingSuffix }

    /// Whether `wanted` names the model that thinks; nil if it names none.
    func isThinking(_ wanted: String) -> Bool? {
        switch wanted {
        case name: false
        case thinkingName: true
        default: nil
        }
    }
}
