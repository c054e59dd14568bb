package import Imaging

/// A source of pixels that can be read by region: an encoded image in memory, or a rendered scene.
///
/// `ViewedImage` refers to a source, so that crops are always cut from original pixels and a batch of large images takes no
/// more memory than their encoded files.
package protocol PixelSource: Sendable {
    /// Size of the original in pixels, after applying the EXIF orientation.
    var size: ImageSize { get }

    /// The pixels of `region` at full resolution; the region is inside the image and has integral corners.
    func pixels(region: Rectangle) throws -> Image

    /// The resized pixels of `region`; bit for bit equal to `pixels(region: region).resized(to: size, filter: filter)`.
    func pixels(region: Rectangle, resizedTo size: ImageSize, filter: ResizeFilter) throws -> Image

    /// Digest of the source data, if known: sources with equal digests have equal pixels.
    var digest: ContentDigest? { get }

    /// Absolute path of the image file; nil if there is none.
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

/// An image file whose decoded regions are kept in a cache shared by many images.
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
