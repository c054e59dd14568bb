/// Reads the verdict of a judge that writes text.
package enum WrittenVerdict {
    /// Whether the reply ends with `VERDICT: RIGHT` or `VERDICT: WRONG`; nil for anything else.
    ///
    /// The last line must hold the verdict and nothing but the verdict, in capitals or not, bold or not. A reply with verdicts
    /// of both kinds has none: it repeats the prompt, or cannot decide.
    package static func isRight(in reply: String) -> Bool? {
        let lines = reply.split(whereSeparator: \.isNewline).map(bare).filter { !$0.isEmpty }
        guard let last = lines.last.flatMap(verdict) else { return nil }
        return lines.compactMap(verdict).allSatisfy { $0 == last } ? last : nil
    }

    private static func verdict(_ line: String) -> Bool? {
        switch line {
        case "verdict: right": true
        case "verdict: wrong": false
        default: nil
        }
    }

    /// The line in small letters, without emphasis and white space around it.
    private static func bare(_ line: Substring) -> String {
        let around: (Character) -> Bool = { $0.isWhitespace || "*_`".contains($0) }
        let inside = line.drop(while: around)
        return inside.prefix(inside.reversed().drop(while: around).count).lowercased()
    }
}
