package import Agent
package import Rollout

/// A model to serve: its policy, chat format, tools and limits.
package struct ServedModel: Sendable {
    /// The model name in requests. With the suffix `-thinking`, the server runs the tools itself.
    package let name: String
    package let policy: any Policy
    package let format: any ChatFormat
    /// Tokens that end a turn; they are not part of responses.
    package let turnEnds: Set<Int32>
    /// Tools that the server runs for the thinking model.
    package let tools: ToolBox
    package let limits: AgentLimits
    /// What the engine behind the policy has done.
    package let statistics: @Sendable () -> RolloutStatistics

    /// - Parameters:
    ///   - name: the model name in requests.
    ///   - policy: generates; must accept concurrent requests that arrive at any time.
    ///   - format: the model's chat format.
    ///   - turnEnds: tokens that end a turn.
    ///   - tools: tools of the thinking model; without tools there is no thinking model.
    ///   - limits: limits of an answer; `contextTokens` is the longest sequence that the policy can hold.
    ///   - statistics: reads the statistics of the engine behind the policy, for `/metrics`.
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

    /// Whether `wanted` is the name of the thinking model; nil if it is neither model's name.
    func isThinking(_ wanted: String) -> Bool? {
        switch wanted {
        case name: false
        case thinkingName: true
        default: nil
        }
    }
}
