/// Text that arrives in pieces, searched for marks that may be split between two of them.
struct MarkHold: Sendable {
    enum Finding: Hashable, Sendable {
        /// Text before any mark.
        case text(String)
        case mark(String)
    }

    private var pending = ""

    mutating func append(_ text: String) { pending += text }

    /// The next thing that is certain: the first of `marks`, the text before it, or text that cannot be the beginning of
    /// a mark; nil until more arrives.
    mutating func next(of marks: [String]) -> Finding? {
        let found = marks.compactMap { mark in pending.firstRange(of: mark).map { (range: $0, mark: mark) } }
            .min { $0.range.lowerBound < $1.range.lowerBound }
        if let found {
            if found.range.lowerBound > pending.startIndex {
                return .text(take(upTo: found.range.lowerBound))
            }
            pending.removeSubrange(found.range)
            return .mark(found.mark)
        }
        let certain = pending.index(
            pending.endIndex, offsetBy: -heldCount(marks), limitedBy: pending.startIndex)
        guard let certain, certain > pending.startIndex else { return nil }
        return .text(take(upTo: certain))
    }

    /// What is left when nothing more will arrive.
    mutating func finish() -> String { take(upTo: pending.endIndex) }

    private mutating func take(upTo end: String.Index) -> String {
        defer { pending.removeSubrange(..<end) }
        return String(pending[..<end])
    }

    /// How many characters at the end may begin a mark.
    private func heldCount(_ marks: [String]) -> Int {
        let longest = (marks.map(\.count).max() ?? 1) - 1
        let most = min(longest, pending.count)
        guard most > 0 else { return 0 }
        return (1...most).reversed().first { count in
            let tail = pending.suffix(count)
            return marks.contains { $0.count > count && $0.hasPrefix(tail) }
        } ?? 0
    }
}
