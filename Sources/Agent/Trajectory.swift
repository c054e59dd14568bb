/// A trajectory: one sampled attempt at a prompt, from the question to the answer.
package struct Trajectory: Sendable {
    /// Why the trajectory ended.
    package enum Finish: Hashable, Sendable, Codable {
        /// The model ended its turn.
        case answered
        /// The model called a tool after reaching the maximum number of tool calls.
        case turnLimit
        /// A turn, or all completions together, reached the token limit.
        case lengthLimit
        /// The next turn would exceed the context length.
        case contextLimit
        /// The policy or the chat format failed, for the reason given.
        case failed(String)
    }

    package let id: TrajectoryID
    package let transcript: Transcript
    /// Text of each completion, in order.
    package let completions: [String]
    package let toolCalls: [ToolCallRecord]
    package let finish: Finish

    package init(
        id: TrajectoryID, transcript: Transcript, completions: [String], toolCalls: [ToolCallRecord],
        finish: Finish
    ) {
        self.id = id
        self.transcript = transcript
        self.completions = completions
        self.toolCalls = toolCalls
        self.finish = finish
    }

    /// The content of the last closed `<answer>` in the last completion, see ``Markup``; nil if there is none.
    package var answer: String? { completions.last.flatMap(Markup.answer(in:)) }

    /// Whether a call of one of the named tools succeeded.
    package func succeeded(in tools: [String]) -> Bool {
        toolCalls.contains { $0.failure == nil && tools.contains($0.name) }
    }
}
