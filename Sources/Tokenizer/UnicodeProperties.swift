import Foundation

/// The properties of Unicode scalars that the split pattern and normalization need, equal to those of the reference
/// implementation.
///
/// The tables are built once from `UnicodeTables`. The standard library is not used, because its Unicode version depends on the
/// toolchain, which would change token ids.
final class UnicodeProperties: Sendable {
    static let shared = UnicodeProperties()

    /// The classes that the split pattern distinguishes.
    enum Kind: UInt16 {
        case other, letter, number, space
        /// `\r` or `\n`; a space too.
        case newline
    }

    /// Properties of one scalar, packed: kind in bits 0-2, `isComposable` in bit 3, `isDecomposable` in bit
    /// 4, combining class in bits 8-15.
    struct Entry {
        fileprivate(set) var bits: UInt16 = 0

        var kind: Kind { Kind(rawValue: bits & 7).unsafelyUnwrapped }

        /// Whether NFC may replace the scalar, or compose it with the one before.
        var isComposable: Bool { bits & 8 != 0 }

        /// Whether the scalar is in `decompositions`.
        var isDecomposable: Bool { bits & 16 != 0 }

        var combiningClass: UInt8 { UInt8(truncatingIfNeeded: bits >> 8) }

        /// Whether NFC leaves the scalar unchanged and it does not interact with the text before it.
        var isBoundary: Bool { bits & 0xFF08 == 0 }
    }

    /// Indices of 256-entry pages, by the upper bits of a scalar. Immutable and never freed.
    private nonisolated(unsafe) let pageIndices: UnsafePointer<UInt16>
    /// Immutable and never freed.
    private nonisolated(unsafe) let entries: UnsafePointer<Entry>

    /// Canonical decompositions into one (second is 0) or two scalars, without Hangul syllables.
    let decompositions: [UInt32: (first: UInt32, second: UInt32)]
    /// Compositions by pair, with the first scalar in the upper half of the key; without Hangul.
    let compositions: [UInt64: UInt32]

    private init() {
        var table = [Entry](repeating: Entry(), count: 0x110000)
        func mark(_ packed: String, as kind: Kind) {
            var reader = LEB128Reader(packed)
            var previous = 0
            while !reader.isAtEnd {
                let first = previous + reader.next()
                previous = first + reader.next()
                for scalar in first...previous { table[scalar].bits = kind.rawValue }
            }
        }
        mark(UnicodeTables.letters, as: .letter)
        mark(UnicodeTables.numbers, as: .number)
        mark(UnicodeTables.spaces, as: .space)
        table[0x0A].bits = Kind.newline.rawValue
        table[0x0D].bits = Kind.newline.rawValue

        var reader = LEB128Reader(UnicodeTables.combiningClasses)
        var previous = 0
        while !reader.isAtEnd {
            let first = previous + reader.next()
            previous = first + reader.next()
            let combiningClass = UInt16(reader.next())
            for scalar in first...previous { table[scalar].bits |= combiningClass << 8 }
        }

        var decompositions: [UInt32: (first: UInt32, second: UInt32)] = [:]
        var compositions: [UInt64: UInt32] = [:]
        reader = LEB128Reader(UnicodeTables.decompositions)
        previous = 0
        while !reader.isAtEnd {
            let step = reader.next()
            previous += step >> 1
            let (first, second) = (reader.next(), reader.next())
            decompositions[UInt32(previous)] = (UInt32(first), UInt32(second))
            table[previous].bits |= 16
            if step & 1 == 1 {
                compositions[UInt64(first) << 32 | UInt64(second)] = UInt32(previous)
                table[second].bits |= 8
            } else {
                table[previous].bits |= 8
            }
        }
        for jamo in [Hangul.vowels, Hangul.trailers] {
            for scalar in jamo { table[Int(scalar)].bits |= 8 }
        }
        self.decompositions = decompositions
        self.compositions = compositions

        var pages: [[UInt16]: UInt16] = [:]
        var flat: [Entry] = []
        let indices = UnsafeMutablePointer<UInt16>.allocate(capacity: table.count / 256)
        for page in 0..<table.count / 256 {
            let slice = table[page * 256..<(page + 1) * 256]
            let bits = slice.map(\.bits)
            if pages[bits] == nil {
                pages[bits] = UInt16(pages.count)
                flat.append(contentsOf: slice)
            }
            indices[page] = pages[bits] ?? 0
        }
        let storage = UnsafeMutablePointer<Entry>.allocate(capacity: flat.count)
        storage.initialize(from: flat, count: flat.count)
        pageIndices = UnsafePointer(indices)
        entries = UnsafePointer(storage)
    }

    /// The properties of `scalar`, which is below 0x110000.
    @inline(__always)
    subscript(scalar: UInt32) -> Entry {
        entries[Int(pageIndices[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)]
    }
}

/// Reads the base64 LEB128 numbers of `UnicodeTables`.
private struct LEB128Reader {
    private let bytes: Data
    private var position = 0

    init(_ base64: String) {
        bytes = Data(base64Encoded: base64) ?? Data()
        precondition(!bytes.isEmpty, "UnicodeTables is damaged")
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func next() -> Int {
        var (value, shift) = (0, 0)
        while true {
            let byte = Int(bytes[position])
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }
}
