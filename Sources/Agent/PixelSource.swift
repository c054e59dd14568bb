package import Imaging

/// Something whose pixels can be read a region at a time: an image file in memory, or a rendered scene.
///
/// `ViewedImage` refers to one, so that a crop is always cut from the original pixels and a batch of
/// large images costs no more memory than their sources.
package protocol PixelSource: Sendable {
    /// Width and height of the original, in pixels, as a person would see it (EXIF orientation applied).
    var size: ImageSize { get }

    /// The pixels of `region` at full resolution.
    ///
    /// - Parameter region: in original pixels, inside the image, with integral corners.
    func pixels(region: Rectangle) throws -> Image

    /// The pixels of `region` resized with the reference bicubic; equal to
    /// `pixels(region: region).resized(to: size)` bit for bit.
    func pixels(region: Rectangle, resizedTo size: ImageSize) throws -> Image
}

extension PixelSource {
    package func pixels(region: Rectangle, resizedTo size: ImageSize) throws -> Image {
        try pixels(region: region).resized(to: size)
    }

    /// The whole image as a region.
    package var bounds: Rectangle {
        Rectangle(x1: 0, y1: 0, x2: Double(size.width), y2: Double(size.height))
    }
}

extension EncodedImage: PixelSource {
    package func pixels(region: Rectangle) throws -> Image {
        try decoded(region: region)
    }
}

extension Image: PixelSource {
    package func pixels(region: Rectangle) throws -> Image {
        cropped(to: region)
    }
}
