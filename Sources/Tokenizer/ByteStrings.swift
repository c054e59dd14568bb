/// A list of byte strings in contiguous memory.
package struct ByteStrings: Hashable, Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int32] = []

    package init(_ strings: some Sequence<[UInt8]> = []) {
        for string in strings { append(string) }
    }

    package var count: Int { ends.count }

    package mutating func append(_ string: some Sequence<UInt8>) {
        bytes.append(contentsOf: string)
        ends.append(Int32(bytes.count))
    }

    package subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

    private func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    /// Whether the string at `index` consists of these bytes.
    func isEqual(_ index: Int, _ string: UnsafeBufferPointer<UInt8>) -> Bool {
        let range = range(index)
        guard range.count == string.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            for offset in 0..<string.count where bytes[range.lowerBound + offset] != string[offset] {
                return false
            }
            return true
        }
    }
}

/// A hash index of byte strings. Unlike a dictionary of `String`, it compares bytes instead of canonical equivalence, and needs
/// no copy for a lookup.
struct ByteStringIndex: Sendable {
    private(set) var strings = ByteStrings()
    /// Index of a string, or -1; open addressing with linear probing.
    private var slots: [Int32]

    init(minimumCapacity: Int) {
        slots = [Int32](repeating: -1, count: max(16, (2 * minimumCapacity).nextPowerOfTwo))
    }

    /// Indexes the non-empty strings; of equal strings, the first is found.
    init(_ strings: ByteStrings) {
        self.init(minimumCapacity: strings.count)
        for index in 0..<strings.count { append(strings[index]) }
    }

    /// Appends a string. It can be found unless it is empty or equal to an earlier one.
    mutating func append(_ string: ArraySlice<UInt8>) {
        let slot = string.withUnsafeBufferPointer(slot)
        if !string.isEmpty, slots[slot] < 0 { slots[slot] = Int32(strings.count) }
        strings.append(string)
        if 2 * strings.count > slots.count { self = ByteStringIndex(strings) }
    }

    /// The index of `string`.
    subscript(string: UnsafeBufferPointer<UInt8>) -> Int32? {
        let index = slots[slot(string)]
        return index < 0 ? nil : index
    }

    /// The index of `string`.
    subscript(string: [UInt8]) -> Int32? { string.withUnsafeBufferPointer { self[$0] } }

    /// The slot of a string, or the free slot for it.
    private func slot(_ string: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in string { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & (slots.count - 1)
        while slots[slot] >= 0, !strings.isEqual(Int(slots[slot]), string) {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }
}
