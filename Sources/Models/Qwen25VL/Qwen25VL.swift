package import CounterRandom
package import Torch

/// Qwen2.5-VL (Bai et al., 2025): a vision encoder whose tokens stand among those of a language model.
///
/// It computes packed batches: no padding, shared prefixes once, attention by `AttentionContext`.
package final class Qwen25VL {
    package let configuration: ModelConfiguration
    package let vision: VisionEncoder
    package let text: TextDecoder
    /// The head's own weights [word, width], unless they are those of the embedding.
    package let untiedHead: Linear?

    /// A model whose parameters are not set.
    init(unset configuration: ModelConfiguration, storage: ParameterStorage) {
        self.configuration = configuration
        vision = VisionEncoder(configuration.vision, storage: storage)
        text = TextDecoder(configuration.text, storage: storage)
        untiedHead =
            configuration.tiesEmbeddings
            ? nil
            : storage.linear(configuration.text.width, configuration.text.vocabularySize, hasBias: false)
    }

    package var device: Device { text.embedding.weight.device }
    package var dtype: DType { text.embedding.weight.dtype }

    /// The matrix that turns hidden states into logits, [word, width].
    package var head: Tensor { untiedHead?.weight ?? text.embedding.weight }

    /// Every parameter once, in the order of the forward pass, under names that stay the same.
    package var parameters: [NamedTensor] {
        vision.parameters("vision") + text.parameters("text") + (untiedHead?.parameters("head") ?? [])
    }
}

extension Qwen25VL {
    /// Another model over the same weights, whose parameters have gradients of their own: for a second thread. What
    /// changes the weights of one in place changes those of the other.
    package func sharingWeights() -> Qwen25VL {
        let storage = ParameterStorage(dtype: dtype, device: device)
        let twin = Qwen25VL(unset: configuration, storage: storage)
        for (own, shared) in zip(twin.parameters, parameters) { own.tensor.share_(shared.tensor) }
        return twin
    }
}

// MARK: Forward

extension Qwen25VL {
    /// The hidden states of all tokens of `batch`, ready for the head, [token, width].
    ///
    /// The tokens look at what `context` has; at their own segments if it is nil.
    ///
    /// - Parameters:
    ///   - batch: the tokens.
    ///   - embedded: its tokens as vectors, if they are at hand.
    ///   - context: what the tokens look at.
    ///   - afterLayer: shown what each decoder layer made.
    package func hiddenStates(
        of batch: PackedBatch, embedded: Tensor? = nil, context: (any AttentionContext)? = nil,
        afterLayer: LayerObserver? = nil
    ) -> Tensor {
        text(
            embedded ?? self.embedded(batch), positions: batch.positions,
            context: context ?? SegmentAttention(segments: batch.segments), afterLayer: afterLayer)
    }

    /// The tokens of `batch` as vectors [token, width], with the features of images in the places of their
    /// placeholders.
    package func embedded(_ batch: PackedBatch) -> Tensor {
        let words = text.embedding(Tensor(batch.tokens, device: device))  // [token, width]
        if batch.images.isEmpty { return words }
        let layout = VisionLayout(grids: batch.images.map(\.grid), configuration: configuration.vision)
        let features = vision(pixels(of: batch.images, layout: layout), layout: layout)
        let slots = layout.order.map { batch.imageSlots[$0] }
        return words.indexCopy(0, Tensor(slots, device: device), features)
    }

    /// The pixels of `images` in the order in which the vision encoder takes them, [patch, channel · y · x].
    package func pixels(of images: [ImagePatches], layout: VisionLayout) -> Tensor {
        let squareLength = configuration.vision.mergeCount * configuration.vision.patchLength
        let values = layout.arranged(images.map(\.values), squareLength: squareLength)
        return Tensor(values, shape: [layout.patchCount, configuration.vision.patchLength]).to(device).to(
            dtype)
    }

    /// Logits of the next token after each of the given hidden states, [row, word].
    package func logits(_ hidden: Tensor) -> Tensor { hidden.linear(head) }

    /// How probable the model thought each target was, and how undecided it was, in nats.
    ///
    /// Logits are computed in chunks, and again on the way back: [row, word] never exists whole.
    ///
    /// - Parameters:
    ///   - targets: the tokens that followed, [row]
    ///   - rows: for each target, the token that predicts it (`PackedBatch.predictor`), [row]
    ///   - hidden: [token, width]
    ///   - temperature: what logits are divided by
    ///   - bias: [word], added to the logits; -∞ excludes a word
    /// - Returns: two tensors [row]
    package func logProbabilities(
        of targets: [Int32], at rows: [Int], in hidden: Tensor, temperature: Double = 1, bias: Tensor? = nil
    ) -> (logProbabilities: Tensor, entropies: Tensor) {
        precondition(targets.count == rows.count, "\(targets.count) targets at \(rows.count) rows")
        return Tensor.tokenLogProbabilities(
            hidden: hidden.indexSelect(0, Tensor(rows, device: device)), weight: head, bias: bias,
            targets: Tensor(targets.map(Int64.init), device: device), temperature: temperature)
    }
}

// MARK: Initialization

extension Qwen25VL {
    /// A fresh model: weights drawn from a normal distribution of `initializerRange`, biases zero, norms one, as
    /// transformers initializes this architecture.
    package convenience init(
        _ configuration: ModelConfiguration, random: CounterRandom, dtype: DType = .float32,
        device: Device = .cpu
    ) {
        self.init(unset: configuration, storage: ParameterStorage(dtype: dtype, device: device))
        // The stream of a weight depends on its place in the checkpoint only, not on what is stored together.
        for (index, weight) in checkpointWeights(.hub).enumerated() {
            var stream = random.child(UInt64(index))
            weight.initialize(
                standardDeviation: weight.part == .vision
                    ? configuration.vision.initializerRange : configuration.text.initializerRange,
                using: &stream)
        }
    }
}

extension CheckpointWeight {
    fileprivate func initialize(standardDeviation: Double, using random: inout CounterRandom) {
        withoutGradient {
            let target = value
            switch role {
            case .norm: target.fill_(1)
            case .bias: target.zero_()
            case .matrix:
                target.copy_(.normal(target.shape, standardDeviation: standardDeviation, using: &random))
            }
        }
    }
}
