import Agent
import JSON

/// A message in a file, as the OpenAI chat API, ms-swift, LLaMA-Factory and LLaVA spell it.
///
/// `role` and `content` may be called `from` and `value`. `content` is text or a list of parts. An image is a part
/// `{"type": "image_url", "image_url": {"url": "scene.png"}}` or `{"type": "image", "image": "scene.png"}`. A part
/// `{"type": "image"}` and an `<image>` mark in a text stand for the next of the row's `images`. The `tool_calls` of an
/// assistant become text in the model's format.
struct WrittenMessage: Sendable {
    enum Part: Sendable {
        case text(String)
        /// nil: the next of the row's images.
        case image(WrittenImage?)
    }

    let role: Message.Role
    let parts: [Part]

    /// The text without images.
    var text: String { parts.map { if case .text(let text) = $0 { text } else { "" } }.joined() }

    init(role: Message.Role, parts: [Part]) {
        self.role = role
        self.parts = parts
    }

    /// The messages in a list.
    ///
    /// - Throws: ``RowError`` that names the invalid key.
    static func all(in value: JSONValue, at path: String) throws(RowError) -> [WrittenMessage] {
        guard let list = value.array else {
            throw RowError(problem: "\(path) must be a list, not \(value.kind)")
        }
        var messages: [WrittenMessage] = []
        for (index, value) in list.enumerated() {
            messages.append(try WrittenMessage(value, at: "\(path)[\(index)]"))
        }
        return messages
    }

    private init(_ value: JSONValue, at path: String) throws(RowError) {
        guard let fields = value.object else {
            throw RowError(problem: "\(path) must be an object, not \(value.kind)")
        }
        guard let name = (fields.given("role") ?? fields.given("from"))?.string else {
            throw RowError(problem: "\(path).role is missing")
        }
        guard let role = Self.roles[name] else {
            throw RowError(
                problem: "\(path): there is no role \(name); the roles are system, user, assistant and tool")
        }
        self.role = role
        let content = fields.given("content") ?? fields.given("value")
        if Self.callRoles.contains(name) {
            let text = content?.string ?? ""
            guard let call = try? JSONValue(parsing: text) else {
                throw RowError(problem: "\(path): the content of \(name) must be a call as JSON text")
            }
            parts = [.text(try Self.call(call, at: path))]
            return
        }
        let calls = try Self.calls(fields.given("tool_calls"), of: role, at: "\(path).tool_calls")
        guard content != nil || !calls.isEmpty else {
            throw RowError(problem: "\(path).content is missing")
        }
        let written = try content.map { (value) throws(RowError) in
            try Self.parts(value, at: "\(path).content")
        }
        let separator = written?.isEmpty ?? true ? "" : "\n"
        parts = (written ?? []) + (calls.isEmpty ? [] : [.text(separator + calls.joined(separator: "\n"))])
    }

    // MARK: Spellings

    /// Roles as they are spelled in files.
    private static let roles: [String: Message.Role] = [
        "system": .system, "developer": .system, "user": .user, "human": .user, "assistant": .assistant,
        "gpt": .assistant, "tool_call": .assistant, "function_call": .assistant, "tool": .tool,
        "tool_response": .tool, "observation": .tool, "function": .tool,
    ]
    /// Roles of a message that is a call.
    private static let callRoles: Set = ["tool_call", "function_call"]

    /// Keys that are read, or that name only what the order of messages tells already.
    private static let keys: Set = [
        "role", "from", "content", "value", "tool_calls", "tool_call_id", "name",
    ]

    /// The keys of messages that have no effect.
    static func unreadKeys(in value: JSONValue?) -> [String] {
        (value?.array ?? []).flatMap { $0.object?.members.map(\.name) ?? [] }.filter { !keys.contains($0) }
    }

    // MARK: Parts

    private static func parts(_ value: JSONValue, at path: String) throws(RowError) -> [Part] {
        if let text = value.string { return marked(text) }
        guard let list = value.array else {
            throw RowError(problem: "\(path) must be text or a list of parts, not \(value.kind)")
        }
        var parts: [Part] = []
        for (index, value) in list.enumerated() { parts += try part(value, at: "\(path)[\(index)]") }
        return parts
    }

    private static func part(_ value: JSONValue, at path: String) throws(RowError) -> [Part] {
        if let text = value.string { return marked(text) }
        let fields = value.object ?? [:]
        let inferred = ["text", "image", "image_url"].first { fields.given($0) != nil }
        switch fields.given("type")?.string ?? inferred {
        case "text":
            guard let text = fields.given("text")?.string else {
                throw RowError(problem: "\(path).text is missing")
            }
            return marked(text)
        case "image", "image_url":
            let address = ["image_url", "image", "url", "path"].compactMap(fields.given).first
            return [
                .image(
                    try address.map { (value) throws(RowError) in try WrittenImage(value, at: path) })
            ]
        case let type?:
            throw RowError(
                problem: "\(path): a part is \"text\", \"image\" or \"image_url\", not \"\(type)\"")
        case nil: throw RowError(problem: "\(path).type is missing")
        }
    }

    private static let imageMark = "<image>"

    /// The text, with the next images at its `<image>` marks.
    private static func marked(_ text: String) -> [Part] {
        var parts: [Part] = []
        let texts = text.split(separator: imageMark, omittingEmptySubsequences: false)
        for (index, text) in texts.enumerated() {
            if index > 0 { parts.append(.image(nil)) }
            if !text.isEmpty { parts.append(.text(String(text))) }
        }
        return parts
    }

    // MARK: Tool calls

    private static func calls(
        _ value: JSONValue?, of role: Message.Role, at path: String
    ) throws(RowError) -> [String] {
        guard let value, value.array?.isEmpty != true else { return [] }
        guard role == .assistant, let list = value.array else {
            throw RowError(problem: "\(path) must be a list, in a message of the assistant")
        }
        var calls: [String] = []
        for (index, value) in list.enumerated() { calls.append(try call(value, at: "\(path)[\(index)]")) }
        return calls
    }

    /// A call in the model's format, from `{"name", "arguments"}`, itself or under `function`. The arguments are an object,
    /// or its JSON text.
    private static func call(_ value: JSONValue, at path: String) throws(RowError) -> String {
        let function = value["function"] ?? value
        guard let name = function["name"]?.string, let written = function["arguments"] else {
            throw RowError(problem: "\(path) must be a function with a name and arguments")
        }
        let arguments = written.string.flatMap { try? JSONValue(parsing: $0) } ?? written
        guard arguments.object != nil else {
            throw RowError(problem: "\(path): the arguments of \(name) are not a JSON object")
        }
        return Markup.call(of: name, arguments: arguments)
    }
}

extension JSONObject {
    /// The value of a member that is not null.
    func given(_ name: String) -> JSONValue? { self[name].flatMap { $0 == .null ? nil : $0 } }
}
