import Agent
import Imaging
import TestPolicy
import Testing

@Suite struct ViewedImageTests {
    private let image = numberedImage(90, 70)

    private func view(_ region: Rectangle, _ rotation: QuarterTurn) -> ViewedImage {
        ViewedImage(
            source: image, root: .example(0), region: region, rotation: rotation,
            viewSize: ImageSize(width: 56, height: 28), tokenCount: 2)
    }

    @Test(arguments: QuarterTurn.allCases)
    func pixelsOfABoxAreWhereTheBoxSaysTheyAre(rotation: QuarterTurn) throws {
        let shown = view(Rectangle(10, 5, 80, 45), rotation)
        let pixels = try shown.pixels()
        #expect(pixels.size == shown.nativeSize)
        // A box in native pixels of the view, and the pixels of the original that it maps to.
        let native = ViewedImage(
            source: image, root: .example(0), region: shown.region, rotation: rotation,
            viewSize: shown.nativeSize, tokenCount: 2
        )
        let box = Rectangle(3, 7, 21, 30)
        let part = view(native.originalBox(ofViewed: box), rotation)
        #expect(try part.pixels() == pixels.cropped(to: box))
    }

    @Test func aClockwiseTurnPutsTheLeftEdgeOnTop() throws {
        let turned = try view(image.bounds, .clockwise).pixels()
        #expect(turned[69, 0] == image[0, 0])
        #expect(turned[0, 0] == image[0, 69])
    }

    @Test(arguments: QuarterTurn.allCases)
    func resizedPixelsAreThoseOfTheRegionTurnedAndResized(rotation: QuarterTurn) throws {
        let shown = view(Rectangle(10, 5, 80, 45), rotation)
        #expect(try shown.resizedPixels() == shown.pixels().resized(to: shown.viewSize))
    }

    @Test func aCachedFileShowsThePixelsOfTheFile() throws {
        let file = try EncodedImage(bytes: image.encodedPNG(), name: "numbered.png")
        let cached = CachedImage(file, cache: DecodedRegionCache(maximumBytes: 1 << 20))
        let region = Rectangle(10, 5, 80, 45)
        for source: any PixelSource in [file, cached, image] {
            #expect(source.size == image.size)
            #expect(try source.pixels(region: region) == image.cropped(to: region))
        }
    }

    @Test(arguments: [
        (0.0, QuarterTurn?.some(.upright)), (90, .clockwise), (-90, .counterclockwise), (450, .clockwise),
        (180, .half), (-180, .half), (9e17, .upright), (45, nil), (90.5, nil), (.nan, nil), (.infinity, nil),
    ])
    func onlyMultiplesOf90AreQuarterTurns(degrees: Double, turn: QuarterTurn?) {
        #expect(QuarterTurn(degrees: degrees) == turn)
    }

    @Test func turnsAddUp() {
        for first in QuarterTurn.allCases {
            for second in QuarterTurn.allCases {
                #expect(first.followed(by: second).degrees == (first.degrees + second.degrees) % 360)
            }
            #expect(first.followed(by: first.inverse) == .upright)
        }
    }
}
