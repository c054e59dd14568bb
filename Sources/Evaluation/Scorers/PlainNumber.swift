import Agent
import Foundation
import Tasks

/// Extracts numbers from prose as math-verify does, for lmms-eval's reasoning tasks: after a space, an equals sign or at
/// the start, with a preference for numbers after the word "answer".
enum PlainNumber {
    private struct Reading {
        let value: Double
        /// The number before a percent sign.
        var percentage: String?
    }

    /// Whether the extracted number equals `right` to six decimal places. A percentage is divided by 100; identical digits
    /// are also accepted.
    static func areEqual(_ said: String, _ right: String) -> Bool {
        guard let expected = reading(of: right), let found = reading(of: said) else { return false }
        return abs(found.value - expected.value) < 0.5e-6 || found.percentage == right
    }

    private static func reading(of text: String) -> Reading? {
        if let formula = formula(in: text) {
            if formula.isNonNumeric { return nil }
            if let value = formula.value { return Reading(value: value) }
        }
        for beginning in [
            #"(?i:final answer.{0,100}?)\s+is:?"#, #"(?i:answer):"# + gap, "(?i:answer)" + gap, "",
        ] {
            let end = beginning.hasSuffix(gap) ? #"(?!\s*=)"# : ""
            let found = [expression, number].compactMap { form in
                last(of: beginning + form + end, in: text)
            }
            if let last = found.max(by: { $0.end < $1.end }) { return last.reading }
        }
        return nil
    }

    /// The formula in a box or between dollar signs, or a fraction of plain numbers.
    private static func formula(in text: String) -> WrittenFormula? {
        if let box = Markup.boxed(in: text) {
            let boxes = text.matches(of: /\\boxed\{[^{}]*\}/)
            return WrittenFormula(content: box, isBoxed: true, isOneOfSeveral: boxes.count > 1)
        }
        if let dollars = text.firstMatch(of: /\$([^\n$]+)\$/) {
            return WrittenFormula(content: String(dollars.output.1), isBoxed: false)
        }
        return text.firstMatch(of: /-?\\frac\{-?\d+(?:[.,]\d+)?\}\{-?\d+(?:[.,]\d+)?\}/).map {
            WrittenFormula(content: String($0.output), isBoxed: false)
        }
    }

    private static let gap = #"(?:.{0,100}=\s*|.{0,50}?)"#
    private static let before = #"(?:^|\s|=)(?:\*\*)?"#
    private static let expression =
        before + #"(-?\(?-?\d[\d.\s+\-*×/^()÷]*[+\-*×/^()÷][\d.\s+\-*×/^()÷]+\)?)(?:\*\*)?(?:[.,:\s)$]|$)"#
    private static let number =
        before + "[$€£¥₹₩]?" + #"(-?[1-9]\d{0,2}(?:[ ,]\d{3})+(?:\.\d+)?|-?\d+[.,]\d+|\.\d+|-?\d+)"#
        + #"(\s*(?:%|[Pp]ercent|[Pp]ct))?"#

    private static func last(of pattern: String, in text: String) -> (end: String.Index, reading: Reading)? {
        // The patterns are constants covered by tests; they always compile.
        guard let form = try? Regex(pattern), let match = text.matches(of: form.likePython).last else {
            return nil
        }
        let written = String(match.output[1].substring ?? "")
        let isPercentage = match.output.count > 2 && match.output[2].substring != nil
        guard let value = value(of: written) else { return nil }
        return (
            match.range.upperBound,
            isPercentage ? Reading(value: value / 100, percentage: written) : Reading(value: value)
        )
    }

    private static func value(of text: String) -> Double? {
        if text.wholeMatch(of: /-?\d{1,3}(?:[ ,]\d{3})+(?:\.\d+)?/) != nil {
            return Double(text.filter { $0 != " " && $0 != "," })
        }
        if let plain = Double(text.replacing(",", with: ".")) { return plain }
        return MathVerifier.number(text)
    }
}

/// A formula in an answer, as math-verify parses it.
private struct WrittenFormula {
    let content: String
    let isBoxed: Bool
    var isOneOfSeveral = false

    /// Whether it parses as a formula that is not a number: several boxes or alternatives are a set, and letters are
    /// variables multiplied by a number. Sentences are not parsed; between dollar signs, the text after the word "answer" is
    /// searched instead.
    var isNonNumeric: Bool {
        if isOneOfSeveral { return true }
        if content.contains(/[.?]\s|[A-Z]\)\s/) { return false }
        if content.contains(/\s(?:or|and)\s/) || content.contains(/\de\d/) { return true }
        guard isBoxed else {
            return content.contains(/^[A-Za-z][A-Za-z,:\s]*-?\d+(?:\.\d+)?$/) && !namesAnswer
        }
        return content.contains("°")
            || content.contains(/^[A-Za-z{"][A-Za-z,:<|_>{"\s]*-?\d+(?:\.\d+)?"?}?$/)
    }

    private var namesAnswer: Bool { content.contains(/(?i)answer/) }

    /// The number, without a unit of length; nil if the text must be searched.
    var value: Double? {
        let bare = content.replacing(/\s*(?:[ckm]?m|units)$/, with: "")
        guard isBoxed else { return MathVerifier.number(bare.replacing(/°$/, with: "")) }
        return MathVerifier.number(bare)
    }
}
