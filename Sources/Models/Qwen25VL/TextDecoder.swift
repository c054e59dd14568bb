package import Torch

// Shapes: token = every packed token of the batch; headWidth = width / head.

/// Grouped-query attention.
package final class TextAttention {
    /// Fused query, key and value projection, [(head + 2 · keyHead) · headWidth, width].
    package let queryKeyValue: Linear
    package let output: Linear
    private let headCount: Int
    private let keyHeadCount: Int
    private let headWidth: Int

    init(_ text: TextConfiguration, storage: ParameterStorage) {
        let (headCount, keyHeadCount, headWidth) = (text.headCount, text.keyValueHeadCount, text.headWidth)
        self.headCount = headCount
        self.keyHeadCount = keyHeadCount
        self.headWidth = headWidth
        queryKeyValue = storage.linear(
            text.width, [headCount, keyHeadCount, keyHeadCount].map { $0 * headWidth }, hasBias: true)
        output = storage.linear(headCount * headWidth, text.width, hasBias: false)
    }

    func callAsFunction(
        _ input: Tensor, rotary: RotaryTable, context: any AttentionContext, layer: Int
    ) -> Tensor {
        let rotatedCount = headCount + keyHeadCount
        let projected = queryKeyValue(input).split(
            [rotatedCount * headWidth, keyHeadCount * headWidth], dim: 1)
        let rotated = rotary(projected[0].reshape([-1, rotatedCount, headWidth]))
            .split([headCount, keyHeadCount], dim: 1)  // [token, head or keyHead, headWidth]
        let value = projected[1].reshape([-1, keyHeadCount, headWidth])
        let mixed = context.attend(query: rotated[0], key: rotated[1], value: value, layer: layer)
        return output(mixed.reshape([-1, headCount * headWidth]))  // [token, width]
    }
}

package final class TextLayer {
    package let attentionNorm: RMSNorm
    package let attention: TextAttention
    package let feedForwardNorm: RMSNorm
    package let feedForward: FeedForward
    private let index: Int

    init(_ text: TextConfiguration, index: Int, storage: ParameterStorage) {
        self.index = index
        attentionNorm = storage.norm(text.width, epsilon: text.normEpsilon)
        attention = TextAttention(text, storage: storage)
        feedForwardNorm = storage.norm(text.width, epsilon: text.normEpsilon)
        feedForward = FeedForward(
            width: text.width, innerWidth: text.feedForwardWidth, hasBias: false, storage: storage)
    }

    package func callAsFunction(
        _ input: Tensor, rotary: RotaryTable, context: any AttentionContext
    ) -> Tensor {
        let hidden = input + attention(attentionNorm(input), rotary: rotary, context: context, layer: index)
        return hidden + feedForward(feedForwardNorm(hidden))  // [token, width]
    }
}

/// The language model without its head; it maps embedded tokens to normalised hidden states.
package final class TextDecoder {
    package let configuration: TextConfiguration
    package let embedding: Embedding
    package let layers: [TextLayer]
    package let norm: RMSNorm
    private let frequencies: RotaryFrequencies

    init(_ configuration: TextConfiguration, storage: ParameterStorage) {
        self.configuration = configuration
        embedding = storage.embedding(configuration.vocabularySize, configuration.width)
        layers = (0..<configuration.layerCount).map { TextLayer(configuration, index: $0, storage: storage) }
        norm = storage.norm(configuration.width, epsilon: configuration.normEpsilon)
        frequencies = RotaryFrequencies(
            headWidth: configuration.headWidth, base: configuration.rotaryBase,
            sections: configuration.rotarySections, device: storage.device)
    }

    /// The hidden states of `embedded` tokens [token, width] after the final norm, [token, width].
    ///
    /// - Parameters:
    ///   - embedded: the embedded tokens.
    ///   - positions: the rotary positions of the tokens.
    ///   - context: computes attention.
    ///   - afterLayer: called with the index and the output of each layer.
    package func callAsFunction(
        _ embedded: Tensor, positions: TokenPositions, context: any AttentionContext,
        afterLayer: LayerObserver? = nil
    ) -> Tensor {
        let rotary = rotary(at: positions)
        if afterLayer == nil, let hidden = context.hiddenStates(of: embedded, rotary: rotary, in: plain) {
            return hidden
        }
        var hidden = embedded
        for (index, layer) in layers.enumerated() {
            hidden = layer(hidden, rotary: rotary, context: context)  // [token, width]
            afterLayer?(index, hidden)
        }
        return norm(hidden)
    }

    private var plain: PlainDecoder {
        PlainDecoder(
            layers: layers.map {
                PlainDecoder.Layer(
                    attentionNorm: $0.attentionNorm, queryKeyValue: $0.attention.queryKeyValue,
                    attentionOutput: $0.attention.output, feedForwardNorm: $0.feedForwardNorm,
                    feedForward: $0.feedForward)
            }, headCount: configuration.headCount, norm: norm)
    }

    package func rotary(at positions: TokenPositions) -> RotaryTable {
        frequencies.table(
            [positions.temporal, positions.height, positions.width], dtype: embedding.dtype)
    }

    func parameters(_ prefix: String) -> [NamedTensor] {
        embedding.parameters("\(prefix).embedding")
            + layers.enumerated().flatMap { $1.parameters("\(prefix).layers.\($0)") }
            + norm.parameters("\(prefix).norm")
    }
}

extension TextLayer {
    func parameters(_ prefix: String) -> [NamedTensor] {
        attentionNorm.parameters("\(prefix).attentionNorm")
            + attention.queryKeyValue.parameters("\(prefix).attention.queryKeyValue")
            + attention.output.parameters("\(prefix).attention.output")
            + feedForwardNorm.parameters("\(prefix).feedForwardNorm")
            + feedForward.parameters("\(prefix).feedForward")
    }
}
