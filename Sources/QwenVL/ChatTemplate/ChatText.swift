/// The fixed texts of a conversation, shared by `QwenChatFormat` and the template file for other software.
enum ChatText {
    /// What the model is told if a conversation has no system message.
    static let instruction =
        "You are a careful visual assistant. Think first, then answer inside <answer></answer>."

    static let toolsStart = "\n\n# Tools\nThese functions are available:\n<tools>"
    static let toolsEnd = """

        </tools>
        To use one, write a JSON object with its name and arguments:
        <tool_call>
        {"name": "function", "arguments": {}}
        </tool_call>
        """

    static let responseStart = "\n<tool_response>\n"
    static let responseEnd = "\n</tool_response>"
}
