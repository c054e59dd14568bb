/// Bounds-checked reads from a range of bytes, nil beyond the end; used to parse untrusted headers.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>

    var count: Int { bytes.count }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
    }

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// At most `count` bytes from `offset` on, or fewer at the end.
    func part(_ offset: Int, count: Int = .max) -> ByteReader {
        ByteReader(bytes.dropFirst(offset).prefix(count))
    }

    func byte(_ offset: Int) -> Int? {
        offset >= 0 && offset < count ? Int(bytes[bytes.startIndex + offset]) : nil
    }

    func bigEndian16(_ offset: Int) -> Int? {
        guard let high = byte(offset), let low = byte(offset + 1) else { return nil }
        return high << 8 | low
    }

    func bigEndian32(_ offset: Int) -> Int? {
        guard let high = bigEndian16(offset), let low = bigEndian16(offset + 2) else { return nil }
        return high << 16 | low
    }

    func littleEndian16(_ offset: Int) -> Int? {
        guard let low = byte(offset), let high = byte(offset + 1) else { return nil }
        return high << 8 | low
    }

    func littleEndian24(_ offset: Int) -> Int? {
        guard let low = littleEndian16(offset), let high = byte(offset + 2) else { return nil }
        return high << 16 | low
    }

    func littleEndian32(_ offset: Int) -> Int? {
        guard let low = littleEndian16(offset), let high = littleEndian16(offset + 2) else { return nil }
        return high << 16 | low
    }

    func starts(with prefix: [UInt8], at offset: Int = 0) -> Bool {
        bytes.dropFirst(offset).starts(with: prefix)
    }

    func starts(with prefix: String, at offset: Int = 0) -> Bool {
        bytes.dropFirst(offset).starts(with: prefix.utf8)
    }
}
