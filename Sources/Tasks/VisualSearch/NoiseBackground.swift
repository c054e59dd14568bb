import CounterRandom
import Imaging

/// Smooth low-contrast noise in several layers, from coarse to fine.
///
/// It is defined on a lattice with one node per 7 x 7 pixels and interpolated linearly between nodes in integer arithmetic,
/// so that any region can be rendered separately and equals the same region of the whole.
struct NoiseBackground {
    /// Pixels between nodes.
    private static let spacing = 7
    /// Distance in pixels between the random numbers of each layer.
    private static let cells = [560, 224, 102, 40, 14]

    private struct Layer {
        let side: Int
        /// [row, column, channel]
        let values: [Float]
    }

    /// Nodes per side.
    private let nodeCount: Int
    private let base: (Float, Float, Float)
    private let layers: [Layer]

    /// `canvas` is width and height in pixels, `contrast` the largest standard deviation of a layer in 8-bit steps.
    init(seed: UInt64, canvas: Int, contrast: Double) {
        var random = CounterRandom(seed: seed)
        var noise = BellNoise(random.child(0))
        nodeCount = (canvas + NoiseBackground.spacing - 1) / NoiseBackground.spacing
        let brightness = 70 + 120 * random.uniform()
        func channel() -> Float { Float(brightness - 25 + 50 * random.uniform()) }
        base = (channel(), channel(), channel())
        layers = NoiseBackground.cells.map { cell in
            let side = max(2, (canvas + cell / 2) / cell)
            let amplitude = Float(contrast * random.uniform())
            let colourfulness = Float(random.uniform())
            var values: [Float] = []
            values.reserveCapacity(3 * side * side)
            for _ in 0..<side * side {
                let grey = Float(noise.next())
                values.append(amplitude * grey)
                for _ in 0..<2 {
                    let own = Float(noise.next())
                    values.append(amplitude * (colourfulness * own + (1 - colourfulness) * grey))
                }
            }
            return Layer(side: side, values: values)
        }
    }

    /// Renders `region` of the canvas into `pixels`, row-major.
    func paint(_ region: PixelRegion, into pixels: UnsafeMutableBufferPointer<UInt8>) {
        let columns = nodes(region.x, region.width)
        let rows = nodes(region.y, region.height)
        let lattice = lattice(columns: columns, rows: rows)
        let spread = RowSpread(region, columns: columns, nodeCount: nodeCount)
        let width = 3 * region.width
        // The rows of nodes above and below the current row of pixels.
        var upper = [UInt16](repeating: 0, count: width)
        var lower = upper
        var loaded = -1
        for row in 0..<region.height {
            let (node, part) = NoiseBackground.node(region.y + row, nodeCount)
            if node != loaded {
                let line = { (index: Int) in
                    3 * columns.count * (min(index, nodeCount - 1) - rows.lowerBound)
                }
                if loaded >= 0 {
                    swap(&upper, &lower)
                } else {
                    spread.apply(to: lattice, at: line(node), into: &upper)
                }
                spread.apply(to: lattice, at: line(node + 1), into: &lower)
                loaded = node
            }
            let (above, below) = (UInt16(NoiseBackground.spacing - part), UInt16(part))
            upper.withUnsafeBufferPointer { upper in
                lower.withUnsafeBufferPointer { lower in
                    let target = UnsafeMutableBufferPointer(
                        rebasing: pixels[row * width..<(row + 1) * width])
                    for index in 0..<width {
                        // Up to 49 * 255; times 1338 / 65536 is a division by 49.
                        let sum = upper[index] &* above &+ lower[index] &* below &+ 24
                        target[index] = UInt8(truncatingIfNeeded: (UInt32(sum) &* 1338) &>> 16)
                    }
                }
            }
        }
    }

    /// Interpolates a row of nodes over the columns of a region; results are multiplied by 7.
    private struct RowSpread {
        // For each channel of each column: the offsets of the two neighbouring values, and the weight of the second one.
        private var left: [Int32] = []
        private var right: [Int32] = []
        private var part: [UInt16] = []

        init(_ region: PixelRegion, columns: Range<Int>, nodeCount: Int) {
            for column in region.x..<region.x + region.width {
                let (node, part) = NoiseBackground.node(column, nodeCount)
                for channel in 0..<3 {
                    left.append(Int32(3 * (node - columns.lowerBound) + channel))
                    right.append(Int32(3 * (min(node + 1, nodeCount - 1) - columns.lowerBound) + channel))
                    self.part.append(UInt16(part))
                }
            }
        }

