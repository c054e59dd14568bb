package import Foundation

/// The framing of TensorBoard's event files: length, checksum of the length, payload, checksum of the
/// payload.
package enum TFRecord {
    /// One framed record; all integers are little-endian.
    package static func frame(_ payload: Data) -> Data {
        let length = littleEndian(UInt64(payload.count))
        return length + littleEndian(CRC32C.masked(length)) + payload + littleEndian(CRC32C.masked(payload))
    }

    /// A record found in a file.
    package struct Found: Sendable, Equatable {
        package let payload: Data
        /// Offset of the first byte after the record.
        package let end: Int
    }

    /// The records of a file up to the first truncated or damaged one.
    package static func records(in file: Data) -> [Found] {
        let file = Data(file)
        var records: [Found] = []
        var start = 0
        while let header = bytes(of: file, at: start, count: 12),
            integer(header.suffix(4)) == UInt64(CRC32C.masked(header.prefix(8))),
            let length = Int(exactly: integer(header.prefix(8))),
            let payload = bytes(of: file, at: start + 12, count: length),
            let checksum = bytes(of: file, at: start + 12 + length, count: 4),
            integer(checksum) == UInt64(CRC32C.masked(payload))
        {
            start += 16 + length
            records.append(Found(payload: Data(payload), end: start))
        }
        return records
    }

    private static func bytes(of file: Data, at start: Int, count: Int) -> Data? {
        guard count >= 0, count <= file.count - start else { return nil }
        return file[start..<start + count]
    }

    private static func integer(_ bytes: Data) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> Data {
        withUnsafeBytes(of: value.littleEndian) { Data($0) }
    }
}
