import Agent

/// What happens while an answer is written, in order.
enum AnswerEvent: Sendable {
    case reasoning(String)
    case answer(String)
    /// The model wrote a token, if the client asked for tokens; the text that it completes follows, perhaps later.
    case token(WrittenToken)
    /// The client is asked to run a tool of its own.
    case requestedCall(name: String, arguments: String)
    /// The server ran a tool.
    case toolCalled(ToolCallRecord)
    case finished(AnswerEnd)
}

/// How an answer ended.
struct AnswerEnd: Hashable, Sendable {
    /// In the words of the API.
    enum Reason: String, Hashable, Sendable {
        case stop, length
        case toolCalls = "tool_calls"
    }

    var reason: Reason
    /// Tokens that the model wrote.
    var completionTokens: Int
    /// Tokens of what tools answered, and how many of them are images.
    var observationTokens = 0
    var observedImageTokens = 0
}
