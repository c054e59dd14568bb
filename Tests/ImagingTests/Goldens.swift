import Foundation
import Imaging
import Testing

/// What `Tools/reference/imaging_goldens.py` has written.
struct Goldens: Decodable {
    struct Pixels: Decodable {
        let width: Int
        let height: Int
        let offset: Int
    }

    struct Decode: Decodable {
        let file: String
        let expected: Pixels
    }

    struct Resize: Decodable {
        let name: String
        let source: Pixels
        let filter: String
        let expected: Pixels
    }

    struct Rotation: Decodable {
        let source: Pixels
        let degrees: Double
        let filter: String
        let expected: Pixels
    }

    let decodes: [Decode]
    /// Images for which only the whole and its parts are compared.
    let regions: [String]
    let resizes: [Resize]
    let rotations: [Rotation]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "Goldens")

    static func path(_ file: String) -> String {
        folder.appending(path: file).path()
    }

    static func load() throws -> Goldens {
        let data = try Data(contentsOf: folder.appending(path: "manifest.json"))
        return try JSONDecoder().decode(Goldens.self, from: data)
    }

    static func bytes(_ file: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: file)))
    }

    static func encoded(_ file: String) throws -> EncodedImage {
        try EncodedImage(bytes: bytes(file), name: file)
    }

    /// The images of pixels.rgb.
    static func images() throws -> (Pixels) -> Image {
        let store = try bytes("pixels.rgb")
        return { place in
            let size = ImageSize(width: place.width, height: place.height)
            let values = store[place.offset..<place.offset + 3 * size.pixelCount]
            return Image(size: size, pixels: Array(values))
        }
    }
}

/// Compares element by element, and reports the first difference instead of all pixels.
func expectEqual(
    _ image: Image, _ expected: Image, _ comment: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    guard image.size == expected.size else {
        Issue.record("\(comment): \(image.size), not \(expected.size)", sourceLocation: sourceLocation)
        return
    }
    guard let index = image.pixels.indices.first(where: { image.pixels[$0] != expected.pixels[$0] }) else {
        return
    }
    let x = index / 3 % image.size.width
    let y = index / 3 / image.size.width
    Issue.record(
        "\(comment): \(image[x, y]), not \(expected[x, y]), at (\(x), \(y)) of \(image.size)",
        sourceLocation: sourceLocation)
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension Image {
    /// Noise.
    static func random(_ width: Int, _ height: Int, seed: UInt64) -> Image {
        var generator = SeededGenerator(state: seed)
        let pixels = (0..<3 * width * height).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return Image(size: ImageSize(width: width, height: height), pixels: pixels)
    }
}

extension PixelRegion {
    /// Any part of an image.
    static func random(in size: ImageSize, using generator: inout SeededGenerator) -> PixelRegion {
        let x = Int.random(in: 0..<size.width, using: &generator)
        let y = Int.random(in: 0..<size.height, using: &generator)
        return PixelRegion(
            x: x, y: y, width: Int.random(in: 1...size.width - x, using: &generator),
            height: Int.random(in: 1...size.height - y, using: &generator))
    }
}
