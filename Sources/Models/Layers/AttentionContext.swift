package import Torch

/// What the new tokens of a forward pass may look at: the one thing in which training and generation differ.
///
/// Training has all tokens at hand (`SegmentAttention`); generation keeps the keys and values of earlier tokens
/// in a cache, to which `attend` adds those of the new ones before it looks.
package protocol AttentionContext {
    /// Attends with the new tokens of one layer.
    ///
    /// - Parameters:
    ///   - query: [token, head, width], turned by its position
    ///   - key: [token, keyHead, width], turned by its position
    ///   - value: [token, keyHead, width]
    ///   - layer: index of the decoder layer
    /// - Returns: [token, head, width]
    func attend(query: Tensor, key: Tensor, value: Tensor, layer: Int) -> Tensor

    /// What `decoder` makes of `embedded` tokens [token, width], ready for the head; nil if this context has no quicker
    /// way than one layer after the other.
    func hiddenStates(of embedded: Tensor, rotary: RotaryTable, in decoder: PlainDecoder) -> Tensor?
}

extension AttentionContext {
    package func hiddenStates(of embedded: Tensor, rotary: RotaryTable, in decoder: PlainDecoder) -> Tensor? {
        nil
    }
}

/// Packed tokens that see their ancestors and what came before them in their own segment.
package struct SegmentAttention: AttentionContext {
    package let segments: [AttentionSegment]

    package init(segments: [AttentionSegment]) { self.segments = segments }

    package func attend(query: Tensor, key: Tensor, value: Tensor, layer: Int) -> Tensor {
        Tensor.segmentAttention(query, key, value, segments: segments)
    }
}

/// The weights of a decoder whose layers are norm, attention, norm and a gated feed-forward part and nothing else, which
/// a fused kernel computes in one call.
package struct PlainDecoder {
    package struct Layer {
        package let attentionNorm: RMSNorm
        /// Query, key and value in one product with a bias.
        package let queryKeyValue: Linear
        package let attentionOutput: Linear
        package let feedForwardNorm: RMSNorm
        package let feedForward: FeedForward
    }

    package let layers: [Layer]
    package let headCount: Int
    /// After the last layer.
    package let norm: RMSNorm
}
