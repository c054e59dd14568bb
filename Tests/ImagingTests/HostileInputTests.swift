import Imaging
import Testing

@Suite("Damaged and hostile files")
struct HostileInputTests {
    /// Small enough that what a mutated header asks for is decoded quickly.
    private let limits = ImageLimits(maximumPixels: 1 << 20)

    /// The small golden files of every format and kind.
    private func smallFiles() throws -> [String] {
        let files = try Goldens.load().decodes.map(\.file).filter { try Goldens.bytes($0).count < 4000 }
        #expect(Set(files.map { $0.suffix(4) }) == [".jpg", ".png", "webp"])
        return files
    }

    private func decoded(_ bytes: [UInt8], _ name: String) throws(ImageError) -> Image {
        try EncodedImage(bytes: bytes, limits: limits, name: name).decoded()
    }

    @Test("A file cut short anywhere throws, or had already said everything")
    func truncation() throws {
        for file in try smallFiles() {
            let bytes = try Goldens.bytes(file)
            let whole = try decoded(bytes, file)
            for count in bytes.indices {
                do throws(ImageError) {
                    let image = try decoded(Array(bytes[..<count]), file)
                    expectEqual(image, whole, "\(file) cut to \(count) of \(bytes.count) bytes")
                    #expect(count > bytes.count - 20, "\(file) cut to \(count) of \(bytes.count) bytes")
                } catch {
                    #expect(error.name == file)
                }
            }
        }
    }

    @Test("Random changes are refused or decoded, never worse", arguments: 0..<8)
    func mutations(seed: Int) throws {
        var generator = SeededGenerator(state: UInt64(seed))
        var refused = 0
        var accepted = 0
        for file in try smallFiles() {
            let original = try Goldens.bytes(file)
            for _ in 0..<20 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let index = Int.random(in: bytes.indices, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                    case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                    case 2: bytes.remove(at: index)
                    default: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
                    }
                }
                do throws(ImageError) {
                    let source = try EncodedImage(bytes: bytes, limits: limits, name: file)
                    let region = PixelRegion.random(in: source.size, using: &generator)
                    _ = try source.decoded(region: region)
                    #expect(try source.decoded().size == source.size)
                    accepted += 1
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > 100)
        #expect(accepted > 100)
    }

