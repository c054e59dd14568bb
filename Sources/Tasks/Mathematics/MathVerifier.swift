import Agent

/// Verifies mathematical answers by rules, if the rules can decide.
package enum MathVerifier {
    /// Whether `answer` equals `expected`; nil if one of them is not mathematics.
    ///
    /// Both may be LaTeX or plain text surrounded by prose. The content of the last `\boxed{…}` is used, else the formula
    /// between dollar signs, else the whole text. Units do not count, and a percentage equals its number with or without
    /// the percent sign, as in math-verify: 28 % equals 28 and 0.28.
    package static func verify(_ answer: String, against expected: String) -> Bool? {
        guard let right = reading(of: expected, beside: answer),
            let answered = reading(of: answer, beside: expected)
        else { return nil }
        if MathEquality.areEqual(right.value, answered.value) { return true }
        switch (right.withoutPercent, answered.withoutPercent) {
        case (let bare?, nil): return MathEquality.areEqual(bare, answered.value)
        case (nil, let bare?): return MathEquality.areEqual(right.value, bare)
        default: return false
        }
    }

    /// The real value of `text` as a whole; nil if it is not a formula with a real value.
    package static func number(_ text: String) -> Double? {
        guard case .scalar(let formula)? = MathParser.value(of: text.replacing("$", with: "")),
            let value = formula.constant, value.isReal
        else { return nil }
        return value.isFinite ? value.real : ScaledNumber(formula)?.value
    }

    private struct Reading {
        let value: MathValue
        /// The value of a percentage without its percent sign.
        let withoutPercent: MathValue?
    }

    /// - Parameters:
    ///   - text: the text.
    ///   - other: the text that it is compared with; beside a bare number, a capital such as N is a unit.
    private static func reading(of text: String, beside other: String) -> Reading? {
        let text = text.replacing("\\$", with: "")
        let readsSymbols = !other.contains { $0.isLetter }
        for candidate in [Markup.boxed(in: text), formula(in: text), text, lastNumber(in: text)].compactMap(
            \.self)
        {
            let measured = MeasuredNumber(trimmed(candidate), readsSymbols: readsSymbols)
            guard let value = MathParser.value(of: String(measured.number)) else { continue }
            let bare = measured.withoutPercent.flatMap { MathParser.value(of: String($0)) }
            return Reading(value: value, withoutPercent: bare)
        }
        return nil
    }

    /// The last formula between dollar signs or LaTeX brackets.
    private static func formula(in text: String) -> String? {
        for (open, close) in [("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$")] {
            let parts = text.split(separator: open, omittingEmptySubsequences: false)
            if open == close, parts.count >= 3 { return String(parts[(parts.count - 1) / 2 * 2 - 1]) }
            if open != close, parts.count >= 2, let end = parts.last?.firstRange(of: close) {
                return String(parts[parts.count - 1][..<end.lowerBound])
            }
        }
        return nil
    }

    /// The last number in a sentence, with its sign, fraction and percent sign; powers such as the 2 of m^2 do not count.
    private static func lastNumber(in text: String) -> String? {
        let number =
            /-?(?:[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)(?:\s*\/\s*[0-9]+)?\s*(?:%|[Pp]ercent|pct)?/
        let numbers = text.matches(of: number)
        let isPower = { (start: String.Index) in
            text[..<start].last.map { $0.isLetter || $0 == "^" } ?? false || text[..<start].hasSuffix("^{")
        }
        return (numbers.last { !isPower($0.range.lowerBound) } ?? numbers.last).map { String($0.output) }
    }

    private static func trimmed(_ text: String) -> String {
        var text = text.trimmingWhitespace
        while let last = text.last, ".,;:".contains(last) {
            text = text.dropLast().description.trimmingWhitespace
        }
        return text
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
