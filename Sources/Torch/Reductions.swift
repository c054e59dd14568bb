import CTorch

/// Sums, extremes and order along dimensions. No `dims` means all of them.
extension Tensor {
    private func reduced(
        _ reduction: TorchReduction, _ dims: [Int], _ keepDims: Bool, _ operation: StaticString
    ) -> Tensor {
        map(operation) { torch_reduce(reduction, $0, dims, dims.count, keepDims, $1) }
    }

    package func sum(dims: [Int] = [], keepDims: Bool = false) -> Tensor {
        reduced(.sum, dims, keepDims, "sum")
    }

    package func mean(dims: [Int] = [], keepDims: Bool = false) -> Tensor {
        reduced(.mean, dims, keepDims, "mean")
    }

    package func max(dims: [Int] = [], keepDims: Bool = false) -> Tensor {
        reduced(.maximum, dims, keepDims, "max")
    }

    package func min(dims: [Int] = [], keepDims: Bool = false) -> Tensor {
        reduced(.minimum, dims, keepDims, "min")
    }

    package func logSumExp(dim: Int, keepDims: Bool = false) -> Tensor {
        reduced(.logSumExp, [dim], keepDims, "logSumExp")
    }

    package func softmax(dim: Int = -1) -> Tensor { map("softmax") { torch_softmax($0, dim, $1) } }

    package func logSoftmax(dim: Int = -1) -> Tensor { map("logSoftmax") { torch_log_softmax($0, dim, $1) } }

    /// The index of the greatest element along `dim`, as `int64`.
    package func argmax(dim: Int = -1) -> Tensor { map("argmax") { torch_argmax($0, dim, $1) } }

    package func cumulativeSum(dim: Int) -> Tensor {
        map("cumulativeSum") { torch_cumulative_sum($0, dim, $1) }
    }

    /// The `count` greatest elements along `dim` in falling order, and their indices.
    package func topK(_ count: Int, dim: Int = -1) -> (values: Tensor, indices: Tensor) {
        ordered("topK") { torch_top($0, count, dim, $1, $2) }
    }

    /// The elements in order along `dim`, and their indices; equal elements keep their order.
    package func sort(dim: Int = -1, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
        ordered("sort") { torch_sort($0, dim, descending, $1, $2) }
    }

    private func ordered(
        _ operation: StaticString,
        _ body: (TorchTensor, UnsafeMutablePointer<TorchTensor>, UnsafeMutablePointer<TorchTensor>) ->
            TorchStatus
    ) -> (values: Tensor, indices: Tensor) {
        var values = TorchTensor()
        var indices = TorchTensor()
        if withHandle({ body($0, &values, &indices) }) != .success { stop(operation, [self]) }
        return (Tensor(owning: values), Tensor(owning: indices))
    }
}
