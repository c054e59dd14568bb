import Imaging
import Testing

@Suite("Boxes")
struct GeometryTests {
    private let box = Rectangle(x1: 10, y1: 20, x2: 30, y2: 60)

    @Test("Measures")
    func measures() {
        #expect(box.width == 20)
        #expect(box.height == 40)
        #expect(box.area == 800)
        #expect(box.centre == (20, 40))
        #expect(Rectangle(x1: 5, y1: 5, x2: 1, y2: 9).area == 0)
        #expect(!Rectangle(x1: 0, y1: 0, x2: .nan, y2: 1).isFinite)
    }

    @Test(
        "Intersection over union",
        arguments: [
            (Rectangle(x1: 10, y1: 20, x2: 30, y2: 60), 1.0),
            (Rectangle(x1: 20, y1: 20, x2: 40, y2: 60), 1.0 / 3),
            (Rectangle(x1: 30, y1: 20, x2: 40, y2: 60), 0),
            (Rectangle(x1: 25, y1: 50, x2: 15, y2: 40), 0),
        ] as [(Rectangle, Double)])
    func intersectionOverUnion(other: Rectangle, expected: Double) {
        #expect(abs(box.intersectionOverUnion(with: other) - expected) < 1e-12)
        #expect(abs(other.intersectionOverUnion(with: box) - expected) < 1e-12)
    }

    @Test("Changes")
    func changes() {
        #expect(box.scaled(x: 2, y: 0.5) == Rectangle(x1: 20, y1: 10, x2: 60, y2: 30))
        #expect(box.offset(x: -10, y: 1) == Rectangle(x1: 0, y1: 21, x2: 20, y2: 61))
        #expect(
            box.clamped(to: ImageSize(width: 25, height: 50)) == Rectangle(x1: 10, y1: 20, x2: 25, y2: 50))
        #expect(
            box.intersection(Rectangle(x1: 0, y1: 0, x2: 15, y2: 30))
                == Rectangle(x1: 10, y1: 20, x2: 15, y2: 30))
        #expect(box.intersection(Rectangle(x1: 30, y1: 0, x2: 40, y2: 100)) == nil)
    }

    @Test("Edges belong to the box on the left and above")
    func containing() {
        #expect(box.contains(x: 10, y: 20))
        #expect(!box.contains(x: 30, y: 40))
        #expect(box.contains(box))
        #expect(!box.contains(box.offset(x: 1, y: 0)))
    }

    @Test("Whole pixels: edges rounded to the nearest, halves to the even number, as Pillow's crop")
    func pixels() {
        let size = ImageSize(width: 100, height: 50)
        #expect(Rectangle(size).pixels(in: size) == PixelRegion(size))
        #expect(
            Rectangle(x1: 0.5, y1: 1.5, x2: 2.5, y2: 3.51).pixels(in: size)
                == PixelRegion(x: 0, y: 2, width: 2, height: 2))
        #expect(
            Rectangle(x1: -1e300, y1: 48.2, x2: 1e300, y2: 1e300).pixels(in: size)
                == PixelRegion(x: 0, y: 48, width: 100, height: 2))
        #expect(Rectangle(x1: 4.1, y1: 0, x2: 4.4, y2: 9).pixels(in: size) == nil)
        #expect(
            Rectangle(PixelRegion(x: 3, y: 4, width: 5, height: 6)).pixels(in: size)?.size.pixelCount == 30)
    }
}
