internal import Foundation

/// Packs token ids and log-probabilities into blobs, four little-endian bytes each.
enum PackedNumbers {
    static func pack(_ values: [Int32]) -> Data {
        pack(values.map { UInt32(bitPattern: $0) })
    }

    static func pack(_ values: [Float]) -> Data {
        pack(values.map(\.bitPattern))
    }

    /// Nil if the blob's length is not a multiple of four.
    static func integers(_ blob: Data) -> [Int32]? {
        words(blob)?.map { Int32(bitPattern: $0) }
    }

    /// Nil if the blob's length is not a multiple of four.
    static func floats(_ blob: Data) -> [Float]? {
        words(blob)?.map { Float(bitPattern: $0) }
    }

    private static func pack(_ words: [UInt32]) -> Data {
        words.map(\.littleEndian).withUnsafeBytes { Data($0) }
    }

    private static func words(_ blob: Data) -> [UInt32]? {
        guard blob.count.isMultiple(of: 4) else { return nil }
        return blob.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 4).map {
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
            }
        }
    }
}
