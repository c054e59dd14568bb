package import Torch

// Shapes: patch = a 14 x 14 square of pixels, in window order; token = a merged square of patches.

/// Embeds patches: a convolution whose stride is its kernel size, computed as a matrix product.
package final class PatchEmbedding {
    package let weight: Tensor  // [width, channel, frame, y, x]
    private let patchLength: Int

    init(_ vision: VisionConfiguration, storage: ParameterStorage) {
        let side = vision.patchSize
        weight = storage.empty([vision.width, vision.channelCount, vision.temporalPatchSize, side, side])
        patchLength = vision.patchLength
    }

    /// Embeds `pixels` [patch, channel · y · x].
    ///
    /// The frames of a still image are identical, so the weights are summed over the frames and the pixels are not
    /// repeated.
    package func callAsFunction(_ pixels: Tensor) -> Tensor {
        pixels.linear(weight.sum(dims: [2]).reshape([-1, patchLength]))  // [patch, width]
    }
}

package final class VisionAttention {
    package let queryKeyValue: Linear
    package let output: Linear
    private let headCount: Int
    private let headWidth: Int

    init(_ vision: VisionConfiguration, storage: ParameterStorage) {
        queryKeyValue = storage.linear(vision.width, 3 * vision.width, hasBias: true)
        output = storage.linear(vision.width, vision.width, hasBias: true)
        headCount = vision.headCount
        headWidth = vision.headWidth
    }

    func callAsFunction(_ input: Tensor, rotary: RotaryTable, segments: [AttentionSegment]) -> Tensor {
        let width = headCount * headWidth
        let projected = queryKeyValue(input).split([2 * width, width], dim: 1)
        let rotated = rotary(projected[0].reshape([-1, 2 * headCount, headWidth]))
            .split([headCount, headCount], dim: 1)  // 2 x [patch, head, headWidth]
        let value = projected[1].reshape([-1, headCount, headWidth])
        let mixed = Tensor.segmentAttention(
            rotated[0], rotated[1], value, segments: segments, isCausal: false)
        return output(mixed.reshape([-1, width]))  // [patch, width]
    }
}

package final class VisionBlock {
    package let attentionNorm: RMSNorm
    package let attention: VisionAttention
    package let feedForwardNorm: RMSNorm
    package let feedForward: FeedForward

    init(_ vision: VisionConfiguration, storage: ParameterStorage) {
        attentionNorm = storage.norm(vision.width, epsilon: VisionConfiguration.normEpsilon)
        attention = VisionAttention(vision, storage: storage)
        feedForwardNorm = storage.norm(vision.width, epsilon: VisionConfiguration.normEpsilon)
        feedForward = FeedForward(
            width: vision.width, innerWidth: vision.feedForwardWidth, hasBias: true, storage: storage)
    }

    /// Computes the block with attention within `segments`, which are windows or whole images.
    package func callAsFunction(
        _ input: Tensor, rotary: RotaryTable, segments: [AttentionSegment]
    ) -> Tensor {
        let hidden = input + attention(attentionNorm(input), rotary: rotary, segments: segments)
        return hidden + feedForward(feedForwardNorm(hidden))  // [patch, width]
    }
}

/// Merges squares of patches into tokens of the language model's width.
package final class PatchMerger {
    package let norm: RMSNorm
    package let hidden: Linear
    package let output: Linear
    private let joinedWidth: Int

    init(_ vision: VisionConfiguration, storage: ParameterStorage) {
        joinedWidth = vision.width * vision.mergeCount
        norm = storage.norm(vision.width, epsilon: VisionConfiguration.normEpsilon)
        hidden = storage.linear(joinedWidth, joinedWidth, hasBias: true)
        output = storage.linear(joinedWidth, vision.outputWidth, hasBias: true)
    }

    package func callAsFunction(_ input: Tensor) -> Tensor {
        output(hidden(norm(input).reshape([-1, joinedWidth])).gelu())  // [token, outputWidth]
    }
}

/// The vision encoder of Qwen2.5-VL: window attention in most blocks, full attention over the image in a few.
package final class VisionEncoder {
    package let configuration: VisionConfiguration
    package let patchEmbedding: PatchEmbedding
    package let blocks: [VisionBlock]
    package let merger: PatchMerger
    private let frequencies: RotaryFrequencies

    init(_ configuration: VisionConfiguration, storage: ParameterStorage) {
        self.configuration = configuration
        patchEmbedding = PatchEmbedding(configuration, storage: storage)
        blocks = (0..<configuration.layerCount).map { _ in VisionBlock(configuration, storage: storage) }
        merger = PatchMerger(configuration, storage: storage)
        frequencies = RotaryFrequencies(
            patchHeadWidth: configuration.headWidth, base: VisionConfiguration.rotaryBase,
            device: storage.device)
    }

    /// The tokens [token, outputWidth] of `pixels` [patch, channel · y · x], both in the window order of `layout`.
    package func callAsFunction(_ pixels: Tensor, layout: VisionLayout) -> Tensor {
        let rotary = rotary(of: layout)
        var hidden = patchEmbedding(pixels)  // [patch, width]
        for (index, block) in blocks.enumerated() {
            hidden = block(hidden, rotary: rotary, segments: segments(of: layout, block: index))
        }
        return merger(hidden)
    }

    package func rotary(of layout: VisionLayout) -> RotaryTable {
        frequencies.table([layout.rows, layout.columns], dtype: patchEmbedding.weight.dtype)
    }

    /// The attention segments of a block: windows or whole images.
    package func segments(of layout: VisionLayout, block: Int) -> [AttentionSegment] {
        configuration.fullAttentionBlocks.contains(block) ? layout.images : layout.windows
    }

    func parameters(_ prefix: String) -> [NamedTensor] {
        let embedding: NamedTensor = (name: "\(prefix).patchEmbedding.weight", tensor: patchEmbedding.weight)
        return [embedding]
            + blocks.enumerated().flatMap { $1.parameters("\(prefix).blocks.\($0)") }
            + merger.norm.parameters("\(prefix).merger.norm")
            + merger.hidden.parameters("\(prefix).merger.hidden")
            + merger.output.parameters("\(prefix).merger.output")
    }
}

extension VisionBlock {
    func parameters(_ prefix: String) -> [NamedTensor] {
        attentionNorm.parameters("\(prefix).attentionNorm")
            + attention.queryKeyValue.parameters("\(prefix).attention.queryKeyValue")
            + attention.output.parameters("\(prefix).attention.output")
            + feedForwardNorm.parameters("\(prefix).feedForwardNorm")
            + feedForward.parameters("\(prefix).feedForward")
    }
}
