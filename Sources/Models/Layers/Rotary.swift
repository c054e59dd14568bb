package import Torch

/// Cosines and sines of the rotary embedding for the queries and keys of a batch.
package struct RotaryTable {
    package let cosine: Tensor  // [token, width]
    package let sine: Tensor  // [token, width]

    /// Applies the rotary embedding to `heads` [token, head, width], which are queries or keys.
    package func callAsFunction(_ heads: Tensor) -> Tensor { heads.applyRotary(cosine: cosine, sine: sine) }
}

/// The rotary frequency of each pair of features, and its position axis.
package struct RotaryFrequencies {
    private let frequencies: Tensor  // [pair], radians per position
    private let axes: Tensor  // [pair]

    /// One-dimensional frequencies, divided among the axes of a position (multimodal RoPE, Qwen2-VL section 2.1).
    ///
    /// - Parameters:
    ///   - headWidth: the width of an attention head.
    ///   - base: the base of the frequencies.
    ///   - sections: the number of the `headWidth / 2` pairs for the temporal, height and width axis.
    ///   - device: the device on which tables are computed.
    init(headWidth: Int, base: Double, sections: [Int], device: Device) {
        let pairCount = headWidth / 2
        self.init(
            exponents: (0..<pairCount).map { Double($0) / Double(pairCount) }, base: base,
            axes: sections.enumerated().flatMap { Array(repeating: $0, count: $1) }, device: device)
    }

    /// Two-dimensional frequencies of a vision encoder: the same frequencies for the row and the column of a patch.
    ///
    /// - Parameters:
    ///   - patchHeadWidth: the width of an attention head.
    ///   - base: the base of the frequencies.
    ///   - device: the device on which tables are computed.
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

    /// The table for tokens at `positions`, one array [token] for each axis, in `dtype`, the type of the hidden states.
    func table(_ positions: [[Int32]], dtype: DType) -> RotaryTable {
        withoutGradient {
            let coordinates = Tensor(
                positions.flatMap { $0.map(Float.init) }, shape: [positions.count, positions[0].count]
            )
            .to(frequencies.device)  // [axis, token]
            let angles = coordinates.indexSelect(0, axes).transposed(0, 1) * frequencies  // [token, pair]
            let both = Tensor.concatenated([angles, angles], dim: 1)  // [token, width]
            return RotaryTable(cosine: both.cos().to(dtype), sine: both.sin().to(dtype))
        }
    }
}
