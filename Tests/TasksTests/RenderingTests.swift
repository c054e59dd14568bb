import Agent
import CounterRandom
import Foundation
import Imaging
import Tasks
import TestFixtures
import Testing

@Suite struct RenderingTests {
    private let search: VisualSearch

    init() throws {
        search = try VisualSearch(.init(), seed: 7, split: .training)
    }

    private func image(_ index: Int) throws -> Image {
        let image = search.image(of: search.scene(at: index))
        return try image.pixels(region: image.bounds)
    }

    @Test(arguments: [(0, 0xF91C_D3EC_CE18_9C26 as UInt64), (1, 0xA002_271F_4CFF_CF1B)])
    func scenesArePaintedTheSameOnEveryMachine(index: Int, expected: UInt64) throws {
        let painted = hash(of: try image(index).pixels)
        #expect(painted == expected)
    }

    @Test func anyRegionEqualsThatPartOfTheWhole() throws {
        var random = CounterRandom(seed: 3)
        for index in 0..<3 {
            let whole = try image(index)
            let source = search.image(of: search.scene(at: index))
            for _ in 0..<40 {
                let (x, y) = (random.integer(below: 1119), random.integer(below: 1119))
                let region = PixelRegion(
                    x: x, y: y, width: 1 + random.integer(below: 1120 - x),
                    height: 1 + random.integer(below: 1120 - y))
                #expect(try source.pixels(region: Rectangle(region)) == whole.cropped(to: region))
            }
        }
    }

    @Test func theViewEqualsTheWholeResized() throws {
        let source = search.image(of: search.scene(at: 0))
        let view = ImageSize(width: 112, height: 112)
        for filter in [ResizeFilter.pillow, .torchvision] {
            let seen = try source.pixels(region: source.bounds, resizedTo: view, filter: filter)
            #expect(seen == (try image(0).resized(to: view, filter: filter)))
        }
    }

    @Test func aRegionOutsideTheCanvasIsAnError() {
        let source = search.image(of: search.scene(at: 0))
        #expect(throws: ImageError.self) { try source.pixels(region: Rectangle(2000, 0, 2100, 100)) }
    }

    // MARK: Shapes

    /// Part of its square that each shape covers.
    @Test(arguments: [
        (Shape.circle, 0.7854), (.square, 1), (.triangle, 0.5), (.diamond, 0.5), (.cross, 0.5904),
        (.star, 0.4270),
    ])
    func shapesCoverTheirArea(shape: Shape, area: Double) throws {
        let (black, white) = try paintedPair(shape, size: 150)
        // What is covered looks the same on black and on white.
        let uncovered = zip(black.pixels, white.pixels).reduce(0.0) { $0 + Double($1.1 - $1.0) / 255 }
        #expect(abs(1 - uncovered / Double(3 * 150 * 150) - area) < 0.004)
    }

    /// An object alone on a photograph that is black, and on one that is white, cut to its square.
    private func paintedPair(_ shape: Shape, size: Int) throws -> (Image, Image) {
        let images = try [RGB.black, .white].map { colour in
            try onPlain(colour) { configuration in
                configuration.shapes = [shape, shape]
                configuration.objectSize = size...size
                configuration.grain = 0
            }
        }
        return (images[0], images[1])
    }

    /// The first object of a scene painted on a plain background, cut to its square.
    private func onPlain(
        _ colour: RGB, _ change: (inout VisualSearchConfiguration) -> Void
    ) throws -> Image {
        let folder = try TemporaryFolder()
        let plain = Image(size: ImageSize(width: 16, height: 16), filledWith: colour)
        try folder.write(plain.encodedPNG(), to: "plain.png")
        var configuration = VisualSearchConfiguration()
        configuration.objectCount = 1...1
        configuration.photographs = folder.url.path
        configuration.photographContrast = 1
        change(&configuration)
        let search = try VisualSearch(configuration, seed: 1, split: .training)
        let scene = search.scene(at: 0)
        return try search.image(of: scene).pixels(region: scene.objects[0].box)
    }

    // MARK: The bull's-eye

