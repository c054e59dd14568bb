#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The interpolation of rotations that are not multiples of 90 degrees.
package enum RotationFilter: Hashable, Sendable {
    /// From 2 x 2 pixels.
    case bilinear
    /// From 4 x 4 pixels, cubic convolution with a = -1.
    case bicubic
}

extension Image {
    /// Rotates counter-clockwise about the centre, on a canvas enlarged to contain the whole image: Pillow's `rotate(degrees,
    /// resample, expand=True)`. Multiples of 90 degrees are exact.
    ///
    /// `degrees` must be finite. Throws `ImageError` if the canvas exceeds the limits: for a thin image it can be many times
    /// larger.
    package func rotated(
        by degrees: Double, filter: RotationFilter = .bicubic, background: RGB = .black,
        limits: ImageLimits = .default
    ) throws(ImageError) -> Image {
        precondition(degrees.isFinite, "cannot rotate by \(degrees) degrees")
        let remainder = degrees.truncatingRemainder(dividingBy: 360)
        let angle = remainder < 0 ? remainder + 360 : remainder
        switch angle {
        case 0: return self
        case 90: return Orientation.turnedRight.applied(to: self)
        case 180: return Orientation.upsideDown.applied(to: self)
        case 270: return Orientation.turnedLeft.applied(to: self)
        default: break
        }
        let (map, canvas) = InverseRotation.fitting(size, by: angle)
        try limits.check(canvas, operation: .rotate, name: "the image")
        var result = Image(size: canvas, filledWith: background)
        result.pixels.withUnsafeMutableBufferPointer { target in
            pixels.withUnsafeBufferPointer { source in
                let grid = PixelGrid(size: size, pixels: source)
                for y in 0..<canvas.height {
                    for x in 0..<canvas.width {
                        let point = map(Double(x) + 0.5, Double(y) + 0.5)
                        guard grid.contains(point) else { continue }
                        let value = grid.value(at: point, filter)
                        let offset = 3 * (y * canvas.width + x)
                        for channel in 0..<3 { target[offset + channel] = UInt8(value[channel]) }
                    }
                }
            }
        }
        return result
    }
}

/// Maps a point of the rotated canvas to the original image.
private struct InverseRotation {
    private let cosine: Double
    private let sine: Double
    private var shiftX = 0.0
    private var shiftY = 0.0

    private init(cosine: Double, sine: Double) {
        self.cosine = cosine
        self.sine = sine
    }

    func callAsFunction(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        (cosine * x + sine * y + shiftX, -sine * x + cosine * y + shiftY)
    }

    /// The map for a rotation about the centre, with the smallest canvas that contains all rotated corners.
    static func fitting(_ size: ImageSize, by degrees: Double) -> (InverseRotation, ImageSize) {
        let radians = -(degrees * (Double.pi / 180))
        let width = Double(size.width)
        let height = Double(size.height)
        var map = InverseRotation(cosine: rounded(cos(radians)), sine: rounded(sin(radians)))
        let turnedCentre = map(-width / 2, -height / 2)
        map.shiftX = turnedCentre.x + width / 2
        map.shiftY = turnedCentre.y + height / 2

        let corners = [map(0, 0), map(width, 0), map(width, height), map(0, height)]
        let canvasWidth = extent(corners.map(\.x))
        let canvasHeight = extent(corners.map(\.y))
        let origin = map(-(canvasWidth - width) / 2, -(canvasHeight - height) / 2)
        map.shiftX = origin.x
        map.shiftY = origin.y
        return (map, ImageSize(width: Int(canvasWidth), height: Int(canvasHeight)))
    }

    private static func extent(_ values: [Double]) -> Double {
        (values.max() ?? 0).rounded(.up) - (values.min() ?? 0).rounded(.down)
    }

    /// Rounds to 15 decimals, to remove rounding errors of cos and sin from integer results.
    private static func rounded(_ value: Double) -> Double {
        let scaled = (value * 1e15).rounded()
        // The rounding error of the product may cross a half.
        let rest = (-scaled).addingProduct(value, 1e15)
        return (scaled + rest.rounded()) / 1e15
    }
}

/// An image as a function of a point; pixel centres are at half-integer coordinates.
private struct PixelGrid {
    let size: ImageSize
    let pixels: UnsafeBufferPointer<UInt8>

    func contains(_ point: (x: Double, y: Double)) -> Bool {
        point.x >= 0 && point.x < Double(size.width) && point.y >= 0 && point.y < Double(size.height)
    }

    /// Interpolated red, green and blue, 0...255; like Pillow, callers truncate instead of rounding.
    func value(at point: (x: Double, y: Double), _ filter: RotationFilter) -> SIMD4<Double> {
        let left = (point.x - 0.5).rounded(.down)
        let top = (point.y - 0.5).rounded(.down)
        let dx = point.x - 0.5 - left
        let dy = point.y - 0.5 - top
        let columns = neighbours(Int(left), count: size.width, stride: 3)
        let rows = neighbours(Int(top), count: size.height, stride: 3 * size.width)
        switch filter {
        case .bilinear:
            func row(_ start: Int) -> SIMD4<Double> {
                linear(self[start + columns[1]], self[start + columns[2]], dx)
            }
            return linear(row(rows[1]), row(rows[2]), dy)
        case .bicubic:
            func row(_ start: Int) -> SIMD4<Double> {
                cubic(
                    self[start + columns[0]], self[start + columns[1]], self[start + columns[2]],
                    self[start + columns[3]], dx)
            }
            let value = cubic(row(rows[0]), row(rows[1]), row(rows[2]), row(rows[3]), dy)
            return value.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 255))
        }
    }

    /// The offsets of the elements from `index - 1` to `index + 2`, clamped to the valid range.
    private func neighbours(_ index: Int, count: Int, stride: Int) -> SIMD4<Int> {
        let indices = SIMD4(index - 1, index, index + 1, index + 2)
        let inside = indices.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: count - 1))
        return inside &* SIMD4(repeating: stride)
    }

    private subscript(offset: Int) -> SIMD4<Double> {
        SIMD4(Double(pixels[offset]), Double(pixels[offset + 1]), Double(pixels[offset + 2]), 0)
    }

    private func linear(_ a: SIMD4<Double>, _ b: SIMD4<Double>, _ distance: Double) -> SIMD4<Double> {
        a + (b - a) * distance
    }

    /// Interpolates between `b` and `c`.
    private func cubic(
        _ a: SIMD4<Double>, _ b: SIMD4<Double>, _ c: SIMD4<Double>, _ d: SIMD4<Double>, _ distance: Double
    ) -> SIMD4<Double> {
        let slope = c - a
        let bend = 2 * (a - b) + c - d
        let twist = b - a - c + d
        return b + distance * (slope + distance * (bend + distance * twist))
    }
}
