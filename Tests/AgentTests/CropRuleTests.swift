import Agent
import CounterRandom
import Imaging
import TestPolicy
import Testing

@Suite struct CropRuleTests {
    private let rule = CropRule()

    private func view(
        _ width: Int, _ height: Int, shown: (Int, Int), region: Rectangle? = nil,
        rotation: QuarterTurn = .upright
    ) -> ViewedImage {
        let image = BlankImage(width, height)
        return ViewedImage(
            source: image, root: .example(0), region: region ?? image.bounds, rotation: rotation,
            viewSize: ImageSize(width: shown.0, height: shown.1), tokenCount: 16)
    }

    @Test func aBoxOfAResizedImageIsCutFromTheOriginal() throws {
        // 4032 pixels shown as 3584: a factor of 9/8.
        let image = view(4032, 3024, shown: (3584, 2688))
        let region = try rule.region(of: Rectangle(800, 400, 1600, 1200), in: .asViewed, on: image)
        #expect(region == Rectangle(900, 450, 1800, 1350))
    }

    @Test(arguments: [
        (BoxFrame.asViewed, Rectangle(14, 28, 56, 84)),
        (BoxFrame.original, Rectangle(100, 200, 400, 600)),
        (BoxFrame.permille, Rectangle(125, 250, 500, 750)),
    ])
    func framesNameTheSameRegion(frame: BoxFrame, box: Rectangle) throws {
        let image = view(800, 800, shown: (112, 112))
        #expect(try rule.region(of: box, in: frame, on: image) == Rectangle(100, 200, 400, 600))
    }

    @Test(arguments: [
        // Beyond the image on all sides.
        (Rectangle(-50, -1e300, 1e308, 500), Rectangle(0, 0, 1120, 1120)),
        // Sides of 20 and 10 px around (350, 205).
        (Rectangle(34, 20, 36, 21), Rectangle(336, 191, 364, 219)),
        // A part of a pixel, in the middle and in the corner.
        (Rectangle(49.9, 49.9, 50.1, 50.1), Rectangle(486, 486, 514, 514)),
        (Rectangle(111.9, -5, 600, 0.1), Rectangle(1092, 0, 1120, 28)),
        // One side only.
        (Rectangle(10, 10, 100, 11), Rectangle(100, 91, 1000, 119)),
        // Exactly 28 px stays.
        (Rectangle(1, 1, 3.8, 3.8), Rectangle(10, 10, 38, 38)),
    ])
    func boxesAreClampedAndGrown(box: Rectangle, region: Rectangle) throws {
        #expect(try rule.region(of: box, in: .asViewed, on: view(1120, 1120, shown: (112, 112))) == region)
    }

    @Test func aThinBoxGrowsToARatioOf100() throws {
        let image = view(8000, 2000, shown: (8000, 2000))
        let region = try rule.region(of: Rectangle(0, 1000, 8000, 1030), in: .asViewed, on: image)
        // 8000 / 100 = 80 around 1015.
        #expect(region == Rectangle(0, 975, 8000, 1055))
    }

    @Test func aTallBoxGrowsToARatioOf100AtTheEdge() throws {
        let image = view(2000, 8000, shown: (2000, 8000))
        let region = try rule.region(of: Rectangle(1990, 0, 2000, 8000), in: .asViewed, on: image)
        #expect(region == Rectangle(1920, 0, 2000, 8000))
    }

