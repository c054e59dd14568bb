/// Fixed texts of conversations, the same for all models.
package enum ChatText {
    /// The default system message.
    package static let instruction =
        "You are a careful visual assistant. Think first, then answer inside <answer></answer>."

    package static let toolsStart = "\n\n# Tools\nThese functions are available:\n<tools>"
    package static let toolsEnd = """

        </tools>
        To use one, write a JSON object with its name and arguments:
        <tool_call>
        {"name": "function", "arguments": {}}
        </tool_call>
        """

    package static let responseStart = "\n<tool_response>\n"
    package static let responseEnd = "\n</tool_response>"
}
