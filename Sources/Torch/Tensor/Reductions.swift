import CTorch

/// Reductions along dimensions; without `dims`, along all of them.
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

    package func min(dims: [Int] = [], keepDims: Bool = false) -> Tensor {
        reduced(.minimum, dims, keepDims, "min")
    }

    package func logSoftmax(dim: Int = -1) -> Tensor { map("logSoftmax") { torch_log_softmax($0, dim, $1) } }
}
