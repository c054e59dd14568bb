import CTorch

extension Tensor {
    /// The matrix product over the last two dimensions; other dimensions broadcast.
    package func matmul(_ other: Tensor) -> Tensor { map("matmul", other) { torch_matmul($0, $1, $2) } }
}
