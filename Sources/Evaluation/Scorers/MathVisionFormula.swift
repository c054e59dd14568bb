import Tasks

/// A formula as the LaTeX parser of MATH-Vision's official scorer, latex2sympy2 1.9, reads it.
///
/// It reads the longest valid beginning: `\frac{1}{4}}.thus` is 1/4. It fails on anything that it does not know in that
/// beginning, such as `\)` in `25\pi\)`.
struct MathVisionFormula {
    /// The number; nil if the parser or the evaluation of its result fails.
    let value: Double?

    /// - Parameter text: the text in lower case.
    init(_ text: String) {
        let beginning = Self.beginning(of: text)
        let assigned = beginning.replacing(/^\s*[a-z]\s*=/.wordBoundaryKind(.simple), with: "")
        guard Self.isKnown(assigned) else {
            value = nil
            return
        }
        // A number before a fraction is a factor, not the whole of a mixed number.
        let spaced = assigned.replacing("\\,", with: " ")
        let product = spaced.replacing(/([0-9])\s*(\\[dt]?frac)/) { "\($0.output.1)\\cdot\($0.output.2)" }
        value = MathVerifier.number(product)
    }

    /// The text before a bracket that closes none, or before a period that is not a decimal point.
    private static func beginning(of text: String) -> String {
        var open: [Character] = []
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            let isEscaped = index > 0 && characters[index - 1] == "\\"
            switch character {
            case "(", "[", "{": if !isEscaped { open.append(character) }
            case ")", "]",
                "}" where !isEscaped:
                guard open.popLast() != nil else { return String(characters[..<index]) }
            case "." where open.isEmpty && !(index + 1 < characters.count && characters[index + 1].isNumber):
                return String(characters[..<index])
            default: break
            }
        }
        return text
    }

    private static let unknown = [
        "°", "√", "π", "\\mathrm", "\\text", "\\circ", "\\degree", "€", "£", "?", "#", "|",
    ]

    private static func isKnown(_ text: String) -> Bool {
        let isUnknown =
            unknown.contains(where: text.contains)
            // A percent sign without a backslash.
            || text.replacing("\\%", with: "").contains("%")
            // Only the known commands and escaped characters; fractions and roots need braces.
            || text.contains(/\\(?:[^a-z{},%\\]|$)/) || text.contains(/\\[dt]?frac\s*[^{\s]/)
            || text.contains(/\\sqrt\s*[^{\[\s]/)
        // Letters outside commands are names without a value.
        return !isUnknown && !text.replacing(/\\[a-z]+/, with: "").contains(where: \.isLetter)
    }
}
