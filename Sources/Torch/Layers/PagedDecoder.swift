import CTorch

/// What one layer of `pagedDecoder` reads: weights [out, in], and the pages [page, token, keyHead, width] of its cache.
package struct DecoderLayerTensors {
    let attentionNorm: Tensor
    let queryKeyValue: Linear
    let attentionOutput: Tensor
    let feedForwardNorm: Tensor
    let gateAndUp: Tensor
    let down: Tensor
    let keyPages: Tensor
    let valuePages: Tensor

    /// - Parameters:
    ///   - attentionNorm: before attention.
    ///   - queryKeyValue: one product with a bias, query, key and value one after the other.
    ///   - attentionOutput: without a bias, as are those that follow.
    ///   - feedForwardNorm: before the feed-forward part.
    ///   - gateAndUp: one product, gate first.
    ///   - down: back to the width of the model.
    ///   - keyPages: of this layer.
    ///   - valuePages: of this layer.
    package init(
        attentionNorm: RMSNorm, queryKeyValue: Linear, attentionOutput: Linear, feedForwardNorm: RMSNorm,
        gateAndUp: Linear, down: Linear, keyPages: Tensor, valuePages: Tensor
    ) {
        self.attentionNorm = attentionNorm.weight
        self.queryKeyValue = queryKeyValue
        self.attentionOutput = attentionOutput.weight
        self.feedForwardNorm = feedForwardNorm.weight
        self.gateAndUp = gateAndUp.weight
        self.down = down.weight
        self.keyPages = keyPages
        self.valuePages = valuePages
    }

    /// Valid as long as this value lives.
    fileprivate var handles: TorchDecoderLayer {
        func handle(_ tensor: Tensor) -> TorchTensor { tensor.withHandle { $0 } }
        guard let bias = queryKeyValue.bias else {
            preconditionFailure("the product of query, key and value has no bias")
        }
        return TorchDecoderLayer(
            attentionNorm: handle(attentionNorm), queryKeyValue: handle(queryKeyValue.weight),
            queryKeyValueBias: handle(bias), attentionOutput: handle(attentionOutput),
            feedForwardNorm: handle(feedForwardNorm), gateAndUp: handle(gateAndUp), down: handle(down),
            keyPages: handle(keyPages), valuePages: handle(valuePages))
    }
}

extension Tensor {
    /// All `layers` of a decoder and the norm after them, for the newest tokens of many sequences over a paged cache, in
    /// which their keys and values are stored on the way; in single precision in main memory, not differentiable.
    ///
    /// - Parameters:
    ///   - embedded: [token, width], the new tokens of all sequences in order
    ///   - layers: weights, and the pages of each
    ///   - headCount: of queries
    ///   - norm: [width], after the last layer
    ///   - epsilon: of all norms
    ///   - cosine: [token, head width]
    ///   - sine: as `cosine`
    ///   - slots: page · page size + offset of each new token, [token], `int64`
    ///   - sequences: which rows ask, and where their tokens are cached
    /// - Returns: [token, width]
    package static func pagedDecoder(
        _ embedded: Tensor, layers: [DecoderLayerTensors], headCount: Int, norm: Tensor, epsilon: Double,
        cosine: Tensor, sine: Tensor, slots: Tensor, _ sequences: PagedSequences
    ) -> Tensor {
        precondition(!layers.isEmpty, "a decoder without layers")
        let pageShape = layers[0].keyPages.shape
        let shape = TorchPagedDecoder(
            headCount: headCount, keyHeadCount: pageShape[2], headWidth: pageShape[3],
            innerWidth: layers[0].down.size(1), epsilon: epsilon)
        return withExtendedLifetime(layers) {
            let handles = layers.map(\.handles)
            return embedded.map("pagedDecoder", cosine, sine) { embedded, cosine, sine, result in
                norm.withHandle { norm in
                    slots.withHandle { slots in
                        torch_paged_decoder(
                            embedded, shape, handles, handles.count, norm, cosine, sine, slots,
                            sequences.pages,
                            sequences.pages.count, sequences.sequences, sequences.sequences.count, result)
                    }
                }
            }
        }
    }
}
