import CImaging

/// The two reference implementations of bicubic resizing with antialiasing; they differ by at most one step
/// of 8 bits.
package enum ResizeFilter: Hashable, Sendable {
    /// Pillow 13's `Image.resize(size, BICUBIC)`: transformers' image processors where torchvision is not
    /// installed.
    case pillow
    /// `torch.nn.functional.interpolate(mode="bicubic", antialias=True)` of uint8: transformers' image
    /// processors where torchvision is installed.
    case torchvision
}

extension Image {
    /// Scaled to `size`, equal to the reference bit for bit. The kernel is cubic convolution with a = -0.5,
    /// widened by the scale where the image shrinks.
    package func resized(to size: ImageSize, filter: ResizeFilter = .pillow) -> Image {
        resized(PixelRegion(self.size), to: size, filter: filter)
    }

    /// A part, scaled: the same as cutting it out first, without the copy. The region must lie inside.
    package func resized(
        _ region: PixelRegion, to size: ImageSize, filter: ResizeFilter = .pillow
    ) -> Image {
        precondition(isInside(region), "\(region) is not a part of \(self.size)")
        precondition(size.width > 0 && size.height > 0, "cannot resize to \(size)")
        let across = ResampleWeights(from: region.width, to: size.width, filter: filter)
        let down = ResampleWeights(from: region.height, to: size.height, filter: filter)
        // A pass between equal sizes would change nothing. The order of the two decides over the last bit.
        if region.width == size.width && region.height == size.height { return cropped(to: region) }
        if region.width == size.width { return filteredColumns(of: region, with: down) }
        if region.height == size.height { return filteredRows(of: region, with: across) }
        if filter == .pillow && Self.pillowStartsWithColumns(from: region.size, to: size) {
            let lowered = filteredColumns(of: region, with: down)
            return lowered.filteredRows(of: PixelRegion(lowered.size), with: across)
        }
        let narrowed = filteredRows(of: region, with: across)
        return narrowed.filteredColumns(of: PixelRegion(narrowed.size), with: down)
    }

    /// Since version 13, where more than twice as many rows as columns go; before it, never.
    private static func pillowStartsWithColumns(from size: ImageSize, to target: ImageSize) -> Bool {
        let rowsLess = size.height - target.height
        return rowsLess > 0 && rowsLess > 2 * (size.width - target.width)
    }

    private func filteredRows(of region: PixelRegion, with weights: ResampleWeights) -> Image {
        let width = weights.outputCount
        return Image(size: ImageSize(width: width, height: region.height)) { target in
            withPixels(of: region) { source, stride in
                weights.withFilter {
                    imaging_filter_rows(source, stride, region.height, region.width, target, width, $0)
                }
            }
        }
    }

    private func filteredColumns(of region: PixelRegion, with weights: ResampleWeights) -> Image {
        let height = weights.outputCount
        return Image(size: ImageSize(width: region.width, height: height)) { target in
            withPixels(of: region) { source, stride in
                weights.withFilter {
                    imaging_filter_columns(source, stride, 3 * region.width, target, height, $0)
                }
            }
        }
    }

    /// Gives the address of a region's first pixel, and the bytes from row to row.
    private func withPixels(of region: PixelRegion, _ body: (UnsafePointer<UInt8>, Int) -> Void) {
        pixels.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            body(start + 3 * (region.y * size.width + region.x), 3 * size.width)
        }
    }

    private init(size: ImageSize, filling body: (UnsafeMutablePointer<UInt8>) -> Void) {
        let pixels = [UInt8](unsafeUninitializedCapacity: 3 * size.pixelCount) { target, count in
            if let start = target.baseAddress { body(start) }
            count = 3 * size.pixelCount
        }
        self.init(size: size, pixels: pixels)
    }
}

/// For each output of one dimension the inputs that count and their weights, in fixed point.
struct ResampleWeights {
    private let starts: [Int32]
    private let counts: [Int32]
    private let weights: [Int32]
    /// Weights kept for each output, even; those beyond its count are zero.
    private let stride: Int
    /// Bits behind the point.
    private let shift: Int

    /// `from` inputs are scaled to `to` outputs.
    init(from: Int, to: Int, filter: ResizeFilter) {
        let scale = Double(from) / Double(to)
        let widening = max(scale, 1)
        let support = 2 * widening
        let capacity = Int(support.rounded(.up)) * 2 + 1
        stride = capacity + capacity % 2
        var starts = [Int32](repeating: 0, count: to)
        var counts = [Int32](repeating: 0, count: to)
        var exact = [Double](repeating: 0, count: to * stride)
        for output in 0..<to {
            let centre = (Double(output) + 0.5) * scale
            let start = max(0, Int(centre - support + 0.5))
            let count = min(min(from, Int(centre + support + 0.5)) - start, capacity)
            let first = output * stride
            var sum = 0.0
            for tap in 0..<count {
                let weight = Self.cubic((Double(tap + start) - centre + 0.5) * (1 / widening))
                exact[first + tap] = weight
                sum += weight
            }
            for tap in 0..<count where sum != 0 { exact[first + tap] /= sum }
            starts[output] = Int32(start)
            counts[output] = Int32(count)
        }
        let shift = Self.shift(for: exact, filter)
        self.starts = starts
        self.counts = counts
        self.shift = shift
        weights = exact.map { weight in
            let scaled = weight * Double(1 << shift)
            return Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
        }
    }

    /// Pillow has room for 8 bits of pixel, a sign and a sum beyond 1 in 32 bits; torch has 16-bit weights,
    /// as many of them behind the point as the largest weight allows.
    private static func shift(for weights: [Double], _ filter: ResizeFilter) -> Int {
        switch filter {
        case .pillow:
            return 22
        case .torchvision:
            let largest = weights.max() ?? 0
            return (0..<22).first { Int(largest * Double(2 << $0) + 0.5) >= 1 << 15 } ?? 22
        }
    }

    /// Keys' cubic convolution with a = -0.5 (IEEE ASSP 29, 1981).
    private static func cubic(_ position: Double) -> Double {
        let x = abs(position)
        if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * -0.5 }
        return 0
    }

    var outputCount: Int { starts.count }

    /// Lends the arrays to C.
    func withFilter(_ body: (ImagingFilter) -> Void) {
        starts.withUnsafeBufferPointer { starts in
            counts.withUnsafeBufferPointer { counts in
                weights.withUnsafeBufferPointer { weights in
                    guard let starts = starts.baseAddress, let counts = counts.baseAddress,
                        let weights = weights.baseAddress
                    else { return }
                    body(
                        ImagingFilter(
                            starts: starts, counts: counts, weights: weights,
                            stride: Int32(stride), shift: Int32(shift)))
                }
            }
        }
    }
}
