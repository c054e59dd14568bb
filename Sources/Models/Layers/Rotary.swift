package import Torch

/// Cosines and sines of the angles by which the queries and keys of some tokens are turned.
package struct RotaryTable {
    package let cosine: Tensor  // [token, width]
    package let sine: Tensor  // [token, width]

    /// Turns `heads` [token, head, width], queries and keys alike.
    package func callAsFunction(_ heads: Tensor) -> Tensor { heads.applyRotary(cosine: cosine, sine: sine) }
}

/// How fast each pair of features turns, and with which axis of the position.
package struct RotaryFrequencies {
    private let frequencies: Tensor  // [pair], radians a position
    private let axes: Tensor  // [pair]

    /// One-dimensional frequencies, divided among the axes of a position (multimodal RoPE, Qwen2-VL section 2.1).
    ///
    /// - Parameters:
    ///   - headWidth: of the heads that are turned.
    ///   - base: of the frequencies.
    ///   - sections: how many of the `headWidth / 2` pairs follow the temporal, height and width position.
    ///   - device: where tables are computed.
    init(headWidth: Int, base: Double, sections: [Int], device: Device) {
        let pairCount = headWidth / 2
        self.init(
            exponents: (0..<pairCount).map { Double($0) / Double(pairCount) }, base: base,
            axes: sections.enumerated().flatMap { Array(repeating: $0, count: $1) }, device: device)
    }

    /// The same frequencies twice, first with the row of a patch and then with its column.
    ///
    /// - Parameters:
    ///   - patchHeadWidth: of the heads of a vision encoder.
    ///   - base: of the frequencies.
    ///   - device: where tables are computed.
    init(patchHeadWidth: Int, base: Double, device: Device) {
        let axisCount = patchHeadWidth / 4
        let exponents = (0..<axisCount).map { Double($0) / Double(axisCount) }
        self.init(
            exponents: exponents + exponents, base: base,
            axes: Array(repeating: 0, count: axisCount) + Array(repeating: 1, count: axisCount),
            device: device)
    }

    private init(exponents: [Double], base: Double, axes: [Int], device: Device) {
        let bases = Tensor.full([exponents.count], base)
        let powers = bases.pow(Tensor(exponents.map(Float.init)))
        frequencies = (1 / powers).to(device)
        self.axes = Tensor(axes, device: device)
    }

    /// The table for tokens whose `positions` are one list [token] for each axis, as `dtype`, the type of the
    /// hidden states.
    func table(_ positions: [[Int32]], dtype: DType) -> RotaryTable {
        withoutGradient {
            let places = Tensor(
                positions.flatMap { $0.map(Float.init) }, shape: [positions.count, positions[0].count]
            )
            .to(frequencies.device)  // [axis, token]
            let angles = places.indexSelect(0, axes).transposed(0, 1) * frequencies  // [token, pair]
            let both = Tensor.concatenated([angles, angles], dim: 1)  // [token, width]
            return RotaryTable(cosine: both.cos().to(dtype), sine: both.sin().to(dtype))
        }
    }
}
