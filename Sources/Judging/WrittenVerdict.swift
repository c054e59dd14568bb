/// Parses the verdict in a judge's reply.
package enum WrittenVerdict {
    /// Whether the reply ends with `VERDICT: RIGHT` or `VERDICT: WRONG`; nil for anything else.
    ///
    /// The last line must consist of the verdict only; case and bold type are ignored. A reply that contains both verdicts has
    /// none: it repeats the prompt, or is undecided.
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

    /// The line in lower case, without emphasis and surrounding white space.
    private static func bare(_ line: Substring) -> String {
        let around: (Character) -> Bool = { $0.isWhitespace || "*_`".contains($0) }
        let inside = line.drop(while: around)
        return inside.prefix(inside.reversed().drop(while: around).count).lowercased()
    }
}
