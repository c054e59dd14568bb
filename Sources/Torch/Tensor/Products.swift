import CTorch

extension Tensor {
    /// The matrix product over the last two dimensions; other dimensions broadcast.
    package func matmul(_ other: Tensor) -> Tensor { map("matmul", other) { torch_matmul($0, $1, $2) } }

    /// `self · weightᵀ + bias` with `weight` [out, in].
    package func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
        map("linear", weight) { input, weight, result in
            Tensor.withHandle(bias) { torch_linear(input, weight, $0, result) }
        }
    }
}