    /// Squares around the centre of an object whose bull's-eye is each colour in turn, all else equal.
    private func bullsEyes(size: Int) throws -> [(name: String, pixels: Image)] {
        try [NamedColour].bullsEyes.map { colour in
            let image = try onPlain(RGB(red: 150, green: 150, blue: 150)) { configuration in
                configuration.bullsEyeColours = [colour, colour]
                configuration.objectSize = size...size
                configuration.shapes = [.square]
                configuration.colours = [
                    NamedColour(name: "a", value: RGB(red: 150, green: 150, blue: 150)),
                    NamedColour(name: "b", value: RGB(red: 150, green: 150, blue: 150)),
                ]
                configuration.grain = 0
            }
            return (colour.name, image)
        }
    }

    @Test(arguments: [120, 121])
    func everyBullsEyeAveragesToGrey(size: Int) throws {
        for (name, image) in try bullsEyes(size: size) {
            for channel in 0..<3 {
                let sum = stride(from: channel, to: image.pixels.count, by: 3)
                    .reduce(0.0) { $0 + Double(image.pixels[$1]) - 150 }
                // Rounding of the pixels on the edges of rings is all that is left.
                #expect(abs(sum) < 25, "\(name), channel \(channel)")
            }
        }
    }

    @Test(arguments: [120, 121])
    func theCentreShowsTheColourItself(size: Int) throws {
        for (colour, (_, image)) in zip([NamedColour].bullsEyes, try bullsEyes(size: size)) {
            #expect(image[size / 2, size / 2] == colour.value)
        }
    }

    @Test func aTenthOfTheSizeLeavesAlmostNothingOfTheBullsEye() throws {
        // Where the bull's-eye falls on the grid of the view makes a difference; look at all of it.
        var largest = 0
        for (_, image) in try bullsEyes(size: 140) {
            for shift in 0..<100 {
                let part = image.cropped(
                    to: PixelRegion(x: shift % 10, y: shift / 10, width: 120, height: 120))
                let seen = part.resized(to: ImageSize(width: 12, height: 12))
                largest = max(largest, seen.pixels.map { abs(Int($0) - 150) }.max() ?? 0)
            }
        }
        // In 8-bit steps; the noise on the surface has a standard deviation of 28.
        #expect(largest == 10)
    }

    // MARK: Photographs

    @Test func photographsAreBackgrounds() throws {
        let folder = try TemporaryFolder()
        var photograph = Image(size: ImageSize(width: 64, height: 48), filledWith: .black)
        photograph.fill(PixelRegion(x: 0, y: 0, width: 64, height: 24), with: .white)
        try folder.write(photograph.encodedJPEG(quality: 95), to: "b.JPG")
        try folder.write(photograph.encodedPNG(), to: "a.png")
        try folder.write(Array("not an image".utf8), to: "readme.txt")
        var configuration = VisualSearchConfiguration()
        configuration.photographs = folder.url.path
        configuration.photographContrast = 0.5
        let search = try VisualSearch(configuration, seed: 1, split: .training)
        let scenes = (0..<20).map(search.scene(at:))
        let used = Set(
            scenes.map { scene -> Int in
                if case .photograph(let index, _, _, _) = scene.background { index } else { -1 }
            })
        #expect(used == [0, 1])
        let image = search.image(of: scenes[0])
        let whole = try image.pixels(region: image.bounds)
        // Half the contrast around 128.
        #expect((60...68).contains(whole[2, 1117].red) || (60...68).contains(whole[1117, 1117].red))
        let region = Rectangle(100, 900, 300, 1000)
        #expect(try image.pixels(region: region) == whole.cropped(to: region))
    }

    @Test func aFolderWithoutPhotographsIsRefused() throws {
        let folder = try TemporaryFolder()
        for path in [folder.url.path, folder.path("missing")] {
            #expect { try PhotographFolder(path: path) } throws: { error in
                guard case VisualSearchError.photographs(let named, _) = error else { return false }
                return named == path
            }
        }
    }

    @Test func aDamagedPhotographIsAnError() throws {
        let folder = try TemporaryFolder()
        try folder.write(Array("no PNG".utf8), to: "a.png")
        var configuration = VisualSearchConfiguration()
        configuration.photographs = folder.url.path
        let search = try VisualSearch(configuration, seed: 1, split: .training)
        let image = search.image(of: search.scene(at: 0))
        #expect(throws: ImageError.self) { try image.pixels(region: image.bounds) }
    }
}
