import Agent
import JSON

/// A parsed and validated request for `POST /v1/chat/completions`. Images are not yet loaded.
struct ChatCompletionRequest: Sendable {
    /// A piece of a message.
    enum Part: Sendable {
        case text(String)
        /// A data URI or URL, and its path in the request.
        case image(String, path: String)
    }

    struct Message: Sendable {
        let role: Agent.Message.Role
        let parts: [Part]
    }

    let model: String
    let messages: [Message]
    /// The client's tools, offered in the prompt.
    let tools: [ToolSpecification]
    let temperature: Double
    let topP: Double
    let topK: Int
    /// Penalties and the tokens that end an answer; extensions that other servers have too, save two of the penalties.
    let options: TurnOptions
    /// nil means no limit other than the context length.
    let maximumTokens: Int?
    let seed: UInt64?
    /// Stop sequences; they end an answer and are not part of it.
    let stops: [String]
    /// Number of answers.
    let count: Int
    let wantsLogProbabilities: Bool
    /// How many of the most likely tokens to report for each generated one (`top_logprobs`).
    let alternativeCount: Int
    let isStream: Bool
    let wantsUsageInStream: Bool
    /// Paths of the parameters that the server does not know.
    let ignored: [String]

    var imageCount: Int {
        messages.reduce(0) { sum, message in
            sum + message.parts.count { if case .image = $0 { true } else { false } }
        }
    }
}

extension ChatCompletionRequest {
    private static let answerLimit = 16
    private static let stopLimit = 16
    private static let stopTokenLimit = 1024
    private static let alternativeLimit = 20

    /// - Parameter body: JSON in UTF-8.
    /// - Throws: ``APIError`` that names the invalid parameter.
    init(_ body: some Sequence<UInt8>) throws(APIError) {
        let fields = try Self.fields(body)
        try fields.check(.request)
        model = try fields.required("model", fields.string("model"))
        messages = try Self.messages(fields)
        tools = try Self.tools(fields)
        temperature = try fields.number("temperature", in: 0...2) ?? 1
        topP = try fields.number("top_p", in: 0...1) ?? 1
        topK = max(0, try fields.integer("top_k", in: -1...Int.max) ?? 0)
        let oldMaximum = try fields.integer("max_tokens", in: 1...Int.max)
        maximumTokens = try fields.integer("max_completion_tokens", in: 1...Int.max) ?? oldMaximum
        options = try Self.options(fields)
        guard options.minimumTokens <= maximumTokens ?? .max else {
            throw .invalid("min_tokens", "must not exceed max_tokens")
        }
        seed = try fields.integer("seed", in: Int.min...Int.max).map { UInt64(bitPattern: Int64($0)) }
        stops = try Self.stops(fields.value("stop"))
        count = try fields.integer("n", in: 1...Self.answerLimit) ?? 1
        wantsLogProbabilities = try fields.boolean("logprobs") ?? false
        alternativeCount = try fields.integer("top_logprobs", in: 0...Self.alternativeLimit) ?? 0
        guard wantsLogProbabilities || alternativeCount == 0 else {
            throw .invalid("top_logprobs", "needs logprobs to be true")
        }
        isStream = try fields.boolean("stream") ?? false
        let stream = try fields.child("stream_options")
        try stream?.check(.stream)
        wantsUsageInStream = try stream?.boolean("include_usage") ?? false
        ignored = fields.unread
    }

    private static func fields(_ body: some Sequence<UInt8>) throws(APIError) -> RequestFields {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: body)
        } catch {
            throw APIError(
                status: 400, .invalidRequest, "the body is not JSON: \(error)", code: "invalid_json")
        }
        guard case .object = value else {
            throw APIError(
                status: 400, .invalidRequest, "the body must be an object, not \(value.kind)",
                code: "invalid_json")
        }
        return try RequestFields(value)
    }

    private static func options(_ fields: RequestFields) throws(APIError) -> TurnOptions {
        var options = TurnOptions()
        options.minP = try fields.number("min_p", in: 0...1) ?? 0
        options.repetitionPenalty = try fields.number("repetition_penalty", in: 0.01...100) ?? 1
        options.presencePenalty = try fields.number("presence_penalty", in: -2...2) ?? 0
        options.frequencyPenalty = try fields.number("frequency_penalty", in: -2...2) ?? 0
        options.minimumTokens = try fields.integer("min_tokens", in: 0...Int.max) ?? 0
        options.ignoresTurnEnds = try fields.boolean("ignore_eos") ?? false
        let tokens = try fields.list("stop_token_ids") ?? []
        let ids = tokens.compactMap { $0.integer.flatMap { Int32(exactly: $0) } }.filter { $0 >= 0 }
        guard ids.count == tokens.count, ids.count <= stopTokenLimit else {
            throw .invalid("stop_token_ids", "must be at most \(stopTokenLimit) ids of tokens")
        }
        options.stopTokens = Set(ids)
        return options
    }

    private static func stops(_ value: JSONValue?) throws(APIError) -> [String] {
        let stops: [String]
        switch value {
        case nil: return []
        case .string(let text)?: stops = [text]
        case .array(let values)?: stops = values.compactMap(\.string)
        default: throw .invalid("stop", "must be a string or a list of strings")
        }
        guard stops.count == value?.array?.count ?? 1, stops.count <= stopLimit,
            !stops.contains(where: \.isEmpty)
        else { throw .invalid("stop", "must be at most \(stopLimit) strings, none of them empty") }
        return stops
    }
}
