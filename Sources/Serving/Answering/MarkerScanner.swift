/// Searches text that arrives in pieces for markers, which may be split across pieces.
struct MarkerScanner: Sendable {
    enum Finding: Hashable, Sendable {
        /// Text before any marker.
        case text(String)
        case marker(String)
    }

    private var pending = ""

    mutating func append(_ text: String) { pending += text }

    /// The next decided item: the first marker, the text before it, or text that cannot be part of a marker. Returns nil
    /// if more text is needed.
    mutating func next(of markers: [String]) -> Finding? {
        let found = markers.compactMap { marker in
            pending.firstRange(of: marker).map { (range: $0, marker: marker) }
        }
        .min { $0.range.lowerBound < $1.range.lowerBound }
        if let found {
            if found.range.lowerBound > pending.startIndex {
                return .text(take(upTo: found.range.lowerBound))
            }
            pending.removeSubrange(found.range)
            return .marker(found.marker)
        }
        let certain = pending.index(
            pending.endIndex, offsetBy: -heldCount(markers), limitedBy: pending.startIndex)
        guard let certain, certain > pending.startIndex else { return nil }
        return .text(take(upTo: certain))
    }

    /// The remaining text, at the end of the input.
    mutating func finish() -> String { take(upTo: pending.endIndex) }

    private mutating func take(upTo end: String.Index) -> String {
        defer { pending.removeSubrange(..<end) }
        return String(pending[..<end])
    }

    /// The length of the longest suffix that is a prefix of a marker.
    private func heldCount(_ markers: [String]) -> Int {
        let longest = (markers.map(\.count).max() ?? 1) - 1
        let most = min(longest, pending.count)
        guard most > 0 else { return 0 }
        return (1...most).reversed().first { count in
            let tail = pending.suffix(count)
            return markers.contains { $0.count > count && $0.hasPrefix(tail) }
        } ?? 0
    }
}
