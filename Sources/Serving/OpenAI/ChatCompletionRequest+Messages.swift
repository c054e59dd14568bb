import Agent
import JSON

extension ChatCompletionRequest {
    private static let toolLimit = 64

    // MARK: Messages

    static func messages(_ fields: RequestFields) throws(APIError) -> [Message] {
        guard let values = try fields.children("messages"), !values.isEmpty else {
            throw .invalid("messages", "must be a list with at least one message")
        }
        var messages: [Message] = []
        for value in values { messages.append(try message(value)) }
        return messages
    }

    private static func message(_ fields: RequestFields) throws(APIError) -> Message {
        let role: Agent.Message.Role
        switch try fields.string("role") {
        case "system", "developer": role = .system
        case "user": role = .user
        case "assistant": role = .assistant
        case "tool": role = .tool
        default:
            throw .invalid(fields.path("role"), "must be system, developer, user, assistant or tool")
        }
        try fields.check(.message)
        // The format has no place for a tool's name: a reply follows the call that it answers.
        if role == .tool { fields.accept("name") }
        var parts = try parts(fields, isOptional: role == .assistant)
        if role == .assistant, let calls = try fields.children("tool_calls") {
            for call in calls {
                let text = try text(ofCall: call)
                let separator = parts.isEmpty ? "" : "\n"
                parts.append(.text("\(separator)\(Markup.toolCallStart)\n\(text)\n\(Markup.toolCallEnd)"))
            }
        }
        return Message(role: role, parts: parts)
    }

    /// A tool call from an earlier answer, in the model's format.
    ///
    /// Arguments in a string are kept verbatim, and an object is written as JSON. An empty string stands for no arguments.
    private static func text(ofCall fields: RequestFields) throws(APIError) -> String {
        try fields.check(.toolCall)
        guard let function = try fields.child("function") else {
            throw .invalid(fields.path("function"), "must be an object with name and arguments")
        }
        let name = try function.required("name", function.string("name"))
        let arguments: String
        switch function.value("arguments") {
        case .string(let text)?: arguments = text.isEmpty ? "{}" : text
        case .object(let object)?: arguments = JSONValue.object(object).text
        default:
            throw .invalid(function.path("arguments"), "must be JSON, as a string or as an object")
        }
        return #"{"name": \#(JSONValue.string(name).text), "arguments": \#(arguments)}"#
    }

    private static func parts(_ fields: RequestFields, isOptional: Bool) throws(APIError) -> [Part] {
        switch fields.value("content") {
        case .string(let text)?: return text.isEmpty ? [] : [.text(text)]
        case .array?:
            var parts: [Part] = []
            for part in try fields.children("content") ?? [] { parts.append(try self.part(part)) }
            return parts
        case nil where isOptional: return []
        default: throw .invalid(fields.path("content"), "must be a string or a list of parts")
        }
    }

    private static func part(_ fields: RequestFields) throws(APIError) -> Part {
        switch try fields.string("type") {
        case "text": return .text(try fields.required("text", fields.string("text")))
        case "image_url":
            let path = fields.path("image_url")
            if case .string(let url)? = fields.value("image_url") { return .image(url, path: path) }
            guard let image = try fields.child("image_url"), let url = try image.string("url") else {
                throw .invalid(path, "must be an object with the url of an image")
            }
            image.accept("detail", as: ["auto", "high", "original"])
            return .image(url, path: path)
        default: throw .unsupported(fields.path("type"), "must be text or image_url")
        }
    }

    // MARK: Tools

    static func tools(_ fields: RequestFields) throws(APIError) -> [ToolSpecification] {
        let choice = fields.value("tool_choice")
        let values = try fields.children("tools") ?? []
        guard values.count <= toolLimit else {
            throw .invalid("tools", "must be a list of at most \(toolLimit) tools")
        }
        var tools: [ToolSpecification] = []
        for value in values { tools.append(try tool(value)) }
        switch choice {
        case nil, "auto": return tools
        case "none": return []
        default: throw .unsupported("tool_choice", "must be auto or none")
        }
    }

    private static func tool(_ fields: RequestFields) throws(APIError) -> ToolSpecification {
        try fields.check(.tool)
        guard let function = try fields.child("function"), let name = try function.string("name"),
            !name.isEmpty
        else { throw .invalid(fields.path("function"), "must be an object with a name") }
        let parameters = function.value("parameters")
        function.accept("strict", as: [false])
        return ToolSpecification(
            name: name, description: try function.string("description") ?? "",
            parameters: parameters ?? ["type": "object", "properties": [:]])
    }
}
