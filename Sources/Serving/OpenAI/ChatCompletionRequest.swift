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
    /// Whether generation continues past end-of-turn tokens (`ignore_eos`, an extension that other servers have too).
    let ignoresTurnEnds: Bool
    let isStream: Bool
    let wantsUsageInStream: Bool

    var imageCount: Int {
        messages.reduce(0) { sum, message in
            sum + message.parts.count { if case .image = $0 { true } else { false } }
        }
    }
}

extension ChatCompletionRequest {
    private static let answerLimit = 16
    private static let stopLimit = 16
    private static let toolLimit = 64
    private static let alternativeLimit = 20

    /// - Parameter body: JSON.
    /// - Throws: ``APIError`` that names the invalid parameter.
    init(_ body: String) throws(APIError) {
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
        let fields = RequestFields(value)
        try fields.rejectUnsupported()
        model = try fields.required("model", fields.string("model"))
        messages = try Self.messages(value["messages"])
        tools = try Self.tools(fields)
        temperature = try fields.number("temperature", in: 0...2) ?? 1
        topP = try fields.number("top_p", in: 0...1) ?? 1
        topK = try fields.integer("top_k", in: 0...Int.max) ?? 0
        let oldMaximum = try fields.integer("max_tokens", in: 1...Int.max)
        maximumTokens = try fields.integer("max_completion_tokens", in: 1...Int.max) ?? oldMaximum
        seed = try fields.integer("seed", in: Int.min...Int.max).map { UInt64(bitPattern: Int64($0)) }
        stops = try Self.stops(value["stop"])
        count = try fields.integer("n", in: 1...Self.answerLimit) ?? 1
        wantsLogProbabilities = try fields.boolean("logprobs") ?? false
        alternativeCount = try fields.integer("top_logprobs", in: 0...Self.alternativeLimit) ?? 0
        guard wantsLogProbabilities || alternativeCount == 0 else {
            throw .invalid("top_logprobs", "needs logprobs to be true")
        }
        ignoresTurnEnds = try fields.boolean("ignore_eos") ?? false
        isStream = try fields.boolean("stream") ?? false
        wantsUsageInStream = value["stream_options"]?["include_usage"] == .boolean(true)
    }

    private static func stops(_ value: JSONValue?) throws(APIError) -> [String] {
        let stops: [String]
        switch value {
        case nil, .null?: return []
        case .string(let text)?: stops = [text]
        case .array(let values)?: stops = values.compactMap(\.string)
        default: throw .invalid("stop", "must be a string or a list of strings")
        }
        guard stops.count == value?.array?.count ?? 1, stops.count <= stopLimit,
            !stops.contains(where: \.isEmpty)
        else { throw .invalid("stop", "must be at most \(stopLimit) strings, none of them empty") }
        return stops
    }

    // MARK: Messages

    private static func messages(_ value: JSONValue?) throws(APIError) -> [Message] {
        guard let values = value?.array, !values.isEmpty else {
            throw .invalid("messages", "must be a list with at least one message")
        }
        var messages: [Message] = []
        for (index, value) in values.enumerated() {
            messages.append(try message(value, path: "messages[\(index)]"))
        }
        return messages
    }

    private static func message(_ value: JSONValue, path: String) throws(APIError) -> Message {
        let role: Agent.Message.Role
        switch value["role"]?.string {
        case "system", "developer": role = .system
        case "user": role = .user
        case "assistant": role = .assistant
        case "tool": role = .tool
        default: throw .invalid("\(path).role", "must be system, developer, user, assistant or tool")
        }
        var parts = try parts(value["content"], path: "\(path).content", isOptional: role == .assistant)
        if role == .assistant, let calls = value["tool_calls"]?.array {
            for (index, call) in calls.enumerated() {
                let text = try text(ofCall: call, path: "\(path).tool_calls[\(index)]")
                let separator = parts.isEmpty ? "" : "\n"
                parts.append(.text("\(separator)\(Markup.toolCallStart)\n\(text)\n\(Markup.toolCallEnd)"))
            }
        }
        return Message(role: role, parts: parts)
    }

