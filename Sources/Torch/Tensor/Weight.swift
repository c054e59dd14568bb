import CTorch

/// A matrix [out, in] of weights in the precision in which it is stored.
///
/// `bfloat16` and `int8` weights are widened to floats inside a product with `float32` input on the CPU, and are not
/// differentiated there.
package struct Weight {
    /// A low-rank addition to a weight: factor · up · down (LoRA; Hu et al., 2021, arXiv 2106.09685 §4.1).
    package struct LowRank {
        /// [rank, in]
        package let down: Tensor
        /// [out, rank]
        package let up: Tensor
        package let factor: Double

        package init(down: Tensor, up: Tensor, factor: Double) {
            self.down = down
            self.up = up
            self.factor = factor
        }
    }

    /// [out, in]: floating point, or `int8` with scales.
    package let values: Tensor
    /// The factor of each group of ``groupSize`` features of each row, [out, group]; nil unless the values are `int8`.
    package let scales: Tensor?
    /// What is added to the matrix, which itself is not trained then.
    package var lowRank: LowRank?

    package init(_ values: Tensor, scales: Tensor? = nil) {
        self.values = values
        self.scales = scales
    }

    /// Consecutive features of a row that share a scale.
    package static let groupSize = Int(torch_features_in_group())

    /// Eight bits for each element of a matrix [out, in] in main memory: the largest magnitude of each group becomes 127.
    package init(quantizing matrix: Tensor) {
        var (values, scales) = (TorchTensor(), TorchTensor())
        matrix.mutate("quantizing") { torch_quantize($0, &values, &scales) }
        self.init(Tensor(owning: values), scales: Tensor(owning: scales))
    }

    /// A matrix [out, in] of floating-point numbers, converted or quantized to `dtype`.
    package init(converting matrix: Tensor, to dtype: DType) {
        guard dtype == .int8 else {
            self.init(matrix.to(dtype))
            return
        }
        let source = matrix.dtype == .bfloat16 ? matrix : matrix.to(.float32)
        self.init(quantizing: source.contiguous())
    }

    /// A matrix [rowCount, width] with uninitialized elements of `dtype`.
    package static func empty(
        _ rowCount: Int, _ width: Int, dtype: DType, device: Device = .cpu
    ) -> Weight {
        let values = Tensor.empty([rowCount, width], dtype: dtype, device: device)
        guard dtype == .int8 else { return Weight(values) }
        let groups = (width + groupSize - 1) / groupSize
        return Weight(values, scales: .empty([rowCount, groups], device: device))
    }

    package var dtype: DType { values.dtype }
    package var device: Device { values.device }
    package var rowCount: Int { values.size(0) }
    /// The number of features, `in`.
    package var width: Int { values.size(1) }

    /// Borrows the handles.
    @inline(__always)
    static func withHandles<Result>(
        _ weights: [Weight], _ body: (UnsafePointer<TorchWeight>, Int) -> Result
    ) -> Result {
        precondition(!weights.isEmpty, "a product needs weights")
        return withExtendedLifetime(weights) {
            let handles = weights.map(\.handle)
            return handles.withUnsafeBufferPointer { body($0.baseAddress!, $0.count) }
        }
    }

    /// Valid as long as this value lives.
    var handle: TorchWeight {
        TorchWeight(
            values: values.withHandle { $0 }, scales: Tensor.withHandle(scales) { $0 },
            down: Tensor.withHandle(lowRank?.down) { $0 }, up: Tensor.withHandle(lowRank?.up) { $0 },
            factor: lowRank?.factor ?? 1)
    }
}

extension Tensor {
    /// `self · weightᵀ + bias`, where the rows of the weight are those of all `blocks` in order.
    ///
    /// - Parameters:
    ///   - blocks: [out of the block, in] each
    ///   - bias: [out]
    /// - Returns: [row, out]
    package func linear(_ blocks: [Weight], _ bias: Tensor? = nil) -> Tensor {
        map("linear", blocks[0].values) { input, _, result in
            Weight.withHandles(blocks) { blocks, count in
                Tensor.withHandle(bias) { torch_linear(input, blocks, count, $0, result) }
            }
        }
    }

    /// `self · weightᵀ + bias` with `weight` [out, in].
    package func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> Tensor { linear([Weight(weight)], bias) }

    /// The rows of `table` [vocabulary, width] at these indices, converted to `dtype`.
    package func embedding(_ table: Weight, dtype: DType) -> Tensor {
        map("embedding", table.values) { indices, _, result in
            withExtendedLifetime(table) { torch_embedding(table.handle, indices, dtype.code, result) }
        }
    }

    /// The rows of `table` [vocabulary, width] at these indices.
    package func embedding(_ table: Tensor) -> Tensor { embedding(Weight(table), dtype: table.dtype) }
}
