import CImaging

/// The two reference implementations of antialiased bicubic resizing; their results differ by at most 1 of 255.
package enum ResizeFilter: Hashable, Sendable {
    /// Pillow 13's `Image.resize(size, BICUBIC)`, used by transformers' image processors without torchvision.
    case pillow
    /// `torch.nn.functional.interpolate(mode="bicubic", antialias=True)` on uint8, used by transformers' image processors with
    /// torchvision.
    case torchvision
}

extension Image {
    /// Resizes to `size`, bit for bit as the reference. The kernel is cubic convolution with a = -0.5, widened by the scale
    /// when downscaling.
    package func resized(to size: ImageSize, filter: ResizeFilter = .pillow) -> Image {
        resized(PixelRegion(self.size), to: size, filter: filter)
    }

    /// Resizes a region: the same as cropping first, but without a copy. The region must be inside the image.
    package func resized(
        _ region: PixelRegion, to size: ImageSize, filter: ResizeFilter = .pillow
    ) -> Image {
        precondition(isInside(region), "\(region) is not a part of \(self.size)")
        precondition(size.width > 0 && size.height > 0, "cannot resize to \(size)")
        let across = ResampleWeights(from: region.width, to: size.width, filter: filter)
        let down = ResampleWeights(from: region.height, to: size.height, filter: filter)
        // A pass between equal sizes is skipped. The order of the two passes affects the last bit.
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

    /// Since version 13, if more than twice as many rows as columns are removed; never in earlier versions.
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

    /// Calls `body` with the address of a region's first pixel and the row stride in bytes.
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

/// For each output along one dimension, its inputs and their weights in fixed point.
struct ResampleWeights {
    private let starts: [Int32]
    private let counts: [Int32]
    private let weights: [Int32]
    /// Weights stored per output, an even number; unused ones are zero.
    private let stride: Int
    /// Number of fractional bits.
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

    /// Pillow uses 32 bits for 8 pixel bits, a sign, and sums above 1; torch uses 16-bit weights with as many fractional bits as
    /// the largest weight allows.
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

    /// Calls `body` with pointers to the arrays, for C.
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