    /// A PNG of which there is no more than the header.
    private func png(width: UInt32, height: UInt32) -> [UInt8] {
        func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xFF) } }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
            + bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0, 0, 0, 0, 0]
    }

    private func openingError(_ bytes: [UInt8], limits: ImageLimits = .default) -> ImageError? {
        do throws(ImageError) {
            _ = try EncodedImage(bytes: bytes, limits: limits, name: "photos/some.png")
            return nil
        } catch {
            return error
        }
    }

    @Test("A header that asks for 100,000 x 100,000 pixels is refused by name, with a remedy")
    func hugeHeader() throws {
        let size = ImageSize(width: 100_000, height: 100_000)
        let error = try #require(openingError(png(width: 100_000, height: 100_000)))
        #expect(error == ImageError(.open, "photos/some.png", .sideTooLong(size, limit: 65_535)))
        #expect(
            error.description == "cannot open photos/some.png: a side of its 100000 x 100000 pixels is over "
                + "the limit of 65535. Scale it down, or raise the limit.")
    }

    @Test("Sizes over the limits and empty ones are refused from the header alone")
    func sizes() throws {
        let wide = ImageSize(width: 60_000, height: 60_000)
        #expect(
            openingError(png(width: 60_000, height: 60_000))?.problem
                == .tooManyPixels(wide, limit: 150_000_000))
        #expect(openingError(png(width: 0, height: 5))?.problem == .damaged("its size is 0 x 5"))
        #expect(openingError(png(width: .max, height: .max)) != nil)
        let limits = ImageLimits(maximumBytes: 20, maximumPixels: 100, maximumSide: 50)
        #expect(
            openingError(png(width: 10, height: 10), limits: limits)?.problem == .tooManyBytes(33, limit: 20))
        let roomy = ImageLimits(maximumPixels: 100, maximumSide: 50)
        #expect(openingError(png(width: 10, height: 10), limits: roomy) == nil)
        #expect(openingError(png(width: 10, height: 11), limits: roomy) != nil)
        #expect(openingError(png(width: 51, height: 1), limits: roomy) != nil)
    }

    @Test("Other formats are named")
    func otherFormats() throws {
        func kind(_ text: String) -> ImageError.Problem? {
            openingError(Array(text.utf8) + [UInt8](repeating: 0, count: 30))?.problem
        }
        #expect(kind("GIF89a") == .unsupportedFormat("a GIF image"))
        #expect(kind("BM") == .unsupportedFormat("a BMP image"))
        #expect(kind("\0\0\0\u{20}ftypavif") == .unsupportedFormat("an AVIF image"))
        #expect(kind("<!DOCTYPE html>") == .unsupportedFormat("an SVG, HTML or XML text"))
        #expect(kind("\u{1}\u{2}\u{3}") == .unsupportedFormat("of an unknown format"))
        #expect(openingError([])?.problem == .empty)
        #expect(openingError(Array("GIF89a".utf8))?.description.contains("only JPEG, PNG and WebP") == true)
    }

    @Test("An animation is refused")
    func animation() throws {
        let error = try #require(throws: ImageError.self) { try Goldens.encoded("animated.webp") }
        #expect(error.problem == .unsupportedVariant("it is an animated WebP image"))
    }

    @Test("A missing file and a folder are refused with the system's reason")
    func unreadable() throws {
        let missing = try #require(throws: ImageError.self) { try EncodedImage(path: "/nowhere/photo.jpg") }
        #expect(missing.problem == .unreadable("No such file or directory"))
        #expect(missing.description.contains("/nowhere/photo.jpg"))
        let folder = try #require(throws: ImageError.self) { try EncodedImage(path: Goldens.path(".")) }
        #expect(folder.problem == .unreadable("it is not a regular file"))
        let path = Goldens.path("420.jpg")
        let long = try #require(throws: ImageError.self) {
            try EncodedImage(path: path, limits: ImageLimits(maximumBytes: 10))
        }
        #expect(long.problem == .tooManyBytes(try Goldens.bytes("420.jpg").count, limit: 10))
    }

    @Test(
        "Text or pixels that inflate to 32 MiB do not get in the way of two pixels",
        arguments: ["text", "pixels"])
    func inflation(kind: String) throws {
        let image = try Goldens.encoded("bomb-\(kind).png").decoded()
        #expect(image.pixels == [1, 2, 3, 4, 5, 6])
    }

    @Test("A JPEG of hundreds of scans is refused")
    func scans() throws {
        let error = try #require(throws: ImageError.self) { try Goldens.encoded("bomb-scans.jpg").decoded() }
        #expect(error.problem == .unsupportedVariant("it has more than 256 scans"))
    }

    @Test("A box without a pixel is refused by name")
    func emptyBox() throws {
        let source = try Goldens.encoded("420.jpg")
        for box in [
            Rectangle(x1: 10, y1: 10, x2: 5, y2: 20), Rectangle(x1: 500, y1: 0, x2: 600, y2: 10),
            Rectangle(x1: 3, y1: 3, x2: 3.2, y2: 9), Rectangle(x1: .nan, y1: 0, x2: 5, y2: 5),
            Rectangle(x1: 0, y1: 0, x2: .infinity, y2: 5),
        ] {
            let error = try #require(throws: ImageError.self) { try source.decoded(region: box) }
            #expect(error.name == "420.jpg")
            #expect(error.operation == .crop)
            #expect(throws: ImageError.self) { try source.decoded().cropped(to: box) }
        }
    }
}
