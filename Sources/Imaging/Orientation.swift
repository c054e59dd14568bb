/// The eight orientations of a stored image, with the values of EXIF tag 274.
package enum Orientation: Int, Hashable, Sendable, CaseIterable {
    case upright = 1
    case mirrored
    case upsideDown
    case mirroredUpsideDown
    case transposed
    /// Must be rotated clockwise to be upright.
    case turnedLeft
    case transverse
    /// Must be rotated counter-clockwise to be upright.
    case turnedRight

    /// Whether width and height are swapped.
    var swapsAxes: Bool { rawValue >= 5 }

    /// Whether the stored column decreases as the upright column (or row, if axes are swapped) increases.
    private var reversesColumns: Bool {
        switch self {
        case .mirrored, .upsideDown, .transverse, .turnedRight: true
        case .upright, .mirroredUpsideDown, .transposed, .turnedLeft: false
        }
    }

    /// Whether the stored row decreases as the upright row (or column, if axes are swapped) increases.
    private var reversesRows: Bool {
        switch self {
        case .upsideDown, .mirroredUpsideDown, .turnedLeft, .transverse: true
        case .upright, .mirrored, .transposed, .turnedRight: false
        }
    }

    /// Converts between stored and upright size, in either direction.
    func applied(to size: ImageSize) -> ImageSize {
        swapsAxes ? ImageSize(width: size.height, height: size.width) : size
    }

    /// The region of stored pixels for a region of the upright image.
    func storedRegion(for region: PixelRegion, storedSize: ImageSize) -> PixelRegion {
        var stored =
            swapsAxes
            ? PixelRegion(x: region.y, y: region.x, width: region.height, height: region.width) : region
        if reversesColumns { stored.x = storedSize.width - stored.x - stored.width }
        if reversesRows { stored.y = storedSize.height - stored.y - stored.height }
        return stored
    }

    /// The upright image for the stored one.
    func applied(to image: Image) -> Image {
        guard self != .upright else { return image }
        let stored = image.size
        let size = applied(to: stored)
        // Byte strides in the stored image for one step to the right and one step down in the upright image.
        let column = reversesColumns ? -3 : 3
        let row = (reversesRows ? -3 : 3) * stored.width
        let right = swapsAxes ? row : column
        let down = swapsAxes ? column : row
        let origin =
            (reversesColumns ? 3 * (stored.width - 1) : 0)
            + (reversesRows ? 3 * stored.width * (stored.height - 1) : 0)
        let pixels = [UInt8](unsafeUninitializedCapacity: 3 * size.pixelCount) { target, count in
            image.pixels.withUnsafeBufferPointer { source in
                Self.copy(source, from: origin, right: right, down: down, to: target, size: size)
            }
            count = 3 * size.pixelCount
        }
        return Image(size: size, pixels: pixels)
    }

    /// Copies in tiles, for cache locality.
    private static func copy(
        _ source: UnsafeBufferPointer<UInt8>, from origin: Int, right: Int, down: Int,
        to target: UnsafeMutableBufferPointer<UInt8>, size: ImageSize
    ) {
        let tile = 32
        for top in stride(from: 0, to: size.height, by: tile) {
            for left in stride(from: 0, to: size.width, by: tile) {
                for y in top..<min(top + tile, size.height) {
                    var from = origin + y * down + left * right
                    var to = 3 * (y * size.width + left)
                    for _ in left..<min(left + tile, size.width) {
                        target[to] = source[from]
                        target[to + 1] = source[from + 1]
                        target[to + 2] = source[from + 2]
                        from += right
                        to += 3
                    }
                }
            }
        }
    }
}

extension Orientation {
    /// Reads the tag from a TIFF structure; nil if it is missing or invalid.
    init?(exif bytes: ByteReader) {
        let isBigEndian = bytes.starts(with: "MM\0*")
        guard isBigEndian || bytes.starts(with: "II*\0") else { return nil }
        func number16(_ offset: Int) -> Int? {
            isBigEndian ? bytes.bigEndian16(offset) : bytes.littleEndian16(offset)
        }
        func number32(_ offset: Int) -> Int? {
            isBigEndian ? bytes.bigEndian32(offset) : bytes.littleEndian32(offset)
        }
        let orientationTag = 0x0112
        let short = 3
        guard let directory = number32(4), let count = number16(directory) else { return nil }
        for entry in 0..<count {
            let offset = directory + 2 + 12 * entry
            guard let tag = number16(offset) else { return nil }
            guard tag == orientationTag else { continue }
            guard number16(offset + 2) == short, let value = number16(offset + 8) else { return nil }
            self.init(rawValue: value)
            return
        }
        return nil
    }
}
