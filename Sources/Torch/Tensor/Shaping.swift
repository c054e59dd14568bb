import CTorch

/// Views, rearrangement and indexing. Negative dimensions count from the end.
extension Tensor {
    // MARK: Views

    /// The same elements in another shape; one size may be -1.
    package func reshape(_ shape: [Int]) -> Tensor {
        map("reshape") { torch_reshape($0, shape, shape.count, $1) }
    }

    package func transposed(_ first: Int, _ second: Int) -> Tensor {
        map("transposed") { torch_transpose($0, first, second, $1) }
    }

    /// Inserts a dimension of size 1.
    package func unsqueezed(_ dim: Int) -> Tensor { map("unsqueezed") { torch_unsqueeze($0, dim, $1) } }

    /// A view of `count` entries of a dimension.
    package func narrow(_ dim: Int, start: Int, count: Int) -> Tensor {
        map("narrow") { torch_narrow($0, dim, start, count, $1) }
    }

    /// A view of one entry of a dimension; the dimension is removed.
    package func select(_ dim: Int, _ index: Int) -> Tensor {
        map("select") { torch_select($0, dim, index, $1) }
    }

    /// Views of consecutive entries of a dimension; the sizes must sum to its size.
    package func split(_ sizes: [Int], dim: Int = 0) -> [Tensor] {
        precondition(sizes.reduce(0, +) == size(dim), "cannot split \(description) into \(sizes)")
        var start = 0
        return sizes.map { count in
            defer { start += count }
            return narrow(dim, start: start, count: count)
        }
    }

    // MARK: Copies

    package func contiguous() -> Tensor { map("contiguous") { torch_contiguous($0, $1) } }

    /// The elements converted to `dtype`; this tensor itself if it already has that type.
    package func to(_ dtype: DType) -> Tensor { map("to") { torch_convert($0, dtype.code, $1) } }

    /// The elements on `device`; this tensor itself if it is already there.
    package func to(_ device: Device) -> Tensor { map("to") { torch_move($0, device.code, $1) } }

    package static func concatenated(_ tensors: [Tensor], dim: Int = 0) -> Tensor {
        var result = TorchTensor()
        let status = withHandles(tensors) { torch_concatenate($0, $1, dim, &result) }
        if status != .success { stop("concatenated", tensors) }
        return Tensor(owning: result)
    }

    // MARK: Indexing; indices are `int64` (`int32` also serves `indexSelect` and `embedding`)

    /// The entries of a dimension at one-dimensional `indices`.
    package func indexSelect(_ dim: Int, _ indices: Tensor) -> Tensor {
        map("indexSelect", indices) { torch_index_select($0, dim, $1, $2) }
    }

    /// The elements along `dim` at `indices`, which has the result's shape.
    package func gather(_ dim: Int, _ indices: Tensor) -> Tensor {
        map("gather", indices) { torch_gather($0, dim, $1, $2) }
    }

    /// A copy in which `source` replaces the entries of `dim` at `indices`.
    package func indexCopy(_ dim: Int, _ indices: Tensor, _ source: Tensor) -> Tensor {
        map("indexCopy", indices, source) { torch_index_copy($0, dim, $1, $2, $3) }
    }
}
