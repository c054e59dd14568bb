package import JSON

/// The tags in completions.
package enum Markup {
    package static let toolCallStart = "<tool_call>"
    package static let toolCallEnd = "</tool_call>"
    package static let thoughtStart = "<think>"
    package static let thoughtEnd = "</think>"
    package static let answerStart = "<answer>"
    package static let answerEnd = "</answer>"

    // MARK: Answers

    /// The content of the last closed `<answer>` outside thoughts, trimmed; nil if there is none.
    ///
    /// Training, evaluation, `ask` and the server all extract answers with this function.
    package static func answer(in text: String) -> String? {
        let text = withoutThoughts(text)
        guard let end = text.lastRange(of: answerEnd),
            let start = text[..<end.lowerBound].lastRange(of: answerStart)
        else { return nil }
        let content = text[start.upperBound...]
        return content.firstRange(ofTag: answerEnd).map { String(content[..<$0.lowerBound].trimmed) }
    }

    /// The answer of a completion for people and benchmarks: that of `answer(in:)`; without one, an answer that was cut off,
    /// the content of the last `\boxed{}`, or the text after the thoughts and before a tool call. Special tokens such as `<|im_end|>` are removed.
    package static func answerOrText(in completion: String) -> String {
        let completion = withoutSpecialTokens(completion)
        if let answer = answer(in: completion) { return answer }
        let spoken = withoutThoughts(completion)
        if let start = spoken.lastRange(of: answerStart) {
            return String(spoken[start.upperBound...].trimmed)
        }
        let rest = spoken.lastRange(of: thoughtEnd).map { String(spoken[$0.upperBound...]) } ?? spoken
        let beforeCall = rest.firstRange(ofTag: toolCallStart).map { String(rest[..<$0.lowerBound]) } ?? rest
        let text = beforeCall.replacing(thoughtStart, with: "").replacing(answerEnd, with: "")
        return boxed(in: text) ?? String(text.trimmed)
    }

    /// Whether every thought is closed, and the answers outside thoughts are closed and not nested.
    package static func isWellFormed(_ text: String) -> Bool {
        guard text.count(ofTag: thoughtStart) == text.count(ofTag: thoughtEnd) else { return false }
        var rest = withoutThoughts(text)[...]
        while let start = rest.firstRange(ofTag: answerStart) {
            let content = rest[start.upperBound...]
            guard rest[..<start.lowerBound].firstRange(ofTag: answerEnd) == nil,
                let end = content.firstRange(ofTag: answerEnd),
                content[..<end.lowerBound].firstRange(ofTag: answerStart) == nil
            else { return false }
            rest = rest[end.upperBound...]
        }
        return rest.firstRange(ofTag: answerEnd) == nil
    }

    /// The text without closed thoughts: tags named in a thought do not count.
    private static func withoutThoughts(_ text: String) -> String {
        var (kept, rest) = ("", text[...])
        while let start = rest.firstRange(ofTag: thoughtStart),
            let end = rest[start.upperBound...].firstRange(ofTag: thoughtEnd)
        {
            kept += rest[..<start.lowerBound]
            rest = rest[end.upperBound...]
        }
        return kept + rest
    }

    /// The text without special tokens such as `<|im_end|>`.
    package static func withoutSpecialTokens(_ text: String) -> String {
        text.replacing(#/<\|[a-z_]+\|>/#, with: "")
    }

    // MARK: Tool calls

    /// A tool call as the model writes it.
    package static func call(of name: String, arguments: JSONValue) -> String {
        let call: JSONValue = ["name": .string(name), "arguments": arguments]
        return "\(toolCallStart)\n\(call.text)\n\(toolCallEnd)"
    }

    /// The content of the last `<tool_call>…</tool_call>`, trimmed; nil if there is none.
    package static func toolCall(in text: String) -> String? {
        guard let end = text.lastRange(of: toolCallEnd),
            let start = text[..<end.lowerBound].lastRange(of: toolCallStart)
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound].trimmed)
    }
}

// MARK: Boxes of LaTeX

extension Markup {
    /// The content of the last `\boxed{…}` or `\fbox{…}` with balanced braces; nil if there is none or it is not closed.
    package static func boxed(in text: String) -> String? {
        var last: String?
        for command in ["\\boxed", "\\fbox"] {
            var rest = text[...]
            while let range = rest.firstRange(of: command) {
                rest = rest[range.upperBound...]
                if let content = group(at: rest) { last = String(content) }
            }
        }
        return last
    }

    /// The content of the braces at the start of `text`.
    private static func group(at text: Substring) -> Substring? {
        let start = text.drop { $0.isWhitespace }
        guard start.first == "{" else { return nil }
        var depth = 0
        var escaped = false
        for index in start.indices {
            let character = start[index]
            if escaped {
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else if character == "{" {
                depth += 1
            } else if character == "}" {
                depth -= 1
                if depth == 0 { return start[start.index(after: start.startIndex)..<index] }
            }
        }
        return nil
    }
}

// MARK: Text

extension StringProtocol {
    /// The text without leading and trailing white space.
    package var trimmed: SubSequence {
        let tail = drop { $0.isWhitespace }
        guard let last = tail.lastIndex(where: { !$0.isWhitespace }) else { return tail[tail.endIndex...] }
        return tail[...last]
    }
}

/// Tags are compared by Unicode scalars, so that a combining mark after a tag does not hide it.
extension StringProtocol {
    /// The last occurrence of `tag`.
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

    /// The first occurrence of `tag`.
    fileprivate func firstRange(ofTag tag: String) -> Range<Index>? {
        let (text, pattern) = (unicodeScalars, tag.unicodeScalars)
        var rest = text[...]
        while let start = rest.firstIndex(of: pattern[pattern.startIndex]) {
            rest = rest[start...]
            if rest.starts(with: pattern) { return start..<text.index(start, offsetBy: pattern.count) }
            rest = rest.dropFirst()
        }
        return nil
    }

    fileprivate func count(ofTag tag: String) -> Int {
        var (count, rest) = (0, self[startIndex...])
        while let range = rest.firstRange(ofTag: tag) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
