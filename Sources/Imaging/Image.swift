/// A decoded image: 8-bit RGB pixels, row-major from the top, without padding.
package struct Image: Hashable, Sendable {
    package let size: ImageSize
    /// 3 * width * height values.
    package internal(set) var pixels: [UInt8]

    /// `pixels` must have 3 * width * height values, and no side may be zero.
    package init(size: ImageSize, pixels: [UInt8]) {
        precondition(size.width > 0 && size.height > 0, "an image needs pixels, not \(size)")
        precondition(pixels.count == 3 * size.pixelCount, "\(pixels.count) values for \(size) RGB pixels")
        self.size = size
        self.pixels = pixels
    }

    /// An image of one colour.
    package init(size: ImageSize, filledWith colour: RGB) {
        self.init(size: size, pixels: [UInt8](repeating: 0, count: 3 * size.pixelCount))
        fill(PixelRegion(size), with: colour)
    }

    /// The pixel in column `x` and row `y`.
    package subscript(x: Int, y: Int) -> RGB {
        get {
            let offset = offset(x, y)
            return RGB(red: pixels[offset], green: pixels[offset + 1], blue: pixels[offset + 2])
        }
        set {
            let offset = offset(x, y)
            pixels[offset] = newValue.red
            pixels[offset + 1] = newValue.green
            pixels[offset + 2] = newValue.blue
        }
    }

    private func offset(_ x: Int, _ y: Int) -> Int {
        precondition(x >= 0 && x < size.width && y >= 0 && y < size.height, "(\(x), \(y)) is outside \(size)")
        return 3 * (y * size.width + x)
    }

    /// The pixels of a box, see `Rectangle.pixels(in:)`. Throws `ImageError` if there are none.
    package func cropped(to box: Rectangle) throws(ImageError) -> Image {
        guard let region = box.pixels(in: size) else {
            throw ImageError(.crop, "the image", .emptyRegion(box, size))
        }
        return cropped(to: region)
    }

    /// A crop; the region must be inside the image.
    package func cropped(to region: PixelRegion) -> Image {
        precondition(isInside(region), "\(region) is not a part of \(size)")
        guard region.size != size else { return self }
        let rowBytes = 3 * region.width
        let part = [UInt8](unsafeUninitializedCapacity: rowBytes * region.height) { target, count in
            count = rowBytes * region.height
            pixels.withUnsafeBufferPointer { source in
                for y in 0..<region.height {
                    let start = 3 * ((region.y + y) * size.width + region.x)
                    let row = UnsafeMutableBufferPointer(rebasing: target[y * rowBytes..<(y + 1) * rowBytes])
                    _ = row.update(fromContentsOf: source[start..<start + rowBytes])
                }
            }
        }
        return Image(size: region.size, pixels: part)
    }

    func isInside(_ region: PixelRegion) -> Bool {
        region.width > 0 && region.height > 0 && PixelRegion(size).contains(region)
    }
}

/// A colour with 8 bits per channel.
package struct RGB: Hashable, Sendable, Codable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    package static let black = RGB(red: 0, green: 0, blue: 0)
    package static let white = RGB(red: 255, green: 255, blue: 255)
}
