extension Image {
    /// Draws the edges of a box, `thickness` pixels wide and inside it. A box without a pixel of the image
    /// leaves it as it is; one that reaches beyond is drawn along the image's edge.
    package mutating func drawOutline(of box: Rectangle, colour: RGB, thickness: Int = 2) {
        guard let region = box.pixels(in: size), thickness > 0 else { return }
        let across = min(thickness, region.width)
        let down = min(thickness, region.height)
        let right = region.x + region.width - across
        let bottom = region.y + region.height - down
        fill(PixelRegion(x: region.x, y: region.y, width: region.width, height: down), with: colour)
        fill(PixelRegion(x: region.x, y: bottom, width: region.width, height: down), with: colour)
        fill(PixelRegion(x: region.x, y: region.y, width: across, height: region.height), with: colour)
        fill(PixelRegion(x: right, y: region.y, width: across, height: region.height), with: colour)
    }

    /// Gives a part one colour; the region must lie inside.
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
