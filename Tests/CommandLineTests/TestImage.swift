import Foundation
import Imaging
import TestFixtures

/// Image files to ask about.
enum TestImage: String, CaseIterable {
    case whole, cutShort, text, empty, huge, thin

    /// Writes the file and returns its path.
    func write(to folder: TemporaryFolder) throws -> String {
        try folder.write(bytes(), to: "\(rawValue).png").path
    }

    private func bytes() throws -> [UInt8] {
        switch self {
        case .whole: try Self.gradient(ImageSize(width: 64, height: 64))
        case .cutShort: try Self.gradient(ImageSize(width: 64, height: 64)).dropLast(200)
        case .text: Array("no image".utf8)
        case .empty: []
        case .huge: Self.header(side: 100_000)
        case .thin: try Self.gradient(ImageSize(width: 1000, height: 2))
        }
    }

    private static func gradient(_ size: ImageSize) throws -> [UInt8] {
        let pixels = (0..<3 * size.pixelCount).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }
        return try Image(size: size, pixels: pixels).encodedPNG()
    }

    /// A PNG file that announces a square of that side and holds no more than its header.
    private static func header(side: UInt32) -> [UInt8] {
        let side = withUnsafeBytes(of: side.bigEndian, Array.init)
        let chunk: [UInt8] = Array("IHDR".utf8) + side + side + [8, 2, 0, 0, 0]
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let length: [UInt8] = [0, 0, 0, 13]
        return signature + length + chunk + withUnsafeBytes(of: checksum(chunk).bigEndian, Array.init)
    }

    /// CRC-32 as PNG has it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
