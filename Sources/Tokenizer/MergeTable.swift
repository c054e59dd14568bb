/// The merges of token pairs, with their ranks and results: a flat hash table with 64 bits per entry.
struct MergeTable: Sendable {
    /// Upper bound of token ids and ranks.
    static let limit = 1 << 21

    /// The rank of a pair that does not merge; above every rank.
    static let noRank = UInt32.max

    /// Entries `left << 43 | right << 22 | rank`; open addressing with linear probing.
    private var slots: [UInt64]
    /// The shift that reduces a 64-bit hash to a slot index.
    private var shift: UInt64
    /// The resulting token by rank.
    private var results: [Int32] = []

    private static let emptySlot = UInt64.max

    init(minimumCapacity: Int = 0) {
        let slotCount = max(16, (2 * minimumCapacity).nextPowerOfTwo)
        slots = [UInt64](repeating: Self.emptySlot, count: slotCount)
        shift = UInt64(64 - slotCount.trailingZeroBitCount)
    }

    /// - Parameter merges: the merges by ascending rank, with ids below `limit`.
    init(_ merges: [TokenizerDefinition.Merge]) {
        self.init(minimumCapacity: merges.count)
        for merge in merges { append(merge) }
    }

    /// Adds a merge with the next rank. If its pair already has a rank, the new one replaces it.
    mutating func append(_ merge: TokenizerDefinition.Merge) {
        if 2 * (results.count + 1) > slots.count { grow() }
        let key = Self.key(merge.left, merge.right)
        slots[slot(key)] = key << 22 | UInt64(results.count)
        results.append(merge.result)
    }

    private mutating func grow() {
        let old = slots
        slots = [UInt64](repeating: Self.emptySlot, count: 2 * old.count)
        shift -= 1
        for entry in old where entry != Self.emptySlot { slots[slot(entry >> 22)] = entry }
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 21 | UInt64(UInt32(bitPattern: right))
    }

    /// The slot of `key`, or the free slot for it.
    @inline(__always)
    private func slot(_ key: UInt64) -> Int {
        slots.withUnsafeBufferPointer { slots in
            var index = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
            while slots[index] != Self.emptySlot, slots[index] >> 22 != key {
                index = (index + 1) & (slots.count - 1)
            }
            return index
        }
    }

    /// The rank of a pair, or `noRank`.
    @inline(__always)
    func rank(_ left: Int32, _ right: Int32) -> UInt32 {
        let entry = slots[slot(Self.key(left, right))]
        return entry == Self.emptySlot ? Self.noRank : UInt32(truncatingIfNeeded: entry) & 0x3F_FFFF
    }

    /// The resulting token of the merge with `rank`.
    @inline(__always)
    func result(ofRank rank: UInt32) -> Int32 { results[Int(rank)] }

    /// Merges `tokens`, at least one, until no pair merges: lowest rank first, leftmost of equal ones.
    ///
    /// Scans all pairs in each step, which is fastest for up to a few dozen tokens. `ranks` is a buffer that is reused between
    /// words.
    func merge(_ tokens: inout [Int32], ranks: inout [UInt32]) {
        var count = tokens.count
        ranks.removeAll(keepingCapacity: true)
        for index in 1..<max(count, 1) { ranks.append(rank(tokens[index - 1], tokens[index])) }
        while true {
            var best = Self.noRank
            var position = 0
            for index in 0..<count - 1 where ranks[index] < best {
                best = ranks[index]
                position = index
            }
            guard best != Self.noRank else { break }
            tokens[position] = result(ofRank: best)
            count -= 1
            if position + 1 < count {
                for index in position + 1..<count { tokens[index] = tokens[index + 1] }
                for index in position..<count - 1 { ranks[index] = ranks[index + 1] }
                ranks[position] = rank(tokens[position], tokens[position + 1])
            }
            if position > 0 { ranks[position - 1] = rank(tokens[position - 1], tokens[position]) }
        }
        tokens.removeLast(tokens.count - count)
    }
}

extension Int {
    /// The smallest power of two that is at least this number and at least 1.
    var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
