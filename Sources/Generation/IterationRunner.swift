import Models
import Torch

/// Computes iterations with the model, its key-value cache and the sampler.
///
/// Its only input is the `Iteration`; it does not depend on the schedule.
final class IterationRunner {
    let model: any VisionLanguageModel
    private let cache: KeyValueCache
    private let sampler: Sampler

    init(model: any VisionLanguageModel, rules: TokenRules, pageSize: Int) {
        let shape = model.shape
        self.model = model
        cache = KeyValueCache(
            layerCount: shape.layerCount, headCount: shape.keyValueHeadCount, headWidth: shape.headWidth,
            pageSize: pageSize, dtype: model.activationType, device: model.device)
        sampler = Sampler(rules: rules, device: model.device)
    }

    /// Runs the model over the tokens of an iteration and stores their keys and values.
    ///
    /// - Returns: [row, vocabulary] for ``Iteration/sampledRows``; nil if there are none.
    func logits(of iteration: Iteration) -> Tensor? {
        cache.reserve(iteration.pageCount, limit: iteration.pageLimit)
        cache.copy(iteration.copies)
        let attention = PagedAttention(
            cache: cache, attended: iteration.attended, slots: Tensor(iteration.slots, device: model.device))
        // [token, width]
        let hidden = model.hiddenStates(of: iteration.batch, context: attention, afterLayer: nil)
        let rows = iteration.sampledRows
        if rows.isEmpty { return nil }
        if rows.count == iteration.slots.count { return model.logits(hidden) }
        return model.logits(hidden.indexSelect(0, Tensor(rows, device: model.device)))
    }

    /// Draws a token from each row of `logits` [row, vocabulary].
    func sample(_ logits: Tensor, _ draws: [Draw]) -> [SampledToken] { sampler.sample(logits, draws) }
}

/// Attention over the pages of the cache, after the new keys and values have been stored.
private struct PagedAttention: AttentionContext {
    let cache: KeyValueCache
    let attended: PagedSequences
    /// [token]
    let slots: Tensor

    func attend(query: Tensor, key: Tensor, value: Tensor, layer: Int) -> Tensor {
        cache.store(layer: layer, keys: key, values: value, slots: slots)
        let pages = cache.layers[layer]
        return .pagedAttention(query, keyPages: pages.keys, valuePages: pages.values, attended)
    }

    /// All layers in one fused call; nil unless they are float32 on the CPU.
    func hiddenStates(of embedded: Tensor, rotary: RotaryTable, in decoder: PlainDecoder) -> Tensor? {
        guard embedded.device == .cpu, embedded.dtype == .float32 else { return nil }
        let layers = zip(decoder.layers, cache.layers).map { layer, pages in
            DecoderLayerTensors(
                attentionNorm: layer.attentionNorm, queryKeyValue: layer.queryKeyValue,
                attentionOutput: layer.attentionOutput, feedForwardNorm: layer.feedForwardNorm,
                gateAndUp: layer.feedForward.gateAndUp, down: layer.feedForward.down, keyPages: pages.keys,
                valuePages: pages.values)
        }
        return .pagedDecoder(
            embedded, layers: layers, headCount: decoder.headCount, norm: decoder.norm.weight,
            epsilon: decoder.norm.epsilon, cosine: rotary.cosine, sine: rotary.sine, slots: slots, attended)
    }
}