    /// A tool call from an earlier answer, in the model's format; the argument string is kept verbatim.
    private static func text(ofCall call: JSONValue, path: String) throws(APIError) -> String {
        guard let function = call["function"], let name = function["name"]?.string,
            let arguments = function["arguments"]?.string
        else { throw .invalid(path, "must be a function with a name and an arguments string") }
        return #"{"name": \#(JSONValue.string(name).text), "arguments": \#(arguments)}"#
    }

    private static func parts(
        _ value: JSONValue?, path: String, isOptional: Bool
    ) throws(APIError) -> [Part] {
        switch value {
        case .string(let text)?: return text.isEmpty ? [] : [.text(text)]
        case .array(let values)?:
            var parts: [Part] = []
            for (index, value) in values.enumerated() {
                parts.append(try part(value, path: "\(path)[\(index)]"))
            }
            return parts
        case nil, .null?: if isOptional { return [] }
        default: break
        }
        throw .invalid(path, "must be a string or a list of parts")
    }

    private static func part(_ value: JSONValue, path: String) throws(APIError) -> Part {
        switch value["type"]?.string {
        case "text":
            guard let text = value["text"]?.string else {
                throw .invalid("\(path).text", "must be a string")
            }
            return .text(text)
        case "image_url":
            guard let url = value["image_url"]?["url"]?.string ?? value["image_url"]?.string else {
                throw .invalid("\(path).image_url", "must be an object with the url of an image")
            }
            return .image(url, path: "\(path).image_url")
        default:
            throw .unsupported("\(path).type", "must be text or image_url")
        }
    }

    // MARK: Tools

    private static func tools(_ fields: RequestFields) throws(APIError) -> [ToolSpecification] {
        switch fields.value["tool_choice"] {
        case .string("none")?: return []
        case nil, .null?, .string("auto")?: break
        default: throw .unsupported("tool_choice", "must be auto or none")
        }
        guard let value = fields.value["tools"], value != .null else { return [] }
        guard let values = value.array, values.count <= toolLimit else {
            throw .invalid("tools", "must be a list of at most \(toolLimit) tools")
        }
        var tools: [ToolSpecification] = []
        for (index, value) in values.enumerated() {
            guard let function = value["function"], let name = function["name"]?.string, !name.isEmpty else {
                throw .invalid("tools[\(index)]", "must be a function with a name")
            }
            tools.append(
                ToolSpecification(
                    name: name, description: function["description"]?.string ?? "",
                    parameters: function["parameters"] ?? ["type": "object", "properties": [:]]))
        }
        return tools
    }
}

/// Typed access to the fields of a request.
private struct RequestFields {
    let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    func required<Value>(_ name: String, _ value: Value?) throws(APIError) -> Value {
        guard let value else { throw .invalid(name, "is missing") }
        return value
    }

    func string(_ name: String) throws(APIError) -> String? {
        switch value[name] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        case let other?: throw .invalid(name, "must be a string, not \(other.kind)")
        }
    }

    func boolean(_ name: String) throws(APIError) -> Bool? {
        switch value[name] {
        case nil, .null?: return nil
        case .boolean(let value)?: return value
        case let other?: throw .invalid(name, "must be true or false, not \(other.kind)")
        }
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(APIError) -> Double? {
        switch value[name] {
        case nil, .null?: return nil
        case .number(let number)? where range.contains(number.value): return number.value
        default:
            throw .invalid(name, "must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        switch value[name] {
        case nil, .null?: return nil
        case .number(let number)?:
            guard let integer = number.integer, range.contains(integer) else { break }
            return integer
        default: break
        }
        let upper = range.upperBound == .max ? "" : " and at most \(range.upperBound)"
        throw .invalid(name, "must be an integer of at least \(range.lowerBound)\(upper)")
    }

    /// Rejects parameters that would otherwise be ignored.
    func rejectUnsupported() throws(APIError) {
        for name in ["frequency_penalty", "presence_penalty"] where value[name]?.number ?? 0 != 0 {
            throw .unsupported(name, "is not supported; omit it")
        }
        if let bias = value["logit_bias"]?.object, !bias.isEmpty {
            throw .unsupported("logit_bias", "is not supported; omit it")
        }
        if let type = value["response_format"]?["type"]?.string, type != "text" {
            throw .unsupported("response_format", "must be text")
        }
    }
}
