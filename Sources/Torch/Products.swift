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

    /// Dense attention.
    ///
    /// - Parameters:
    ///   - query: [batch, head, query, width]
    ///   - key: [batch, head, key, width]
    ///   - value: as `key`
    ///   - mask: broadcast to [batch, head, query, key]: true where a query may look, or numbers to add.
    ///   - isCausal: whether query i may see the keys up to i only.
    ///   - scale: 1/√width if absent.
    ///   - groupedQuery: whether several query heads share a key head.
    /// - Returns: [batch, head, query, width]
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
