extension Image {
    /// Fills a region, which must be inside the image, with a colour.
    package mutating func fill(_ region: PixelRegion, with colour: RGB) {
        precondition(isInside(region), "\(region) is not a part of \(size)")
        let width = size.width
        pixels.withUnsafeMutableBufferPointer { pixels in
            for y in region.y..<region.y + region.height {
                let start = 3 * (y * width + region.x)
                for offset in stride(from: start, to: start + 3 * region.width, by: 3) {
                    pixels[offset] = colour.red
                    pixels[offset + 1] = colour.green
                    pixels[offset + 2] = colour.blue
                }
            }
        }
    }
}
