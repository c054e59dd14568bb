package import JSON

/// The tags in completions.
package enum Markup {
    package static let toolCallStart = "<tool_call>"
    package static let toolCallEnd = "</tool_call>"

    /// A tool call as the model writes it.
    package static func call(of name: String, arguments: JSONValue) -> String {
        let call: JSONValue = ["name": .string(name), "arguments": arguments]
        return "\(toolCallStart)\n\(call.text)\n\(toolCallEnd)"
    }

    /// The content of the last `<answer>…</answer>`, trimmed; nil if there is none.
    package static func answer(in text: String) -> String? {
        guard let end = text.lastRange(of: "</answer>"),
            let start = text[..<end.lowerBound].lastRange(of: "<answer>")
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound].trimmed)
    }

    /// The content of the last `<tool_call>…</tool_call>`, trimmed; nil if there is none.
    package static func toolCall(in text: String) -> String? {
        guard let end = text.lastRange(of: toolCallEnd),
            let start = text[..<end.lowerBound].lastRange(of: toolCallStart)
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound].trimmed)
    }
}

extension StringProtocol {
    /// The text without leading and trailing white space.
    package var trimmed: SubSequence {
        let tail = drop { $0.isWhitespace }
        guard let last = tail.lastIndex(where: { !$0.isWhitespace }) else { return tail[tail.endIndex...] }
        return tail[...last]
    }
}

extension StringProtocol {
    /// The last occurrence of `tag`, compared by Unicode scalars.
    fileprivate func lastRange(of tag: String) -> Range<Index>? {
        let (text, pattern) = (unicodeScalars, tag.unicodeScalars)
        var start = text.index(text.endIndex, offsetBy: -pattern.count, limitedBy: text.startIndex)
        while let candidate = start {
            if text[candidate...].starts(with: pattern) {
                return candidate..<text.index(candidate, offsetBy: pattern.count)
            }
            start = candidate > text.startIndex ? text.index(before: candidate) : nil
        }
        return nil
    }
}
