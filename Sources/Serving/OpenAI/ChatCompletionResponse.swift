import Agent
import Foundation
import Imaging

/// Counts of tokens. What tools answer while the server thinks is read by the model and counts with the prompt.
struct Usage: Encodable, Hashable, Sendable {
    private struct PromptDetails: Encodable, Hashable, Sendable {
        let imageTokens: Int
    }

    private let promptTokens: Int
    private let completionTokens: Int
    private let totalTokens: Int
    private let promptTokensDetails: PromptDetails

    /// - Parameters:
    ///   - prompt: shared by all answers.
    ///   - ends: of the answers.
    init(of prompt: ChatPrompt, _ ends: [AnswerEnd]) {
        promptTokens = prompt.segment.tokens.count + ends.reduce(0) { $0 + $1.observationTokens }
        completionTokens = ends.reduce(0) { $0 + $1.completionTokens }
        totalTokens = promptTokens + completionTokens
        promptTokensDetails = PromptDetails(
            imageTokens: prompt.imageTokenCount + ends.reduce(0) { $0 + $1.observedImageTokens })
    }
}

/// A token with its log-probability as the API gives it.
struct TokenEntry: Encodable, Hashable, Sendable {
    private let token: String
    private let logprob: Float
    /// nil for a token that is a part of a character only.
    private let bytes: [UInt8]?
    /// Of a written token: the likeliest in its place.
    private let topLogprobs: [TokenEntry]?

    init(_ written: WrittenToken, format: any ChatFormat) {
        self.init(
            written.rated, format: format,
            topLogprobs: written.alternatives.map { TokenEntry($0, format: format, topLogprobs: nil) })
    }

    private init(_ rated: RatedToken, format: any ChatFormat, topLogprobs: [TokenEntry]?) {
        token = format.text(of: [rated.token])
        logprob = rated.logProbability
        bytes = token.unicodeScalars.contains("\u{FFFD}") ? nil : Array(token.utf8)
        self.topLogprobs = topLogprobs
    }
}

struct LogProbabilities: Encodable, Hashable, Sendable {
    var content: [TokenEntry]
}

/// A call that the client is asked to make.
struct RequestedCall: Encodable, Hashable, Sendable {
    private struct Function: Encodable, Hashable, Sendable {
        let name: String
        let arguments: String
    }

    private let index: Int?
    private let id: String
    private let type = "function"
    private let function: Function

    /// The name of the call that an answer to a request makes.
    static func id(in request: String, _ choice: Int) -> String {
        "call-\(request.split(separator: "-").last ?? "")-\(choice)"
    }

    /// - Parameter index: of the call within a streamed message; nil outside of a stream.
    init(id: String, index: Int?, name: String, arguments: String) {
        self.id = id
        self.index = index
        function = Function(name: name, arguments: arguments)
    }
}

/// A call that the server made, an extension of the API.
struct ToolEvent: Encodable, Hashable, Sendable {
    private let name: String
    private let arguments: String
    /// Number from 1 of the image that was looked at, among those that the model had seen.
    private let image: Int?
    /// Number from 1 of the client's image that the box lies in; absent for an image that a tool made.
    private let source: Int?
    /// What was cut, [x1, y1, x2, y2] in pixels of that image.
    private let box: [Double]?
    /// Degrees clockwise by which what was cut is shown turned.
    private let rotation: Int?
    /// What was wrong.
    private let error: String?

    init(_ call: ToolCallRecord) {
        name = call.name
        arguments = call.arguments
        image = call.cut.map { $0.image + 1 }
        source = call.cut?.root.exampleIndex.map { $0 + 1 }
        rotation = call.cut?.rotation.degrees
        box = call.cut.map { [$0.original.x1, $0.original.y1, $0.original.x2, $0.original.y2] }
        error = call.failure
    }
}

/// The answer to a request without `stream`.
struct ChatCompletion: Encodable, Sendable {
    struct Choice: Encodable, Sendable {
        struct Message: Encodable, Sendable {
            let role = "assistant"
            var content: String?
            var reasoningContent: String?
            var toolCalls: [RequestedCall]?
            var toolEvents: [ToolEvent]?

            private enum CodingKeys: CodingKey {
                case role, content, reasoningContent, toolCalls, toolEvents
            }

            /// `content` is there even without a text, as in the API.
            func encode(to encoder: any Encoder) throws {
                var values = encoder.container(keyedBy: CodingKeys.self)
                try values.encode(role, forKey: .role)
                try values.encode(content, forKey: .content)
                try values.encodeIfPresent(reasoningContent, forKey: .reasoningContent)
                try values.encodeIfPresent(toolCalls, forKey: .toolCalls)
                try values.encodeIfPresent(toolEvents, forKey: .toolEvents)
            }
        }

        let index: Int
        var message = Message()
        var logprobs: LogProbabilities?
        var finishReason = ""
    }

    let id: String
    let object = "chat.completion"
    let created: Int
    let model: String
    let choices: [Choice]
    let usage: Usage
}

/// One event of an answer with `stream`.
struct ChatCompletionChunk: Encodable, Sendable {
    struct Choice: Encodable, Sendable {
        struct Delta: Encodable, Sendable {
            var role: String?
            var content: String?
            var reasoningContent: String?
            var toolCalls: [RequestedCall]?
            var toolEvent: ToolEvent?
        }

        let index: Int
        var delta = Delta()
        var logprobs: LogProbabilities?
        var finishReason: String?

        private enum CodingKeys: CodingKey { case index, delta, logprobs, finishReason }

        /// `finish_reason` is there from the first event on, as in the API.
        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(index, forKey: .index)
            try values.encode(delta, forKey: .delta)
            try values.encodeIfPresent(logprobs, forKey: .logprobs)
            try values.encode(finishReason, forKey: .finishReason)
        }
    }

    let id: String
    let object = "chat.completion.chunk"
    let created: Int
    let model: String
    var choices: [Choice]
    var usage: Usage?
}

/// What `GET /v1/models` lists.
struct ModelList: Encodable, Sendable {
    struct Model: Encodable, Sendable {
        let id: String
        let object = "model"
        let created: Int
        let ownedBy = "deepeyes"
    }

    let object = "list"
    let data: [Model]
}
