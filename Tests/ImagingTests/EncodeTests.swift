import Imaging
import Testing

@Suite("Encoding and drawing")
struct EncodeTests {
    @Test("PNG keeps every pixel")
    func png() throws {
        for (width, height) in [(1, 1), (37, 23), (256, 3)] {
            let image = Image.random(width, height, seed: 5)
            let source = try EncodedImage(bytes: image.encodedPNG(), name: "made.png")
            #expect(source.format == .png)
            expectEqual(try source.decoded(), image, "\(width) x \(height)")
        }
    }

    /// A colour edge through the middle of a pair of columns, which halved chroma smears.
    @Test("JPEG comes back nearly the same, with full chroma also where colours meet")
    func jpeg() throws {
        let size = ImageSize(width: 32, height: 32)
        var image = Image(size: size, filledWith: RGB(red: 200, green: 30, blue: 30))
        image.fill(PixelRegion(x: 15, y: 0, width: 17, height: 32), with: RGB(red: 30, green: 30, blue: 200))
        func largestError(_ bytes: [UInt8]) throws -> Int {
            let back = try EncodedImage(bytes: bytes, name: "made.jpg").decoded()
            return zip(back.pixels, image.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
        }
        #expect(try largestError(image.encodedJPEG(quality: 98, chroma: .full)) < 12)
        #expect(try largestError(image.encodedJPEG(quality: 98, chroma: .half)) > 30)
        let noise = Image.random(64, 64, seed: 6)
        #expect(try noise.encodedJPEG(quality: 30).count < noise.encodedJPEG(quality: 95).count)
    }

    @Test("A side that JPEG cannot state is refused")
    func tooLong() throws {
        let image = Image(size: ImageSize(width: 66_000, height: 1), filledWith: .black)
        let error = try #require(throws: ImageError.self) { try image.encodedJPEG() }
        #expect(error.operation == .encode)
        #expect(
            try EncodedImage(
                bytes: image.encodedPNG(), limits: ImageLimits(maximumSide: 70_000), name: "long"
            )
            .decoded() == image)
    }
}
