import Agent
import Imaging

/// A region of an image as an image source.
struct RegionOf: PixelSource {
    private let image: any PixelSource
    private let region: Rectangle

    /// Minimum side in pixels of the image, the same as for tool crops.
    private static let shortestSide = 28.0

    /// - Parameter box: in pixels of the image; it is clamped to the image, and enlarged if a side is too short.
    init(_ image: any PixelSource, _ box: Rectangle) {
        func span(_ start: Double, _ end: Double, _ limit: Int) -> (Double, Double) {
            let limit = Double(limit)
            let length = min(limit, max(Self.shortestSide, (end - start).rounded(.up)))
            let first = min(max(0, ((start + end - length) / 2).rounded()), limit - length)
            return (first, first + length)
        }
        let (x1, x2) = span(box.x1, box.x2, image.size.width)
        let (y1, y2) = span(box.y1, box.y2, image.size.height)
        self.image = image
        region = Rectangle(x1: x1, y1: y1, x2: x2, y2: y2)
    }

    var size: ImageSize { ImageSize(width: Int(region.width), height: Int(region.height)) }

    func pixels(region part: Rectangle) throws -> Image {
        try image.pixels(
            region: Rectangle(
                x1: region.x1 + part.x1, y1: region.y1 + part.y1, x2: region.x1 + part.x2,
                y2: region.y1 + part.y2))
    }
}
