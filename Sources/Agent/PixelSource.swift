package import Imaging

/// Something whose pixels can be read a region at a time: an image file in memory, or a rendered scene.
///
/// `ViewedImage` refers to one, so that a crop is always cut from the original pixels and a batch of
/// large images costs no more memory than their sources.
package protocol PixelSource: Sendable {
    /// Width and height of the original, in pixels, as a person would see it (EXIF orientation applied).
    var size: ImageSize { get }

    /// The pixels of `region` at full resolution; it lies inside the image and has integral corners.
    func pixels(region: Rectangle) throws -> Image

    /// The pixels of `region` resized; equal to `pixels(region: region).resized(to: size, filter: filter)` bit
    /// for bit.
    func pixels(region: Rectangle, resizedTo size: ImageSize, filter: ResizeFilter) throws -> Image

    /// Of what the pixels were made of, if it is known: sources with equal digests have equal pixels.
    var digest: ContentDigest? { get }

    /// The file that the pixels are read from, from the root of the file system; nil where there is none.
    var path: String? { get }
}

extension PixelSource {
    package var digest: ContentDigest? { nil }
    package var path: String? { nil }

    package func pixels(
        region: Rectangle, resizedTo size: ImageSize, filter: ResizeFilter
    ) throws -> Image {
        try pixels(region: region).resized(to: size, filter: filter)
    }

    /// The whole image as a region.
    package var bounds: Rectangle { Rectangle(size) }
}

extension EncodedImage: PixelSource {
    package var path: String? { name.hasPrefix("/") ? name : nil }

    package func pixels(region: Rectangle) throws -> Image {
        try decoded(region: region)
    }
}

/// An image file whose decoded parts are kept in a cache that many images share.
package struct CachedImage: PixelSource {
    package let file: EncodedImage
    private let cache: DecodedRegionCache

    package init(_ file: EncodedImage, cache: DecodedRegionCache) {
        self.file = file
        self.cache = cache
    }

    package var size: ImageSize { file.size }
    package var digest: ContentDigest? { file.digest }
    package var path: String? { file.path }

    package func pixels(region: Rectangle) throws -> Image {
        try cache.decoded(file, region: region)
    }
}

extension Image: PixelSource {
    package func pixels(region: Rectangle) throws -> Image {
        try cropped(to: region)
    }
}
