package import CounterRandom
package import Torch

/// Qwen2.5-VL (Bai et al., 2025): a vision encoder whose output replaces image placeholders in the input of a language
/// model.
///
/// It computes packed batches without padding. Shared prefixes are computed once, and attention is computed by an
/// `AttentionContext`.
package final class Qwen25VL: VisionLanguageModel {
    package let configuration: Qwen25VLConfiguration
    package let storage: ParameterStorage
    package let vision: VisionEncoder
    package let text: TextDecoder
    /// The output head [vocabulary, width]; nil if it is tied to the embedding.
    package let untiedHead: Linear?

    /// A model with uninitialized parameters.
    init(unset configuration: Qwen25VLConfiguration, storage: ParameterStorage) {
        self.configuration = configuration
        self.storage = storage
        vision = VisionEncoder(configuration.vision, storage: storage)
        text = TextDecoder(configuration.text, storage: storage)
        untiedHead =
            configuration.tiesEmbeddings
            ? nil
            : storage.linear(configuration.text.width, configuration.text.vocabularySize, hasBias: false)
    }

    package var head: Weight { untiedHead?.blocks[0] ?? text.embedding.table }

    package var parameters: [NamedTensor] {
        vision.parameters("vision") + text.parameters("text") + (untiedHead?.parameters("head") ?? [])
    }
}

extension Qwen25VL {
    package func sharingWeights() -> Qwen25VL {
        let twin = Qwen25VL(unset: configuration, storage: storage)
        twin.addLowRank(like: self)
        for (own, shared) in zip(twin.parameters, parameters) { own.tensor.share_(shared.tensor) }
        return twin
    }
}

// MARK: Forward

extension Qwen25VL {
    package func hiddenStates(
        of batch: PackedBatch, context: any AttentionContext, afterLayer: LayerObserver?
    ) -> Tensor {
        hiddenStates(of: batch, embedded: embedded(batch), context: context, afterLayer: afterLayer)
    }

    /// The hidden states of tokens that ``embedded(_:)`` has embedded, [token, width].
    package func hiddenStates(
        of batch: PackedBatch, embedded: Tensor, context: any AttentionContext, afterLayer: LayerObserver?
    ) -> Tensor {
        text(embedded, positions: batch.positions, context: context, afterLayer: afterLayer)
    }

    /// The embedded tokens of `batch` [token, width]; image features replace the placeholders.
    package func embedded(_ batch: PackedBatch) -> Tensor {
        let embedded = text.embedding(Tensor(batch.tokens, device: device))  // [token, width]
        if batch.images.isEmpty { return embedded }
        let layout = VisionLayout(grids: batch.images.map(\.grid), configuration: configuration.vision)
        let features = vision(pixels(of: batch.images, layout: layout), layout: layout)
        let slots = layout.order.map { batch.imageSlots[$0] }
        return embedded.indexCopy(0, Tensor(slots, device: device), features)
    }

    /// The pixels of `images` in the window order of the vision encoder, [patch, channel · y · x].
    package func pixels(of images: [ImagePatches], layout: VisionLayout) -> Tensor {
        let squareLength = configuration.vision.mergeCount * configuration.vision.patchLength
        let values = layout.arranged(images.map(\.values), squareLength: squareLength)
        return Tensor(values, shape: [layout.patchCount, configuration.vision.patchLength]).to(device).to(
            storage.activationType)
    }
}

// MARK: Initialization

extension Qwen25VL {
    /// A randomly initialized model.
    ///
    /// As in transformers, weights are normally distributed with the standard deviation `initializerRange`, biases are
    /// 0, and norms are 1.
    package convenience init(
        _ configuration: Qwen25VLConfiguration, random: CounterRandom, precision: Precision = .fp32,
        device: Device = .cpu
    ) {
        self.init(
            unset: configuration, storage: ParameterStorage(precision: precision, device: device))
        // The random stream of a weight depends on its index in the checkpoint only, not on which weights are fused.
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
            switch role {
            case .norm: value.fill_(1)
            case .bias: value.zero_()
            case .matrix:
                set(.normal(value.shape, standardDeviation: standardDeviation, using: &random))
            }
        }
    }
}
