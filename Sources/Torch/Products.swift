import CTorch

extension Tensor {
    /// The matrix product over the last two dimensions; others broadcast.
    package func matmul(_ other: Tensor) -> Tensor { map("matmul", other) { torch_matmul($0, $1, $2) } }

    /// `self · weightᵀ + bias` with `weight` [out, in].
    package func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
        map("linear", weight) { input, weight, result in
            Tensor.withHandle(bias) { torch_linear(input, weight, $0, result) }
        }
    }

    /// Attention over [batch, head, token, width].
    ///
    /// - Parameters:
    ///   - mask: broadcast to [batch, head, query, key]: true where a query may look, or numbers to add.
    ///   - scale: 1/√width if absent.
    ///   - groupedQuery: whether several query heads share a key head.
    package static func scaledDotProductAttention(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, mask: Tensor? = nil, isCausal: Bool = false,
        scale: Double? = nil, groupedQuery: Bool = false
    ) -> Tensor {
        query.map("scaledDotProductAttention", key, value) { query, key, value, result in
            Tensor.withHandle(mask) {
                torch_scaled_dot_product_attention(
                    query, key, value, $0, isCausal, scale ?? .nan, groupedQuery, result)
            }
        }
    }
}
