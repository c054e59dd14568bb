import CImaging
import Synchronization

/// An image as the bytes of its file: small enough to keep many, decoded, wholly or in part, where pixels are
/// needed.
///
/// Sizes and regions are of the upright image, with the orientation of EXIF applied.
package struct EncodedImage: Sendable {
    /// Tells images apart, not pictures: copies share it, reading the same file twice does not.
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
    /// What messages call it: a path, or what else its user knows it by.
    package let name: String
    package let format: ImageFormat
    package let size: ImageSize
    /// How the stored pixels lie.
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

    /// Reads a file whole, after its length is found within the limits. Throws `ImageError`.
    package init(path: String, limits: ImageLimits = .default) throws(ImageError) {
        let bytes = try FileContents.read(path, limits: limits)
        try self.init(bytes: bytes, limits: limits, name: path)
    }

    /// All pixels. Throws `ImageError` where the file is damaged anywhere before its end.
    package func decoded() throws(ImageError) -> Image {
        try decoded(region: PixelRegion(size))
    }

    /// The pixels that the box stands for (see `Rectangle.pixels(in:)`), equal to those of a crop from the
    /// whole. Throws `ImageError` for a box without a pixel, and where the file is damaged up to the last row
    /// needed.
    package func decoded(region box: Rectangle) throws(ImageError) -> Image {
        guard let region = box.pixels(in: size) else {
            throw ImageError(.crop, name, .emptyRegion(box, size))
        }
        return try decoded(region: region)
    }

    /// A part, which must lie inside. JPEG and PNG skip what is not needed; memory is set aside for the part
    /// alone, but for WebP without loss, progressive JPEG and interlaced PNG, whose decoders need more.
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
    /// Whether both are the same file under the same name.
    package static func == (left: EncodedImage, right: EncodedImage) -> Bool {
        left.id == right.id || (left.name == right.name && left.bytes == right.bytes)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(bytes.count)
    }
}
