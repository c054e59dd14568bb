/// A direct-mapped cache of the tokens of short words. Each word has one possible slot, where the newest word replaces the old
/// one: memory is bounded, and results do not depend on the cache.
struct WordCache: Sendable {
    /// Maximum length of cached words in bytes.
    static let longestWord = 32
    private static let mostTokens = 4
    private static let slotCount = 1 << 14

    /// A word of up to `longestWord` bytes, zero-padded.
    struct Key: Sendable {
        fileprivate let words: SIMD4<UInt64>
        fileprivate let length: UInt8

        @inline(__always)
        init(_ range: Range<Int>, of text: UnsafeBufferPointer<UInt8>) {
            length = UInt8(truncatingIfNeeded: range.count)
            let source = UnsafeRawBufferPointer(text)
            if range.lowerBound + 32 <= source.count {
                var words = SIMD4<UInt64>()
                for index in 0..<4 {
                    words[index] = source.loadUnaligned(
                        fromByteOffset: range.lowerBound + 8 * index, as: UInt64.self)
                    let bits = max(0, min(64, 8 * (range.count - 8 * index)))
                    words[index] &= bits == 64 ? .max : UInt64(1) << UInt64(bits) &- 1
                }
                self.words = words
            } else {
                var words = SIMD4<UInt64>()
                withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: .init(rebasing: source[range])) }
                self.words = words
            }
        }

        @inline(__always)
        fileprivate var slot: Int {
            var hash = (words[0] ^ UInt64(length)) &* 0x9E37_79B9_7F4A_7C15
            hash = (hash ^ hash >> 32 ^ words[1]) &* 0xBF58_476D_1CE4_E5B9
            hash = (hash ^ hash >> 32 ^ words[2]) &* 0x94D0_49BB_1331_11EB
            hash = (hash ^ hash >> 32 ^ words[3]) &* 0xD6E8_FEB8_6659_FD93
            return Int(truncatingIfNeeded: hash >> 32) & (slotCount - 1)
        }
    }

    private struct Slot: Sendable {
        var words = SIMD4<UInt64>()
        var tokens = SIMD4<Int32>()
        /// 0 in an empty slot.
        var length: UInt8 = 0
        var tokenCount: UInt8 = 0
    }

    private var slots = [Slot](repeating: Slot(), count: slotCount)

    /// Appends the tokens of a cached word; returns false if it is not cached.
    @inline(__always)
    func append(_ key: Key, into output: inout [Int32]) -> Bool {
        let slot = slots[key.slot]
        guard slot.length == key.length, slot.words == key.words else { return false }
        for index in 0..<Int(slot.tokenCount) { output.append(slot.tokens[index]) }
        return true
    }

    /// Caches a word, unless it has too many tokens.
    mutating func insert(_ key: Key, _ tokens: ArraySlice<Int32>) {
        guard tokens.count <= Self.mostTokens else { return }
        var slot = Slot(words: key.words, length: key.length, tokenCount: UInt8(tokens.count))
        for (index, token) in tokens.enumerated() { slot.tokens[index] = token }
        slots[key.slot] = slot
    }
}
