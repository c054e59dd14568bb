/// The JSON header of a safetensors file, validated: what it names is exactly the data that follows it.
///
/// The format: a little-endian `UInt64` with the header's length, the header, the data. The header is an object
/// that maps each tensor's name to its `dtype`, `shape` and `data_offsets` (relative to the data), and optionally
/// `__metadata__` to an object of strings.
struct SafetensorsHeader {
    struct Entry {
        let dtype: DType
        let shape: [Int]
        /// Bytes of the data.
        let range: Range<Int>
    }

    /// Why a header is refused.
    struct Flaw: Error {
        var tensor: String?
        let reason: String
    }

    private(set) var entries: [String: Entry] = [:]
    /// The names in the order of the data.
    private(set) var names: [String] = []

    /// - Parameters:
    ///   - json: the header's bytes.
    ///   - dataCount: how many bytes of data follow it in the file.
    /// - Throws: the first flaw found.
    init(json: UnsafeRawBufferPointer, dataCount: Int) throws(Flaw) {
        var reader = JSONReader(json)
        var hasMetadata = false
        try reader.object { (reader, name) throws(Flaw) in
            if name == "__metadata__" {
                guard !hasMetadata else { throw Flaw(reason: "the header has two __metadata__ objects") }
                hasMetadata = true
                try reader.skipMetadata()
            } else {
                guard entries[name] == nil else {
                    throw Flaw(tensor: name, reason: "the header names it twice")
                }
                do throws(Flaw) {
                    entries[name] = try Entry(&reader)
                } catch {
                    throw Flaw(tensor: name, reason: error.reason)
                }
            }
        }
        try reader.end()
        names = try order(dataCount: dataCount)
    }

    /// Checks that the tensors cover the data without overlap or hole.
    private func order(dataCount: Int) throws(Flaw) -> [String] {
        let sorted = entries.sorted {
            ($0.value.range.lowerBound, $0.value.range.upperBound, $0.key)
                < ($1.value.range.lowerBound, $1.value.range.upperBound, $1.key)
        }
        var end = 0
        for (name, entry) in sorted {
            guard entry.range.lowerBound == end else {
                let kind =
                    entry.range.lowerBound < end ? "overlaps the tensor before it" : "leaves a hole before it"
                throw Flaw(
                    tensor: name,
                    reason: "it \(kind): data_offsets \(entry.range), expected to start at \(end)")
            }
            end = entry.range.upperBound
            guard end <= dataCount else {
                throw Flaw(
                    tensor: name,
                    reason: "data_offsets \(entry.range) end after the file's \(dataCount) bytes of data; "
                        + "the file is cut short: copy it again")
            }
        }
        guard end == dataCount else {
            throw Flaw(reason: "\(dataCount - end) bytes of data after the last tensor belong to none")
        }
        return sorted.map(\.key)
    }
}

extension SafetensorsHeader.Entry {
    fileprivate init(_ reader: inout JSONReader) throws(SafetensorsHeader.Flaw) {
        var dtypeName: String?
        var shape: [Int]?
        var offsets: [Int]?
        try reader.object { (reader, field) throws(SafetensorsHeader.Flaw) in
            switch field {
            case "dtype" where dtypeName == nil: dtypeName = try reader.string()
            case "shape" where shape == nil: shape = try reader.integers()
            case "data_offsets" where offsets == nil: offsets = try reader.integers()
            default: throw SafetensorsHeader.Flaw(reason: "the field \"\(field)\" is unknown or repeated")
            }
        }
        guard let dtypeName, let shape, let offsets else {
            throw SafetensorsHeader.Flaw(reason: "dtype, shape or data_offsets is missing")
        }
        guard let dtype = DType.bySafetensorsName[dtypeName] else {
            let known = DType.bySafetensorsName.keys.sorted().joined(separator: ", ")
            throw SafetensorsHeader.Flaw(reason: "the dtype \"\(dtypeName)\" is not among \(known)")
        }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw SafetensorsHeader.Flaw(reason: "data_offsets \(offsets) are not a start and an end")
        }
        guard let byteCount = Self.byteCount(shape, dtype), byteCount == offsets[1] - offsets[0] else {
            throw SafetensorsHeader.Flaw(
                reason: "\(offsets[1] - offsets[0]) bytes cannot hold the shape \(shape) of \(dtypeName)")
        }
        self.init(dtype: dtype, shape: shape, range: offsets[0]..<offsets[1])
    }

    /// Nil if the product is too large for an `Int`.
    private static func byteCount(_ shape: [Int], _ dtype: DType) -> Int? {
        if shape.contains(0) { return 0 }
        var product = dtype.byteCount
        for size in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            if overflow { return nil }
            product = next
        }
        return product
    }
}

