import JSON

/// A parsed tool call.
struct ToolCall {
    let name: String
    let arguments: JSONValue

    /// Parses the last call in a completion.
    ///
    /// - Throws: `ToolCallError` with a message for the model.
    init(in completion: String) throws(ToolCallError) {
        guard let text = Markup.toolCall(in: completion) else {
            throw ToolCallError(
                text: "", message: "Error: \(Markup.toolCallEnd) without \(Markup.toolCallStart).")
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: text)
        } catch {
            throw ToolCallError(text: text, message: "Error: the call is not JSON: \(error).")
        }
        guard let members = value.object else {
            throw ToolCallError(
                text: text, message: "Error: the call must be an object, not \(value.kind).")
        }
        guard let name = members["name"]?.string else {
            throw ToolCallError(text: text, message: "Error: the call has no name.")
        }
        guard let arguments = members["arguments"] else {
            throw ToolCallError(text: text, message: "Error: the call has no arguments.")
        }
        self.name = name
        self.arguments = arguments
    }
}

/// A call that cannot be parsed.
struct ToolCallError: Error {
    /// The text between the tags.
    let text: String
    /// The error message for the model.
    let message: String
}
