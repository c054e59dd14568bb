/// Width and height in pixels.
package struct ImageSize: Hashable, Sendable, Codable, CustomStringConvertible {
    package var width: Int
    package var height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    package var pixelCount: Int { width * height }

    /// "640 x 480".
    package var description: String { "\(width) x \(height)" }
}

/// An axis-aligned box in fractional pixels: x increases to the right, y downwards, and pixel (i, j) covers i ..< i + 1 and
/// j ..< j + 1, so that (0, 0, width, height) is a whole image.
///
/// Encoded as `[x1, y1, x2, y2]`.
package struct Rectangle: Hashable, Sendable {
    package var x1: Double
    package var y1: Double
    package var x2: Double
    package var y2: Double

    package init(x1: Double, y1: Double, x2: Double, y2: Double) {
        self.x1 = x1
        self.y1 = y1
        self.x2 = x2
        self.y2 = y2
    }

    /// Creates a box from its corners in the usual order x1, y1, x2, y2.
    package init(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
        self.init(x1: x1, y1: y1, x2: x2, y2: y2)
    }

    /// The whole of an image.
    package init(_ size: ImageSize) {
        self.init(x1: 0, y1: 0, x2: Double(size.width), y2: Double(size.height))
    }

    /// The pixels of a region.
    package init(_ region: PixelRegion) {
        self.init(
            x1: Double(region.x), y1: Double(region.y),
            x2: Double(region.x + region.width), y2: Double(region.y + region.height))
    }

    /// Negative if the box is inverted.
    package var width: Double { x2 - x1 }

    /// Negative if the box is inverted.
    package var height: Double { y2 - y1 }

    /// Zero if the box is inverted.
    package var area: Double { max(0, width) * max(0, height) }

    /// The centre.
    package var centre: (x: Double, y: Double) { ((x1 + x2) / 2, (y1 + y2) / 2) }

    /// Whether every coordinate is a finite number.
    package var isFinite: Bool { x1.isFinite && y1.isFinite && x2.isFinite && y2.isFinite }

    /// The intersection; nil if it has no area.
    package func intersection(_ other: Rectangle) -> Rectangle? {
        let common = Rectangle(
            x1: max(x1, other.x1), y1: max(y1, other.y1), x2: min(x2, other.x2), y2: min(y2, other.y2))
        return common.width > 0 && common.height > 0 ? common : nil
    }

    /// Intersection over union, 0...1; 0 if either box has no area.
    package func intersectionOverUnion(with other: Rectangle) -> Double {
        guard let common = intersection(other)?.area else { return 0 }
        return common / (area + other.area - common)
    }

    /// The largest intersection over union with one of `others`; 0 without any.
    package func bestOverlap(with others: [Rectangle]) -> Double {
        others.map(intersectionOverUnion).max() ?? 0
    }

    /// Whether `other` is inside this box, edges included.
    package func contains(_ other: Rectangle) -> Bool {
        x1 <= other.x1 && y1 <= other.y1 && x2 >= other.x2 && y2 >= other.y2
    }

    /// Whether the point is inside; the right and lower edges are excluded.
    package func contains(x: Double, y: Double) -> Bool {
        x >= x1 && x < x2 && y >= y1 && y < y2
    }

    /// The box clamped to the image; inverted boxes stay inverted.
    package func clamped(to size: ImageSize) -> Rectangle {
        let width = Double(size.width)
        let height = Double(size.height)
        return Rectangle(
            x1: min(max(x1, 0), width), y1: min(max(y1, 0), height),
            x2: min(max(x2, 0), width), y2: min(max(y2, 0), height))
    }

    /// The scaled box.
    package func scaled(x: Double, y: Double) -> Rectangle {
        Rectangle(x1: x1 * x, y1: y1 * y, x2: x2 * x, y2: y2 * y)
    }

    /// The translated box.
    package func offset(x: Double, y: Double) -> Rectangle {
        Rectangle(x1: x1 + x, y1: y1 + y, x2: x2 + x, y2: y2 + y)
    }

    /// The box in whole pixels of an image: edges are rounded to nearest (ties to even, as in Pillow's `crop`) and clamped. Nil
    /// if no pixel is left or a coordinate is NaN or infinite.
    package func pixels(in size: ImageSize) -> PixelRegion? {
        guard isFinite else { return nil }
        let box = clamped(to: size)
        let left = Int(box.x1.rounded(.toNearestOrEven))
        let top = Int(box.y1.rounded(.toNearestOrEven))
        let right = Int(box.x2.rounded(.toNearestOrEven))
        let bottom = Int(box.y2.rounded(.toNearestOrEven))
        guard right > left, bottom > top else { return nil }
        return PixelRegion(x: left, y: top, width: right - left, height: bottom - top)
    }
}

extension Rectangle: Codable {
    package init(from decoder: any Decoder) throws {
        var corners = try decoder.unkeyedContainer()
        self.init(
            try corners.decode(Double.self), try corners.decode(Double.self), try corners.decode(Double.self),
            try corners.decode(Double.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var corners = encoder.unkeyedContainer()
        for corner in [x1, y1, x2, y2] { try corners.encode(corner) }
    }
}

/// A box of whole pixels.
package struct PixelRegion: Hashable, Sendable, Codable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// The whole of an image.
    package init(_ size: ImageSize) {
        self.init(x: 0, y: 0, width: size.width, height: size.height)
    }

    package var size: ImageSize { ImageSize(width: width, height: height) }

    /// Whether `other` is inside this region.
    package func contains(_ other: PixelRegion) -> Bool {
        x <= other.x && y <= other.y && x + width >= other.x + other.width
            && y + height >= other.y + other.height
    }
}