    @Test func anImageSmallerThanASideIsTakenWhole() throws {
        let image = view(20, 12, shown: (112, 112))
        #expect(
            try rule.region(of: Rectangle(50, 50, 60, 60), in: .asViewed, on: image)
                == Rectangle(0, 0, 20, 12))
    }

    @Test(arguments: [
        (Rectangle(50, 20, 34, 36), BoxError.inverted), (Rectangle(34, 36, 50, 20), .inverted),
        (Rectangle(.nan, 0, 10, 10), .nonFinite), (Rectangle(0, 0, .infinity, 10), .nonFinite),
        (Rectangle(0, -.infinity, 10, 10), .nonFinite),
        // No area: a point, and a line.
        (Rectangle(10, 10, 10, 10), .noArea), (Rectangle(10, 10, 50, 10), .noArea),
        (Rectangle(10, 10, 10, 50), .noArea),
        // Beyond each side, and touching it from outside.
        (Rectangle(500, 500, 600, 600), .outside), (Rectangle(112, 10, 150, 20), .outside),
        (Rectangle(10, 112, 20, 150), .outside), (Rectangle(-20, 10, 0, 20), .outside),
        (Rectangle(10, -20, 20, -5), .outside),
    ])
    func impossibleBoxesAreRefused(box: Rectangle, error: BoxError) {
        #expect(throws: error) {
            try rule.region(of: box, in: .asViewed, on: view(100, 100, shown: (112, 112)))
        }
    }

    @Test func aBoxOnATurnedCropIsMappedToTheOriginal() throws {
        // A crop of 200 x 100 at (300, 400), turned clockwise and shown as 112 x 224: its left edge is on top.
        let image = view(
            1000, 1000, shown: (112, 224), region: Rectangle(300, 400, 500, 500), rotation: .clockwise)
        let region = try rule.region(of: Rectangle(0, 0, 56, 112), in: .asViewed, on: image)
        // The upper left quarter of the view is the lower left quarter of the crop.
        #expect(region == Rectangle(300, 450, 400, 500))
    }

    @Test func regionsAlwaysKeepTheRules() throws {
        var random = CounterRandom(seed: 11)
        for _ in 0..<3000 {
            let (width, height) = (1 + random.integer(below: 6000), 1 + random.integer(below: 6000))
            let image = view(
                width, height, shown: (1 + random.integer(below: 2000), 1 + random.integer(below: 2000)))
            let spread = 3.0 * Double(max(width, height))
            let (a, b) = (spread * (random.uniform() - 0.3), spread * (random.uniform() - 0.3))
            let (c, d) = (spread * (random.uniform() - 0.3), spread * (random.uniform() - 0.3))
            let box = Rectangle(min(a, b), min(c, d), max(a, b), max(c, d))
            guard box.intersection(Rectangle(image.viewSize)) != nil else {
                #expect(throws: BoxError.outside) { try rule.region(of: box, in: .asViewed, on: image) }
                continue
            }
            let region = try rule.region(of: box, in: .asViewed, on: image)
            #expect(image.source.bounds.contains(region))
            #expect(region.width >= Double(min(28, width)) && region.height >= Double(min(28, height)))
            let isWhole = region.width == Double(width) || region.height == Double(height)
            let ratio = max(region.width / region.height, region.height / region.width)
            #expect(ratio <= 100 || isWhole)
            for edge in [region.x1, region.y1, region.x2, region.y2] { #expect(edge == edge.rounded()) }
        }
    }

    @Test(arguments: QuarterTurn.allCases)
    func mappingThereAndBackIsTheIdentity(rotation: QuarterTurn) {
        var random = CounterRandom(seed: 12)
        for _ in 0..<500 {
            let region = Rectangle(
                Double(random.integer(below: 500)), Double(random.integer(below: 500)),
                Double(600 + random.integer(below: 5000)), Double(600 + random.integer(below: 5000)))
            let image = view(
                6000, 6000, shown: (28 + random.integer(below: 2000), 28 + random.integer(below: 2000)),
                region: region, rotation: rotation)
            let (x, y) = (Double(random.integer(below: 1000)), Double(random.integer(below: 1000)))
            let box = Rectangle(
                x, y, x + Double(random.integer(below: 900)), y + Double(random.integer(below: 900)))
            let there = image.originalBox(ofViewed: box)
            #expect(image.viewedBox(ofOriginal: there).distance(to: box) < 1e-8)
        }
    }

    @Test func aRegionSeenInTheViewIsCutWithinHalfAPixelOfTheView() throws {
        // A box is rounded once in the view by the model, and once in the original.
        var random = CounterRandom(seed: 13)
        for _ in 0..<500 {
            let (width, height) = (1000 + random.integer(below: 5000), 1000 + random.integer(below: 5000))
            let image = view(width, height, shown: (width / 3, height / 2))
            let target = Rectangle(
                Double(random.integer(below: 400)), Double(random.integer(below: 400)),
                Double(500 + random.integer(below: 500)), Double(500 + random.integer(below: 500)))
            let seen = image.viewedBox(ofOriginal: target)
            let written = Rectangle(
                seen.x1.rounded(), seen.y1.rounded(), seen.x2.rounded(), seen.y2.rounded())
            let region = try rule.region(of: written, in: .asViewed, on: image)
            // Half a pixel of the view is 1.5 pixels here (a little more, for the view is rounded down).
            #expect(region.distance(to: target) <= 1.51 + 0.5)
        }
    }
}
