/// Splits the text of a completion or a tool reply at its tags, for display. Text between tags is kept unchanged.
package enum CompletionText {
    /// A piece of text with its role.
    package struct Run: Sendable, Equatable {
        package enum Role: Sendable, Equatable {
            case plain
            case thought
            case call
            case answer
            case reply
            /// A special token, with the number of consecutive repetitions.
            case special(count: Int)
        }

        package let role: Role
        package let text: String

        package init(_ role: Role, _ text: String) {
            self.role = role
            self.text = text
        }
    }

    /// Splits at `<think>`, `<tool_call>`, `<answer>`, `<tool_response>` and at special tokens such as
    /// `<|im_end|>`.
    ///
    /// An unclosed tag extends to the end of the text. White space around tags is dropped.
    package static func runs(in text: String) -> [Run] {
        var runs: [Run] = []
        var role = Run.Role.plain
        var pending = ""
        func flush() {
            let trimmed = pending.trimmingWhitespace
            if !trimmed.isEmpty { runs.append(Run(role, trimmed)) }
            pending = ""
        }
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            pending += rest[..<start]
            rest = rest[start...]
            if let (tag, next) = tags.first(where: { rest.hasPrefix($0.tag) }) {
                flush()
                role = next
                rest = rest.dropFirst(tag.count)
            } else if rest.hasPrefix("<|"), let end = rest.firstRange(of: "|>"),
                rest[..<end.lowerBound].allSatisfy({ $0.isLetter || $0.isNumber || "<|_".contains($0) })
            {
                flush()
                append(special: String(rest[..<end.upperBound]), to: &runs)
                rest = rest[end.upperBound...]
            } else {
                pending.append(rest.removeFirst())
            }
        }
        pending += rest
        flush()
        return runs
    }

    private static let tags: [(tag: String, role: Run.Role)] = [
        ("<think>", .thought), ("<tool_call>", .call), ("<answer>", .answer), ("<tool_response>", .reply),
        ("</think>", .plain), ("</tool_call>", .plain), ("</answer>", .plain), ("</tool_response>", .plain),
    ]

    private static func append(special token: String, to runs: inout [Run]) {
        if let last = runs.last, case .special(let count) = last.role, last.text == token {
            runs[runs.count - 1] = Run(.special(count: count + 1), token)
        } else {
            runs.append(Run(.special(count: 1), token))
        }
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
