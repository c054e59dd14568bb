import Agent

/// An event while an answer is generated; events arrive in order.
enum AnswerEvent: Sendable {
    case reasoning(String)
    case answer(String)
    /// The model generated a token; sent only if the client asked for log-probabilities. Its text follows as separate
    /// events, possibly later.
    case token(GeneratedToken)
    /// The model called one of the client's tools.
    case requestedCall(name: String, arguments: String)
    /// The server ran a tool.
    case toolCalled(ToolCallRecord)
    case finished(AnswerEnd)
}

/// How an answer ended.
struct AnswerEnd: Hashable, Sendable {
    /// The API's `finish_reason`.
    enum Reason: String, Hashable, Sendable {
        case stop, length
        case toolCalls = "tool_calls"
    }

    var reason: Reason
    /// Tokens that the model generated.
    var completionTokens: Int
    /// Tokens of tool replies, and how many of them are image tokens.
    var observationTokens = 0
    var observedImageTokens = 0
}
