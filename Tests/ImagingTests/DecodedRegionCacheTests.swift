import Imaging
import Testing

@Suite("The cache of decoded parts")
struct DecodedRegionCacheTests {
    private func region(_ x: Int, _ width: Int = 10) -> PixelRegion {
        PixelRegion(x: x, y: 2, width: width, height: 10)
    }

    @Test("The second request, and one for a part of it, decode nothing")
    func hits() throws {
        let cache = DecodedRegionCache()
        let source = try Goldens.encoded("420-large.jpg")
        let whole = try source.decoded()
        expectEqual(
            try cache.decoded(source, region: region(20, 60)), whole.cropped(to: region(20, 60)), "first")
        expectEqual(
            try cache.decoded(source, region: region(20, 60)), whole.cropped(to: region(20, 60)), "again")
        let inner = Rectangle(x1: 30, y1: 4, x2: 50, y2: 9)
        expectEqual(try cache.decoded(source, region: inner), try whole.cropped(to: inner), "inside")
        #expect(cache.requestCounts == (2, 1))
        #expect(cache.byteCount == 3 * 60 * 10)
    }

    @Test("A larger part takes the place of those it contains")
    func replacement() throws {
        let cache = DecodedRegionCache()
        let source = try Goldens.encoded("420-large.jpg")
        _ = try cache.decoded(source, region: region(10))
        _ = try cache.decoded(source, region: region(30))
        #expect(cache.byteCount == 600)
        _ = try cache.decoded(source, region: PixelRegion(source.size))
        #expect(cache.byteCount == 3 * source.size.pixelCount)
    }

    @Test("Another image with the same bytes is another image")
    func identity() throws {
        let cache = DecodedRegionCache()
        for _ in 0..<2 { _ = try cache.decoded(Goldens.encoded("420-large.jpg"), region: region(0)) }
        #expect(cache.requestCounts == (0, 2))
        #expect(cache.byteCount == 600)
    }

    /// A part of 10 x 10 pixels is 300 bytes.
    @Test("What was used longest ago goes first, and the bytes stay within the bound")
    func eviction() throws {
        let cache = DecodedRegionCache(maximumBytes: 1000)
        let source = try Goldens.encoded("420-large.jpg")
        for x in [0, 20, 40] { _ = try cache.decoded(source, region: region(x)) }
        _ = try cache.decoded(source, region: region(0))
        #expect(cache.requestCounts == (1, 3))
        _ = try cache.decoded(source, region: region(60))
        #expect(cache.byteCount == 600)
        for x in [0, 60] { _ = try cache.decoded(source, region: region(x)) }
        #expect(cache.requestCounts == (3, 4))
        _ = try cache.decoded(source, region: region(20))
        #expect(cache.requestCounts == (3, 5))
    }

    @Test("What is larger than the bound is not kept")
    func notKept() throws {
        let source = try Goldens.encoded("420-large.jpg")
        let small = DecodedRegionCache(maximumBytes: 299)
        _ = try small.decoded(source, region: region(0))
        #expect(small.byteCount == 0)
    }

    @Test("A damaged image throws each time and leaves nothing")
    func damage() throws {
        let cache = DecodedRegionCache()
        let bytes = try Goldens.bytes("rgb-8.png")
        let source = try EncodedImage(bytes: Array(bytes.dropLast(30)), name: "cut.png")
        for _ in 0..<2 {
            #expect(throws: ImageError.self) { try cache.decoded(source, region: PixelRegion(source.size)) }
        }
        #expect(throws: ImageError.self) {
            try cache.decoded(source, region: Rectangle(x1: 0, y1: 0, x2: 0, y2: 0))
        }
        #expect(cache.byteCount == 0)
    }

    @Test("Tasks that ask at once get the right pixels")
    func concurrency() async throws {
        let cache = DecodedRegionCache(maximumBytes: 60_000)
        let source = try Goldens.encoded("420-large.jpg")
        let whole = try source.decoded()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in 0..<16 {
                group.addTask {
                    var generator = SeededGenerator(state: UInt64(seed))
                    for _ in 0..<30 {
                        let region = PixelRegion.random(in: source.size, using: &generator)
                        let part = try cache.decoded(source, region: region)
                        expectEqual(part, whole.cropped(to: region), "\(region)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(cache.byteCount <= 60_000)
        #expect(cache.requestCounts.hits + cache.requestCounts.misses == 16 * 30)
    }
}
