/// Finds added tokens in text: leftmost first, and of those the longest.
struct AddedTokenMatcher: Sendable {
    private struct Candidate: Sendable {
        let bytes: [UInt8]
        let id: Int32
        let isTag: Bool
    }

    /// By first byte, longest first.
    private let candidates: [[Candidate]]
    private let isEmpty: Bool

    init(_ tokens: [(bytes: [UInt8], token: AddedToken)]) {
        var candidates = [[Candidate]](repeating: [], count: 256)
        for (bytes, token) in tokens where !bytes.isEmpty {
            candidates[Int(bytes[0])].append(Candidate(bytes: bytes, id: token.id, isTag: token.isTag))
        }
        self.candidates = candidates.map { $0.sorted { $0.bytes.count > $1.bytes.count } }
        isEmpty = candidates.allSatisfy(\.isEmpty)
    }

    enum Piece {
        case text(Range<Int>)
        case token(Int32)
    }

    /// Calls `body` with the pieces of `text` in order; plain pieces are never empty.
    func split(
        _ text: UnsafeBufferPointer<UInt8>, recognizing scope: Tokenizer.Recognition, _ body: (Piece) -> Void
    ) {
        var start = 0
        if !isEmpty, scope != .nothing {
            var position = 0
            while position < text.count {
                guard let match = match(text, at: position, scope) else {
                    position += 1
                    continue
                }
                if start < position { body(.text(start..<position)) }
                body(.token(match.id))
                position += match.bytes.count
                start = position
            }
        }
        if start < text.count { body(.text(start..<text.count)) }
    }

    @inline(__always)
    private func match(
        _ text: UnsafeBufferPointer<UInt8>, at position: Int, _ scope: Tokenizer.Recognition
    ) -> Candidate? {
        let candidates = candidates[Int(text[position])]
        if candidates.isEmpty { return nil }
        return candidates.first { candidate in
            (scope == .all || candidate.isTag) && text[position...].starts(with: candidate.bytes)
        }
    }
}
