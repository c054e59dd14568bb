import CTorch

/// What one layer of `pagedDecoder` reads: weights [out, in], and the pages [page, token, keyHead, width] of its cache.
package struct DecoderLayerTensors {
    let attentionNorm: RMSNorm
    let queryKeyValue: Linear
    let attentionOutput: Linear
    let feedForwardNorm: RMSNorm
    let gateAndUp: Linear
    let down: Linear
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
        precondition(queryKeyValue.bias != nil, "the product of query, key and value has no bias")
        self.attentionNorm = attentionNorm
        self.queryKeyValue = queryKeyValue
        self.attentionOutput = attentionOutput
        self.feedForwardNorm = feedForwardNorm
        self.gateAndUp = gateAndUp
        self.down = down
        self.keyPages = keyPages
        self.valuePages = valuePages
    }

    private var products: [Linear] { [queryKeyValue, attentionOutput, gateAndUp, down] }

    /// Borrows the handles of all `layers`.
    fileprivate static func withHandles<Result>(
        _ layers: [DecoderLayerTensors], _ body: ([TorchDecoderLayer]) -> Result
    ) -> Result {
        withExtendedLifetime(layers) {
            // One buffer for the blocks of all products: pointers into it stay valid during `body`.
            let blocks = layers.flatMap { $0.products.flatMap { $0.blocks.map(\.handle) } }
            return blocks.withUnsafeBufferPointer { buffer in
                var next = buffer.baseAddress!
                func handle(_ tensor: Tensor) -> TorchTensor { tensor.withHandle { $0 } }
                func weights(_ linear: Linear) -> TorchWeights {
                    defer { next += linear.blocks.count }
                    return TorchWeights(blocks: next, count: linear.blocks.count)
                }
                return body(
                    layers.map { layer in
                        let products = layer.products.map(weights)
                        return TorchDecoderLayer(
                            attentionNorm: handle(layer.attentionNorm.weight), queryKeyValue: products[0],
                            queryKeyValueBias: Tensor.withHandle(layer.queryKeyValue.bias) { $0 },
                            attentionOutput: products[1],
                            feedForwardNorm: handle(layer.feedForwardNorm.weight), gateAndUp: products[2],
                            down: products[3], keyPages: handle(layer.keyPages),
                            valuePages: handle(layer.valuePages))
                    })
            }
        }
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
            innerWidth: layers[0].down.blocks[0].width, epsilon: epsilon)
        return DecoderLayerTensors.withHandles(layers) { handles in
            embedded.map("pagedDecoder", cosine, sine) { embedded, cosine, sine, result in
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
