import Imaging
import Testing

@Suite("Resizing")
struct ResizeTests {
    @Test("Equals Pillow and torch bit for bit")
    func goldens() throws {
        let image = try Goldens.images()
        let cases = try Goldens.load().resizes
        #expect(cases.count > 40)
        for golden in cases {
            let filter: ResizeFilter = golden.filter == "pillow" ? .pillow : .torchvision
            let expected = image(golden.expected)
            let result = image(golden.source).resized(to: expected.size, filter: filter)
            expectEqual(result, expected, "\(golden.name) to \(expected.size), \(golden.filter)")
        }
    }

    @Test("The two references differ by one step at most, and somewhere by that")
    func filters() {
        let image = Image.random(90, 70, seed: 1)
        let size = ImageSize(width: 56, height: 28)
        let differences = zip(
            image.resized(to: size, filter: .pillow).pixels,
            image.resized(to: size, filter: .torchvision).pixels
        ).map { abs(Int($0) - Int($1)) }
        #expect(differences.max() == 1)
    }

    @Test("A part, resized, is the resized crop")
    func regions() {
        var generator = SeededGenerator(state: 3)
        let image = Image.random(61, 47, seed: 2)
        for _ in 0..<200 {
            let region = PixelRegion.random(in: image.size, using: &generator)
            let size = ImageSize(
                width: Int.random(in: 1...70, using: &generator),
                height: Int.random(in: 1...70, using: &generator))
            let crop = image.cropped(to: region)
            expectEqual(image.resized(region, to: size), crop.resized(to: size), "\(region) to \(size)")
        }
    }

    @Test("One colour stays that colour")
    func uniform() {
        let colour = RGB(red: 255, green: 128, blue: 1)
        let image = Image(size: ImageSize(width: 50, height: 33), filledWith: colour)
        for size in [ImageSize(width: 7, height: 99), ImageSize(width: 150, height: 2)] {
            expectEqual(image.resized(to: size), Image(size: size, filledWith: colour), "\(size)")
        }
    }
}

@Suite("Rotating")
struct RotationTests {
    @Test("Equals Pillow bit for bit")
    func goldens() throws {
        let image = try Goldens.images()
        let cases = try Goldens.load().rotations
        #expect(cases.count == 22)
        for golden in cases {
            let result = try image(golden.source).rotated(
                by: golden.degrees, filter: golden.filter == "bilinear" ? .bilinear : .bicubic,
                background: RGB(red: 10, green: 20, blue: 30))
            expectEqual(result, image(golden.expected), "\(golden.degrees) degrees, \(golden.filter)")
        }
    }

    @Test("Quarter turns move pixels and change none")
    func quarterTurns() throws {
        let image = Image.random(70, 40, seed: 4)
        let turned = try image.rotated(by: 90)
        #expect(turned.size == ImageSize(width: 40, height: 70))
        #expect(turned[3, 69 - 20] == image[20, 3])
        expectEqual(try turned.rotated(by: 270), image, "90 and 270")
        expectEqual(try turned.rotated(by: 90).rotated(by: 180), image, "90, 90 and 180")
    }

    @Test("A thin image that would grow beyond the limits is refused")
    func limits() throws {
        let image = Image(size: ImageSize(width: 4000, height: 2), filledWith: .white)
        let error = try #require(throws: ImageError.self) {
            try image.rotated(by: 45, limits: ImageLimits(maximumPixels: 1_000_000))
        }
        #expect(error.operation == .rotate)
        #expect(try image.rotated(by: 90, limits: ImageLimits(maximumPixels: 10)).size.height == 4000)
    }
}