        func apply(to lattice: [UInt16], at line: Int, into row: inout [UInt16]) {
            lattice.withUnsafeBufferPointer { lattice in
                left.withUnsafeBufferPointer { left in
                    right.withUnsafeBufferPointer { right in
                        part.withUnsafeBufferPointer { part in
                            row.withUnsafeMutableBufferPointer { row in
                                for index in 0..<row.count {
                                    let near = lattice[line + Int(left[index])]
                                    let far = lattice[line + Int(right[index])]
                                    let farWeight = part[index]
                                    row[index] = near &* (UInt16(spacing) &- farWeight) &+ far &* farWeight
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The node at or before a pixel, and the distance to it in sevenths of the spacing.
    ///
    /// Nodes are at the centres of their squares; pixels beyond the outermost nodes take their value.
    private static func node(_ pixel: Int, _ nodeCount: Int) -> (node: Int, part: Int) {
        let position = pixel - spacing / 2
        if position < 0 { return (0, 0) }
        let node = position / spacing
        return node >= nodeCount - 1 ? (nodeCount - 1, 0) : (node, position % spacing)
    }

    /// The nodes needed for `count` pixels from `start` on.
    private func nodes(_ start: Int, _ count: Int) -> Range<Int> {
        let first = NoiseBackground.node(start, nodeCount).node
        let last = NoiseBackground.node(start + count - 1, nodeCount).node + 1
        return first..<min(last, nodeCount - 1) + 1
    }

    /// Values of the nodes, 0...255. // [row, column, channel]
    private func lattice(columns: Range<Int>, rows: Range<Int>) -> [UInt16] {
        let width = 3 * columns.count
        var sums: [Float] = []
        sums.reserveCapacity(width * rows.count)
        for _ in 0..<columns.count * rows.count {
            sums.append(base.0)
            sums.append(base.1)
            sums.append(base.2)
        }
        for layer in layers {
            let across = columns.map { CubicTaps(output: $0, of: nodeCount, inputs: layer.side) }
            let down = rows.map { CubicTaps(output: $0, of: nodeCount, inputs: layer.side) }
            guard let top = down.first?.start, let bottom = down.last.map({ $0.start + 4 }) else { continue }
            // Separable interpolation: first along the rows, then along the columns.
            var lines = [Float](repeating: 0, count: (bottom - top) * width)
            for line in top..<min(bottom, layer.side) {
                for (column, taps) in across.enumerated() {
                    for tap in 0..<4 where taps.weights[tap] != 0 {
                        let source = 3 * (line * layer.side + taps.start + tap)
                        let target = (line - top) * width + 3 * column
                        for channel in 0..<3 {
                            lines[target + channel] += taps.weights[tap] * layer.values[source + channel]
                        }
                    }
                }
            }
            lines.withUnsafeBufferPointer { lines in
                sums.withUnsafeMutableBufferPointer { sums in
                    for (row, taps) in down.enumerated() {
                        for tap in 0..<4 where taps.weights[tap] != 0 {
                            let source = UnsafeBufferPointer(
                                rebasing: lines[
                                    (taps.start - top + tap) * width..<(taps.start - top + tap + 1) * width])
                            let target = UnsafeMutableBufferPointer(
                                rebasing: sums[row * width..<(row + 1) * width])
                            let weight = taps.weights[tap]
                            for index in 0..<width { target[index] += weight * source[index] }
                        }
                    }
                }
            }
        }
        return sums.map { UInt16(min(max($0, 0), 255)) }
    }
}

/// The inputs and weights of one output element when upsampling a row by cubic convolution with a = -0.5.
private struct CubicTaps {
    let start: Int
    let weights: SIMD4<Float>

    /// The taps for the element at index `output` of a row of `count` elements, from a row of `inputs` elements.
    init(output: Int, of count: Int, inputs: Int) {
        let centre = (Double(output) + 0.5) * Double(inputs) / Double(count)
        let leftmost = Int((centre - 1.5).rounded(.down))
        start = max(0, leftmost)
        var weights = SIMD4<Double>()
        for tap in 0..<4 {
            let index = start + tap
            guard index < inputs, index < leftmost + 4 else { continue }
            weights[tap] = CubicTaps.weight(Double(index) + 0.5 - centre)
        }
        // Summed in a fixed order, so that results are equal on every machine.
        let sum = weights[0] + weights[1] + weights[2] + weights[3]
        self.weights = SIMD4<Float>(weights / sum)
    }

    private static func weight(_ distance: Double) -> Double {
        let x = abs(distance)
        if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
        if x < 2 { return ((-0.5 * x + 2.5) * x - 4) * x + 2 }
        return 0
    }
}
