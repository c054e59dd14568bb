package import Torch

/// Computes the attention of a forward pass, which is the only difference between training and generation.
///
/// In training, all tokens are in the batch (`SegmentAttention`). In generation, keys and values of earlier tokens are in
/// a cache, and `attend` stores those of the new tokens in it first.
package protocol AttentionContext {
    /// The attention output of the new tokens in one layer.
    ///
    /// - Parameters:
    ///   - query: queries after the rotary embedding, [token, head, width]
    ///   - key: keys after the rotary embedding, [token, keyHead, width]
    ///   - value: values, [token, keyHead, width]
    ///   - layer: index of the decoder layer
    /// - Returns: [token, head, width]
    func attend(query: Tensor, key: Tensor, value: Tensor, layer: Int) -> Tensor

    /// The output of `decoder` for `embedded` tokens after the final norm, [token, width], computed by a fused kernel; nil
    /// if this context has none.
    func hiddenStates(of embedded: Tensor, rotary: RotaryTable, in decoder: PlainDecoder) -> Tensor?
}

extension AttentionContext {
    package func hiddenStates(of embedded: Tensor, rotary: RotaryTable, in decoder: PlainDecoder) -> Tensor? {
        nil
    }
}

/// Attention in a packed batch: each token attends to the ancestors of its segment, to earlier tokens of the segment, and
/// to itself.
package struct SegmentAttention: AttentionContext {
    package let segments: [AttentionSegment]

    package init(segments: [AttentionSegment]) { self.segments = segments }

    package func attend(query: Tensor, key: Tensor, value: Tensor, layer: Int) -> Tensor {
        Tensor.segmentAttention(query, key, value, segments: segments)
    }
}

/// The weights of a decoder that a fused kernel can compute in one call.
///
/// Its layers consist only of norm, attention, norm and gated feed-forward part.
package struct PlainDecoder {
    package struct Layer {
        package let attentionNorm: RMSNorm
        /// Fused query, key and value projection with a bias.
        package let queryKeyValue: Linear
        package let attentionOutput: Linear
        package let feedForwardNorm: RMSNorm
        package let feedForward: FeedForward
    }

    package let layers: [Layer]
    package let headCount: Int
    /// The norm after the last layer.
    package let norm: RMSNorm
}
