/// Merges the bytes of words into tokens, with a cache of short words. Not for concurrent use.
struct WordEncoder: Sendable {
    private let merges: MergeTable
    private let byteTokens: [Int32]
    private let knownWords: ByteStringIndex?
    private var cache = WordCache()
    private var ids: [Int32] = []
    private var ranks: [UInt32] = []

    /// - Parameters:
    ///   - merges: the merges.
    ///   - byteTokens: the token of each byte.
    ///   - knownWords: the tokens that stay whole if a word equals them; nil for none.
    init(merges: MergeTable, byteTokens: [Int32], knownWords: ByteStringIndex?) {
        self.merges = merges
        self.byteTokens = byteTokens
        self.knownWords = knownWords
    }

    /// Appends the tokens of the word at `range` of `text`.
    mutating func encode(
        _ range: Range<Int>, of text: UnsafeBufferPointer<UInt8>, into output: inout [Int32]
    ) {
        if range.count == 1 {
            output.append(byteTokens[Int(text[range.lowerBound])])
            return
        }
        let word = UnsafeBufferPointer(rebasing: text[range])
        guard range.count <= WordCache.longestWord else {
            merge(word, into: &output)
            return
        }
        let key = WordCache.Key(range, of: text)
        if cache.append(key, into: &output) { return }
        let start = output.count
        merge(word, into: &output)
        cache.insert(key, output[start...])
    }

    private mutating func merge(_ word: UnsafeBufferPointer<UInt8>, into output: inout [Int32]) {
        if let id = knownWords?[word] {
            output.append(id)
        } else if word.count <= 64 {
            ids.removeAll(keepingCapacity: true)
            for byte in word { ids.append(byteTokens[Int(byte)]) }
            merges.merge(&ids, ranks: &ranks)
            output.append(contentsOf: ids)
        } else {
            LongWord(word, byteTokens: byteTokens, merges: merges).merge(into: &output)
        }
    }
}

/// Merges a long word efficiently, with a linked list of tokens and a heap of pairs.
private struct LongWord {
    private struct Symbol {
        var id: Int32
        var previous: Int32
        var next: Int32
        /// False once merged into the previous symbol.
        var isPresent = true
    }

    private struct Pair: Comparable {
        /// Rank in the upper half, index of the left symbol in the lower.
        let order: UInt64

        static func < (left: Pair, right: Pair) -> Bool { left.order > right.order }
    }

    private let merges: MergeTable
    private var symbols: [Symbol]
    /// The pairs that merge: lowest rank first, leftmost of equal ones.
    private var queue = MaximumHeap<Pair>()

    init(_ word: UnsafeBufferPointer<UInt8>, byteTokens: [Int32], merges: MergeTable) {
        self.merges = merges
        symbols = word.indices.map { index in
            Symbol(id: byteTokens[Int(word[index])], previous: Int32(index) - 1, next: Int32(index) + 1)
        }
        symbols[word.count - 1].next = -1
        for index in 0..<word.count - 1 { enqueue(Int32(index)) }
    }

    /// Queues the pair that starts at `left`, if it merges.
    private mutating func enqueue(_ left: Int32) {
        let symbol = symbols[Int(left)]
        guard symbol.next >= 0 else { return }
        let rank = merges.rank(symbol.id, symbols[Int(symbol.next)].id)
        if rank != MergeTable.noRank { queue.insert(Pair(order: UInt64(rank) << 32 | UInt64(left))) }
    }

    consuming func merge(into output: inout [Int32]) {
        while let pair = queue.removeMaximum() {
            let (rank, left) = (UInt32(pair.order >> 32), Int32(truncatingIfNeeded: pair.order))
            var symbol = symbols[Int(left)]
            guard symbol.isPresent, symbol.next >= 0 else { continue }
            let right = symbols[Int(symbol.next)]
            // The pair may have changed since it was queued.
            guard merges.rank(symbol.id, right.id) == rank else { continue }
            symbols[Int(symbol.next)].isPresent = false
            symbol.id = merges.result(ofRank: rank)
            symbol.next = right.next
            symbols[Int(left)] = symbol
            if right.next >= 0 { symbols[Int(right.next)].previous = left }
            if symbol.previous >= 0 { enqueue(symbol.previous) }
            enqueue(left)
        }
        for symbol in symbols where symbol.isPresent { output.append(symbol.id) }
    }
}
