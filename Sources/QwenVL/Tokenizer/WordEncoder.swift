/// Merges the bytes of words into tokens, remembering short words. One user at a time; any number may exist.
struct WordEncoder: Sendable {
    private let merges: MergeTable
    private let byteTokens: [Int32]
    private let knownWords: ByteStringIndex?
    private var cache = WordCache()
    private var ids: [Int32] = []
    private var ranks: [UInt32] = []

    /// - Parameters:
    ///   - byteTokens: the token of each byte.
    ///   - knownWords: tokens that are kept whole where they are a word.
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

/// A word too long for looking at every pair at each step: a linked list of tokens and a heap of pairs.
private struct LongWord {
    private struct Symbol {
        var id: Int32
        var previous: Int32
        var next: Int32
        /// False once merged into the symbol before.
        var isPresent = true
    }

    private let merges: MergeTable
    private var symbols: [Symbol]
    /// Rank in the upper half, index of the left symbol in the lower: the lowest rank first, then the leftmost.
    private var queue = MinimumHeap()

    init(_ word: UnsafeBufferPointer<UInt8>, byteTokens: [Int32], merges: MergeTable) {
        self.merges = merges
        symbols = word.indices.map { index in
            Symbol(id: byteTokens[Int(word[index])], previous: Int32(index) - 1, next: Int32(index) + 1)
        }
        symbols[word.count - 1].next = -1
        for index in 0..<word.count - 1 { enqueue(Int32(index)) }
    }

    /// Puts the pair that starts at `left` in the queue, if it merges.
    private mutating func enqueue(_ left: Int32) {
        let symbol = symbols[Int(left)]
        guard symbol.next >= 0 else { return }
        let rank = merges.rank(symbol.id, symbols[Int(symbol.next)].id)
        if rank != MergeTable.noRank { queue.insert(UInt64(rank) << 32 | UInt64(left)) }
    }

    consuming func merge(into output: inout [Int32]) {
        while let entry = queue.removeMinimum() {
            let (rank, left) = (UInt32(entry >> 32), Int32(truncatingIfNeeded: entry))
            var symbol = symbols[Int(left)]
            guard symbol.isPresent, symbol.next >= 0 else { continue }
            let right = symbols[Int(symbol.next)]
            // The pair may have changed since it was put in the queue.
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

/// A binary heap of numbers.
private struct MinimumHeap {
    private var items: [UInt64] = []

    mutating func insert(_ item: UInt64) {
        items.append(item)
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard items[parent] > item else { break }
            items[child] = items[parent]
            child = parent
        }
        items[child] = item
    }

    mutating func removeMinimum() -> UInt64? {
        guard let minimum = items.first, let item = items.popLast() else { return nil }
        guard !items.isEmpty else { return minimum }
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < items.count else { break }
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            guard items[child] < item else { break }
            items[parent] = items[child]
            parent = child
        }
        items[parent] = item
        return minimum
    }
}
