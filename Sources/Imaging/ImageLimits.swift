/// What an image may demand; checked on its header, before any memory is set aside for pixels.
package struct ImageLimits: Hashable, Sendable {
    /// Of the compressed image.
    package var maximumBytes: Int
    /// Width times height.
    package var maximumPixels: Int
    /// Of width and of height.
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

    /// Throws `ImageError` for a size beyond the limits.
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

    /// Throws `ImageError` for a compressed image beyond the limits.
    func check(byteCount: Int, name: String) throws(ImageError) {
        guard byteCount <= maximumBytes else {
            throw ImageError(.open, name, .tooManyBytes(byteCount, limit: maximumBytes))
        }
    }
}
