/// One attempt at one prompt, from the question to the answer.
package struct Trajectory: Sendable {
    /// Why it ended.
    package enum Finish: Hashable, Sendable, Codable {
        /// The model ended its turn.
        case answered
        /// It called a tool once more than allowed.
        case turnLimit
        /// A completion, or all together, reached the number of tokens allowed.
        case lengthLimit
        /// The next turn would not fit the longest sequence.
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

    /// What stands in the last `<answer>` of the last completion, trimmed; nil if there is none.
    package var answer: String? { completions.last.flatMap(Markup.answer(in:)) }

    /// Whether a call of one of the named tools did its work.
    package func succeeded(in tools: [String]) -> Bool {
        toolCalls.contains { $0.failure == nil && tools.contains($0.name) }
    }
}
