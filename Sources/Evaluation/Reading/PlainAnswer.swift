import Agent

/// An answer as plain text: without emphasis, quotes, `\boxed{}` and `\text{}`, in half-width characters.
struct PlainAnswer {
    let text: String

    init(_ answer: String) {
        let content = Markup.boxed(in: answer) ?? answer
        let text = Self.halfWidth(content).filter { !"*`\"$".contains($0) }.trimmed
        self.text = text.wholeMatch(of: /\\text(?:bf)?\{(.*)\}/).map { String($0.output.1) } ?? String(text)
    }

    /// The text with full-width letters, digits and punctuation, as in `答案：（Ｂ）`, in ASCII.
    private static func halfWidth(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
                    case 0x3010: "["
                    case 0x3011: "]"
                    case 0x3002: "."
                    case 0x3000: " "
                    default: scalar
                    }
                }))
    }
}
