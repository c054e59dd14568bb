package import Imaging

/// The root image of a view.
package enum ImageRoot: Hashable, Sendable, Codable {
    /// An image of the example, by index.
    case example(Int)
    /// An image created by a tool, by the index of its first view among the images seen.
    case tool(Int)

    /// Index of the example's image; nil for an image created by a tool.
    package var exampleIndex: Int? { if case .example(let index) = self { index } else { nil } }
}

/// An image as the model sees it: a region of an original image, rotated and resized to `viewSize`.
///
/// It carries its provenance, so that crops of crops, records and pictures need not be reconstructed from tool calls.
package struct ViewedImage: Sendable {
    /// The source of the original pixels.
    package let source: any PixelSource
    /// The identity of `source`.
    package let root: ImageRoot
    /// The visible region, in original pixels, with integral corners.
    package let region: Rectangle
    /// Rotation of the region, applied before resizing.
    package let rotation: QuarterTurn
    /// Size in pixels as received by the vision encoder (after `smart_resize`).
    package let viewSize: ImageSize
    /// Number of tokens that the image takes.
    package let tokenCount: Int

    package init(
        source: any PixelSource, root: ImageRoot, region: Rectangle, rotation: QuarterTurn,
        viewSize: ImageSize, tokenCount: Int
    ) {
        self.source = source
        self.root = root
        self.region = region
        self.rotation = rotation
        self.viewSize = viewSize
        self.tokenCount = tokenCount
    }

    /// Size of the region after rotation, at full resolution.
    package var nativeSize: ImageSize {
        rotation.applied(to: ImageSize(width: Int(region.width), height: Int(region.height)))
    }

    /// The region at full resolution, rotated but not resized.
    package func pixels() throws -> Image {
        try source.pixels(region: region).rotated(rotation)
    }

    /// The pixels for the vision encoder: cropped, rotated and resized to `viewSize`.
    package func resizedPixels(filter: ResizeFilter = .pillow) throws -> Image {
        if rotation == .upright {
            return try source.pixels(region: region, resizedTo: viewSize, filter: filter)
        }
        return try pixels().resized(to: viewSize, filter: filter)
    }

    /// Maps a box in the frame of the view to original pixels; exact up to floating-point rounding.
    package func originalBox(ofViewed box: Rectangle) -> Rectangle {
        originalBox(of: box, frame: (Double(viewSize.width), Double(viewSize.height)))
    }

    /// Maps a box in a frame of `width` x `height` units that covers the view to original pixels.
    func originalBox(of box: Rectangle, frame: (width: Double, height: Double)) -> Rectangle {
        let unit = Rectangle(
            x1: box.x1 / frame.width, y1: box.y1 / frame.height,
            x2: box.x2 / frame.width, y2: box.y2 / frame.height)
        let upright = rotation.inverse.applied(to: unit, width: 1, height: 1)
        return Rectangle(
            x1: region.x1 + upright.x1 * region.width, y1: region.y1 + upright.y1 * region.height,
            x2: region.x1 + upright.x2 * region.width, y2: region.y1 + upright.y2 * region.height)
    }

    /// Maps a box in original pixels to the frame of the view; the result may extend beyond the view.
    package func viewedBox(ofOriginal box: Rectangle) -> Rectangle {
        let unit = Rectangle(
            x1: (box.x1 - region.x1) / region.width, y1: (box.y1 - region.y1) / region.height,
            x2: (box.x2 - region.x1) / region.width, y2: (box.y2 - region.y1) / region.height)
        let turned = rotation.applied(to: unit, width: 1, height: 1)
        let (width, height) = (Double(viewSize.width), Double(viewSize.height))
        return Rectangle(
            x1: turned.x1 * width, y1: turned.y1 * height, x2: turned.x2 * width, y2: turned.y2 * height)
    }
}
