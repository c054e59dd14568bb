package import Imaging

/// Why a box is invalid.
package enum BoxError: Error, Hashable, Sendable {
    /// A coordinate is NaN or infinite.
    case nonFinite
    /// The right edge is left of the left edge, or the bottom is above the top.
    case inverted
    /// The width or the height is 0.
    case noArea
    /// No part of the box is inside the image.
    case outside
}

/// The rule that maps a box written by the model to a region of the original image.
///
/// A box must overlap the image. It is clamped to the image it refers to, mapped to the original, and rounded to pixels. A side that is too short for
/// the vision encoder is then enlarged around its centre, within the original.
package struct CropRule: Hashable, Sendable {
    /// Minimum side of a region, in original pixels.
    package var minimumSide: Int
    /// Maximum ratio of the long to the short side.
    package var maximumAspectRatio: Double

    package init(minimumSide: Int = 28, maximumAspectRatio: Double = 100) {
        self.minimumSide = minimumSide
        self.maximumAspectRatio = maximumAspectRatio
    }

    /// The region of the original for `box`, given in `frame` on the view `image`.
    ///
    /// - Returns: a region inside the original with integral corners.
    package func region(
        of box: Rectangle, in frame: BoxFrame, on image: ViewedImage
    ) throws(BoxError) -> Rectangle {
        guard [box.x1, box.y1, box.x2, box.y2].allSatisfy(\.isFinite) else { throw .nonFinite }
        guard box.x1 <= box.x2, box.y1 <= box.y2 else { throw .inverted }
        guard box.x1 < box.x2, box.y1 < box.y2 else { throw .noArea }
        let (width, height) = image.extent(of: frame)
        guard box.x1 < width, box.y1 < height, box.x2 > 0, box.y2 > 0 else { throw .outside }
        let clamped = Rectangle(
            x1: min(max(box.x1, 0), width), y1: min(max(box.y1, 0), height),
            x2: min(max(box.x2, 0), width), y2: min(max(box.y2, 0), height))
        let original = image.originalBox(of: clamped, frame: (width, height))
        let size = image.source.size
        var x = Span(original.x1, original.x2, within: size.width, atLeast: minimumSide)
        var y = Span(original.y1, original.y2, within: size.height, atLeast: minimumSide)
        x.grow(toAtLeast: shortestSide(beside: y.length))
        y.grow(toAtLeast: shortestSide(beside: x.length))
        return Rectangle(
            x1: Double(x.start), y1: Double(y.start), x2: Double(x.end), y2: Double(y.end))
    }

    private func shortestSide(beside longSide: Int) -> Int {
        Int((Double(longSide) / maximumAspectRatio).rounded(.up))
    }
}

extension ViewedImage {
    /// Width and height of the image in the units of `frame`.
    package func extent(of frame: BoxFrame) -> (width: Double, height: Double) {
        switch frame {
        case .asViewed: (Double(viewSize.width), Double(viewSize.height))
        case .original: (Double(nativeSize.width), Double(nativeSize.height))
        case .permille: (1000, 1000)
        }
    }
}

/// One dimension of a region, in whole pixels inside an image.
private struct Span {
    let limit: Int
    let centre: Double
    var start: Int
    var end: Int

    var length: Int { end - start }

    init(_ low: Double, _ high: Double, within limit: Int, atLeast minimum: Int) {
        self.limit = limit
        centre = (low + high) / 2
        start = min(max(Int(low.rounded()), 0), limit)
        end = min(max(Int(high.rounded()), start), limit)
        if high - low < Double(minimum) { grow(toAtLeast: minimum) }
    }

    /// Enlarges the span around its centre to at least `minimum`, or as far as the image allows.
    mutating func grow(toAtLeast minimum: Int) {
        let target = min(minimum, limit)
        guard length < target else { return }
        let wished = Int((centre - Double(target) / 2).rounded())
        start = min(max(wished, 0), limit - target)
        end = start + target
    }
}
