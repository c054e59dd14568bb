import Foundation
import Tasks

/// Numbers in prose as math-verify finds them, by which lmms-eval's reasoning tasks compare numbers: after a
/// space, an equals sign or at the start, and rather after the word "answer" than elsewhere.
enum PlainNumber {
    /// Whether the number that `said` ends in, or its hundredth if that is a percentage, is `right` to six
    /// places.
    static func areEqual(_ said: String, _ right: String) -> Bool {
        guard let expected = values(in: right).first else { return false }
        return values(in: said).contains { abs($0 - expected) < 0.5e-6 }
    }

    private static func values(in text: String) -> [Double] {
        if let formula = formula(in: text), let value = MathVerifier.number(formula) {
            return formula.contains("°") ? [] : [value]
        }
        for beginning in [
            #"(?i:final answer.{0,100}?)\s+is:?"#, #"(?i:answer):"# + gap, "(?i:answer)" + gap, "",
        ] {
            let end = beginning.hasSuffix(gap) ? #"(?!\s*=)"# : ""
            let found = [expression, number].compactMap { form in
                last(of: beginning + form + end, in: text)
            }
            if let last = found.max(by: { $0.end < $1.end }) { return last.values }
        }
        return []
    }

    /// What stands in a box or between dollars, or a fraction of plain numbers.
    private static func formula(in text: String) -> String? {
        if let box = MathVerifier.boxed(in: text) { return box }
        if let dollars = text.firstMatch(of: /\$([^\n$]+)\$/) { return String(dollars.output.1) }
        return text.firstMatch(of: /-?\\frac\{-?\d+(?:[.,]\d+)?\}\{-?\d+(?:[.,]\d+)?\}/).map {
            String($0.output)
        }
    }

    private static let gap = #"(?:.{0,100}=\s*|.{0,50}?)"#
    private static let before = #"(?:^|\s|=)(?:\*\*)?"#
    private static let expression =
        before + #"(-?\(?-?\d[\d.\s+\-*×/^()÷]*[+\-*×/^()÷][\d.\s+\-*×/^()÷]+\)?)(?:\*\*)?(?:[.,:\s)$]|$)"#
    private static let number =
        before + "[$€£¥₹₩]?" + #"(-?[1-9]\d{0,2}(?:[ ,]\d{3})+(?:\.\d+)?|-?\d+[.,]\d+|\.\d+|-?\d+)"#
        + #"(\s*(?:%|[Pp]ercent|[Pp]ct))?"#

    private static func last(of pattern: String, in text: String) -> (end: String.Index, values: [Double])? {
        // The patterns are the ones above: they are right, or a test would have found it.
        guard let form = try? Regex(pattern), let match = text.matches(of: form.likePython).last else {
            return nil
        }
        let written = match.output[1].substring ?? ""
        let isPercentage = match.output.count > 2 && match.output[2].substring != nil
        guard let value = value(of: String(written)) else { return nil }
        return (match.range.upperBound, isPercentage ? [value, value / 100] : [value])
    }

    private static func value(of text: String) -> Double? {
        if text.wholeMatch(of: /-?\d{1,3}(?:[ ,]\d{3})+(?:\.\d+)?/) != nil {
            return Double(text.filter { $0 != " " && $0 != "," })
        }
        if let plain = Double(text.replacing(",", with: ".")) { return plain }
        return MathVerifier.number(text)
    }
}
