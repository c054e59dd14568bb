/// Limits for images; checked on the header, before memory for pixels is allocated.
package struct ImageLimits: Hashable, Sendable {
    /// Maximum size of the compressed file.
    package var maximumBytes: Int
    /// Maximum width times height.
    package var maximumPixels: Int
    /// Maximum width and height.
    package var maximumSide: Int

    package init(
        maximumBytes: Int = 256 << 20, maximumPixels: Int = 150_000_000, maximumSide: Int = 65_535
    ) {
        self.maximumBytes = maximumBytes
        self.maximumPixels = maximumPixels
        self.maximumSide = maximumSide
    }

    /// 256 MiB compressed and 150 million pixels, which is 450 MB decoded.
    package static let `default` = ImageLimits()

    /// Throws `ImageError` for a size that exceeds the limits.
    func check(
        _ size: ImageSize, operation: ImageError.Operation, name: String
    ) throws(ImageError) {
        guard size.width > 0, size.height > 0 else {
            throw ImageError(operation, name, .damaged("its size is \(size)"))
        }
        guard max(size.width, size.height) <= maximumSide else {
            throw ImageError(operation, name, .sideTooLong(size, limit: maximumSide))
        }
        guard size.width <= maximumPixels / size.height else {
            throw ImageError(operation, name, .tooManyPixels(size, limit: maximumPixels))
        }
    }

    /// Throws `ImageError` for a compressed file that exceeds the limits.
    func check(byteCount: Int, name: String) throws(ImageError) {
        guard byteCount <= maximumBytes else {
            throw ImageError(.open, name, .tooManyBytes(byteCount, limit: maximumBytes))
        }
    }
}