/// Reads the little of JSON that a safetensors header consists of, and refuses everything else.
///
/// Foundation's parsers keep one of two equal keys in silence, which a header must not get away with.
private struct JSONReader {
    typealias Flaw = SafetensorsHeader.Flaw

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private func flaw(_ expected: String) -> Flaw {
        Flaw(reason: "the header is not valid at byte \(position): expected \(expected)")
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(Flaw) {
        guard take(character) else { throw flaw("\"\(character)\"") }
    }

    mutating func end() throws(Flaw) {
        skipSpace()
        guard position == bytes.count else { throw flaw("nothing more") }
    }

    mutating func object(_ member: (inout JSONReader, String) throws(Flaw) -> Void) throws(Flaw) {
        try expect("{")
        if take("}") { return }
        repeat {
            let name = try string()
            try expect(":")
            try member(&self, name)
        } while take(",")
        try expect("}")
    }

    /// Checks that `__metadata__` holds strings under different names; nobody asks for them.
    mutating func skipMetadata() throws(Flaw) {
        var names: Set<String> = []
        try object { (reader, name) throws(Flaw) in
            _ = try reader.string()
            guard names.insert(name).inserted else {
                throw Flaw(reason: "the header's __metadata__ names \"\(name)\" twice")
            }
        }
    }

    mutating func integers() throws(Flaw) -> [Int] {
        try expect("[")
        var values: [Int] = []
        if take("]") { return values }
        repeat { values.append(try integer()) } while take(",")
        try expect("]")
        return values
    }

    private mutating func integer() throws(Flaw) -> Int {
        skipSpace()
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        let digits = bytes[start..<position]
        guard let value = Int(String(decoding: digits, as: UTF8.self)),
            digits.count == 1 || digits.first != 0x30
        else { throw flaw("a whole number of at most 63 bits") }
        return value
    }

    mutating func string() throws(Flaw) -> String {
        try expect("\"")
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x22:
                guard let string = String(validating: text, as: UTF8.self) else { throw flaw("UTF-8") }
                return string
            case 0x5C: text += try escape().utf8
            case 0..<0x20: throw flaw("no control character in a string")
            default: text.append(byte)
            }
        }
        throw flaw("the end of a string")
    }

    private mutating func escape() throws(Flaw) -> String {
        guard position < bytes.count else { throw flaw("an escape") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case 0x22, 0x5C, 0x2F: return String(UnicodeScalar(byte))
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw flaw("an escape")
        }
    }

    /// The four digits after `\u`, and the second half of a pair.
    private mutating func unicodeEscape() throws(Flaw) -> String {
        var units = [try codeUnit()]
        if UTF16.isLeadSurrogate(units[0]) {
            guard bytes[position...].starts(with: "\\u".utf8) else { throw flaw("the second half of a pair") }
            position += 2
            units.append(try codeUnit())
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw flaw("a Unicode character") }
        return text
    }

    private mutating func codeUnit() throws(Flaw) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        let isHexadecimal = digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        guard digits.count == 4, isHexadecimal,
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw flaw("four hexadecimal digits") }
        position += 4
        return unit
    }
}
