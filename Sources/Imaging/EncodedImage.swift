import CImaging
import Synchronization

/// An image as its compressed file, decoded as a whole or by region on demand.
///
/// Sizes and regions refer to the upright image, after applying the EXIF orientation. Transparent pixels are composited
/// over white.
package struct EncodedImage: Sendable {
    /// The identity of a loaded image: copies have the same one, but the same file loaded twice has two.
    package struct ID: Hashable, Sendable {
        private let number: UInt64

        private static let last = Atomic<UInt64>(0)

        fileprivate static func next() -> ID {
            ID(number: last.wrappingAdd(1, ordering: .relaxed).newValue)
        }
    }

    package let id: ID
    /// The compressed file.
    package let bytes: [UInt8]
    /// The name in messages: a path, or another description.
    package let name: String
    package let format: ImageFormat
    package let size: ImageSize
    /// Orientation of the stored pixels.
    package let orientation: Orientation

    private let storedSize: ImageSize

    /// Reads the header only. Throws `ImageError` for other formats, damaged headers and sizes over the
    /// limits.
    package init(
        bytes: [UInt8], limits: ImageLimits = .default, name: String
    ) throws(ImageError) {
        try limits.check(byteCount: bytes.count, name: name)
        let header = try ImageHeader(ByteReader(bytes), name: name)
        try limits.check(header.storedSize, operation: .open, name: name)
        id = .next()
        self.bytes = bytes
        self.name = name
        format = header.format
        orientation = header.orientation
        storedSize = header.storedSize
        size = orientation.applied(to: storedSize)
    }

    /// Reads a whole file, after checking its length against the limits. Throws `ImageError`.
    package init(path: String, limits: ImageLimits = .default) throws(ImageError) {
        let bytes = try FileContents.read(path, limits: limits)
        try self.init(bytes: bytes, limits: limits, name: path)
    }

    /// Decodes all pixels. Throws `ImageError` if the file is damaged anywhere.
    package func decoded() throws(ImageError) -> Image {
        try decoded(region: PixelRegion(size))
    }

    /// Decodes the pixels of a box (see `Rectangle.pixels(in:)`); they equal those of a crop from the whole image. Throws
    /// `ImageError` for a box without pixels, and if the file is damaged up to the last row needed.
    package func decoded(region box: Rectangle) throws(ImageError) -> Image {
        guard let region = box.pixels(in: size) else {
            throw ImageError(.crop, name, .emptyRegion(box, size))
        }
        return try decoded(region: region)
    }

    /// Decodes a region, which must be inside the image. JPEG and PNG skip unneeded parts. Memory is allocated for the region
    /// only, except for lossless WebP, progressive JPEG and interlaced PNG, whose decoders need more.
    package func decoded(region: PixelRegion) throws(ImageError) -> Image {
        precondition(
            region.width > 0 && region.height > 0 && PixelRegion(size).contains(region),
            "\(region) is not a part of \(size)")
        let stored = orientation.storedRegion(for: region, storedSize: storedSize)
        let byteCount = 3 * stored.size.pixelCount
        var problem: ImageError.Problem?
        let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
            problem = decode(stored, into: target)
            count = problem == nil ? byteCount : 0
        }
        if let problem { throw ImageError(.decode, name, problem) }
        return orientation.applied(to: Image(size: stored.size, pixels: pixels))
    }

    private func decode(
        _ region: PixelRegion, into target: UnsafeMutableBufferPointer<UInt8>
    ) -> ImageError.Problem? {
        let decode =
            switch format {
            case .jpeg: imaging_decode_jpeg
            case .png: imaging_decode_png
            case .webp: imaging_decode_webp
            }
        return bytes.withUnsafeBufferPointer { source in
            guard let source = source.baseAddress, let target = target.baseAddress else { return nil }
            let size = ImagingSize(width: UInt32(storedSize.width), height: UInt32(storedSize.height))
            let part = ImagingRegion(
                x: UInt32(region.x), y: UInt32(region.y),
                width: UInt32(region.width), height: UInt32(region.height))
            return decode(source, bytes.count, size, part, target).problem
        }
    }
}

extension EncodedImage: Hashable {
    /// Whether both have the same file contents and name.
    package static func == (left: EncodedImage, right: EncodedImage) -> Bool {
        left.id == right.id || (left.name == right.name && left.bytes == right.bytes)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(bytes.count)
    }
}
