import Imaging
import Testing

@Suite("Decoding equals Pillow's, upright and over white")
struct DecodeTests {
    /// Exact: the integer inverse DCT, upsampling and colour conversion are the same in all libjpeg-turbo
    /// versions.
    @Test("Every golden file, pixel by pixel")
    func goldens() throws {
        let image = try Goldens.images()
        let cases = try Goldens.load().decodes
        #expect(cases.count > 50)
        for golden in cases {
            let source = try Goldens.encoded(golden.file)
            #expect(source.size == ImageSize(width: golden.expected.width, height: golden.expected.height))
            expectEqual(try source.decoded(), image(golden.expected), golden.file)
        }
    }

    @Test("The format is told from the bytes")
    func formats() throws {
        #expect(try Goldens.encoded("420.jpg").format == .jpeg)
        #expect(try Goldens.encoded("rgb-8.png").format == .png)
        #expect(try Goldens.encoded("lossy.webp").format == .webp)
    }

    @Test("The size is that of the upright image", arguments: 1...8)
    func orientations(number: Int) throws {
        let source = try Goldens.encoded("orientation-\(number).jpg")
        #expect(source.orientation.rawValue == number)
        let upright = ImageSize(width: 37, height: 26)
        let turned = ImageSize(width: 26, height: 37)
        #expect(source.size == (number < 5 ? upright : turned))
    }

    @Test("A file on disk has its path as its name")
    func files() throws {
        let path = Goldens.path("rgb-8.png")
        let source = try EncodedImage(path: path)
        #expect(source.name == path)
        #expect(try source.decoded() == Goldens.encoded("rgb-8.png").decoded())
    }

    @Test("Copies are one image, a second reading is another; equality goes by name and bytes")
    func identity() throws {
        let source = try Goldens.encoded("420.jpg")
        let copy = source
        let again = try Goldens.encoded("420.jpg")
        #expect(copy.id == source.id)
        #expect(again.id != source.id)
        #expect(again == source)
        #expect(Set([again, source]).count == 1)
        #expect(try EncodedImage(bytes: source.bytes, name: "other") != source)
        #expect(try Goldens.encoded("422.jpg") != source)
    }
}

@Suite("Decoding a part equals cutting it from the whole")
struct RegionTests {
    /// With an EXIF segment after the start marker.
    private func turned(_ jpeg: [UInt8], _ orientation: Orientation) -> [UInt8] {
        let exif: [UInt8] =
            [
                0x45, 0x78, 0x69, 0x66, 0, 0, 0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0,
                1, 0,
            ]
            + [UInt8(orientation.rawValue), 0, 0, 0, 0, 0, 0]
        return jpeg[..<2] + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + jpeg[2...]
    }

    @Test("JPEG of every sampling and kind, in all orientations", arguments: Orientation.allCases)
    func jpeg(orientation: Orientation) throws {
        var generator = SeededGenerator(state: UInt64(orientation.rawValue))
        let files = try Goldens.load().regions.filter { $0.hasSuffix(".jpg") }
        #expect(files.count == 11)
        for file in files {
            let source = try EncodedImage(bytes: turned(Goldens.bytes(file), orientation), name: file)
            #expect(source.orientation == orientation)
            let whole = try source.decoded()
            for _ in 0..<40 {
                let region = PixelRegion.random(in: source.size, using: &generator)
                let part = try source.decoded(region: region)
                expectEqual(part, whole.cropped(to: region), "\(file), \(orientation), \(region)")
            }
        }
    }

    @Test("Narrow strips at every column and row")
    func strips() throws {
        for file in try Goldens.load().regions {
            let source = try Goldens.encoded(file)
            let whole = try source.decoded()
            let strips =
                (0..<source.size.width).map { PixelRegion(x: $0, y: 31, width: 1, height: 3) }
                + (0..<source.size.height).map { PixelRegion(x: 33, y: $0, width: 4, height: 1) }
            for region in strips {
                let part = try source.decoded(region: region)
                expectEqual(part, whole.cropped(to: region), "\(file), \(region)")
            }
        }
    }

    @Test("Every golden file, whatever its format and kind")
    func goldens() throws {
        var generator = SeededGenerator(state: 7)
        let goldens = try Goldens.load()
        for file in goldens.decodes.map(\.file) + goldens.regions {
            let source = try Goldens.encoded(file)
            let whole = try source.decoded()
            for _ in 0..<20 {
                let region = PixelRegion.random(in: source.size, using: &generator)
                expectEqual(
                    try source.decoded(region: region), whole.cropped(to: region), "\(file), \(region)")
            }
        }
    }

    @Test("A box is rounded to whole pixels and clamped to the image")
    func boxes() throws {
        let source = try Goldens.encoded("420.jpg")
        let whole = try source.decoded()
        let box = Rectangle(x1: -7.3, y1: 4.6, x2: 20.4, y2: 1e12)
        let part = try source.decoded(region: box)
        #expect(part.size == ImageSize(width: 20, height: whole.size.height - 5))
        #expect(part == whole.cropped(to: PixelRegion(x: 0, y: 5, width: 20, height: whole.size.height - 5)))
        #expect(try whole.cropped(to: box) == part)
    }
}
