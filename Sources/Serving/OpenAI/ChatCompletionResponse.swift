import Agent
import Foundation
import Imaging

/// Token usage. Replies of server-side tools are model input and count as prompt tokens.
struct Usage: Encodable, Hashable, Sendable {
    private struct PromptDetails: Encodable, Hashable, Sendable {
        let imageTokens: Int
    }

    private let promptTokens: Int
    private let completionTokens: Int
    private let totalTokens: Int
    private let promptTokensDetails: PromptDetails

    /// - Parameters:
    ///   - prompt: the prompt, shared by all answers.
    ///   - ends: the ends of the answers.
    init(of prompt: ChatPrompt, _ ends: [AnswerEnd]) {
        promptTokens = prompt.segment.tokens.count + ends.reduce(0) { $0 + $1.observationTokens }
        completionTokens = ends.reduce(0) { $0 + $1.completionTokens }
        totalTokens = promptTokens + completionTokens
        promptTokensDetails = PromptDetails(
            imageTokens: prompt.imageTokenCount + ends.reduce(0) { $0 + $1.observedImageTokens })
    }
}

/// A token with its log-probability, in the API's format.
struct TokenEntry: Encodable, Hashable, Sendable {
    private let token: String
    private let logprob: Float
    /// nil for a token that is only part of a character.
    private let bytes: [UInt8]?
    /// The most likely tokens at this position; only for generated tokens.
    private let topLogprobs: [TokenEntry]?

    init(_ written: GeneratedToken, format: any ChatFormat) {
        self.init(
            written.rated, format: format,
            topLogprobs: written.alternatives.map { TokenEntry($0, format: format, topLogprobs: nil) })
    }

    private init(_ rated: ScoredToken, format: any ChatFormat, topLogprobs: [TokenEntry]?) {
        token = format.text(of: [rated.token])
        logprob = rated.logProbability
        bytes = token.unicodeScalars.contains("\u{FFFD}") ? nil : Array(token.utf8)
        self.topLogprobs = topLogprobs
    }
}

struct LogProbabilities: Encodable, Hashable, Sendable {
    var content: [TokenEntry]
}

/// A call of one of the client's tools.
struct RequestedCall: Encodable, Hashable, Sendable {
    private struct Function: Encodable, Hashable, Sendable {
        let name: String
        let arguments: String
    }

    private let index: Int?
    private let id: String
    private let type = "function"
    private let function: Function

    /// The call id for an answer.
    static func id(in request: String, _ choice: Int) -> String {
        "call-\(request.split(separator: "-").last ?? "")-\(choice)"
    }

    /// - Parameter index: index of the call within a streamed message; nil without streaming.
    init(id: String, index: Int?, name: String, arguments: String) {
        self.id = id
        self.index = index
        function = Function(name: name, arguments: arguments)
    }
}

/// A tool call that the server ran; an extension of the API.
struct ToolEvent: Encodable, Hashable, Sendable {
    private let name: String
    private let arguments: String
    /// 1-based index of the image passed to the tool, among all images the model has seen.
    private let image: Int?
    /// 1-based index of the client's image that the box refers to; absent for an image created by a tool.
    private let source: Int?
    /// The cropped region, [x1, y1, x2, y2] in pixels of that image.
    private let box: [Double]?
    /// Clockwise rotation of the crop, in degrees.
    private let rotation: Int?
    /// The error message of a failed call.
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

/// The response to a request without `stream`.
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

            /// `content` is written even if null, as in the API.
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

/// One event of a streamed response.
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

        /// `finish_reason` is written in every event, as in the API.
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

/// The response of `GET /v1/models`.
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
