/// The validated `config.json` of a Qwen2.5-VL model.
package struct Qwen25VLConfiguration: ModelConfiguration, Hashable {
    package static let modelType = "qwen2_5_vl"

    package var text: TextConfiguration
    package var vision: VisionConfiguration
    package var tokens: SpecialTokens
    /// Whether the output head is the embedding matrix (tied embeddings).
    package var tiesEmbeddings: Bool

    package init(
        text: TextConfiguration, vision: VisionConfiguration, tokens: SpecialTokens = .qwen,
        tiesEmbeddings: Bool
    ) {
        self.text = text
        self.vision = vision
        self.tokens = tokens
        self.tiesEmbeddings = tiesEmbeddings
    }
}

/// The language model: a decoder with grouped-query attention and multimodal rotary positions.
package struct TextConfiguration: Hashable, Sendable {
    package var vocabularySize: Int
    /// Width of the hidden states.
    package var width: Int
    /// Width inside the gated feed-forward part.
    package var feedForwardWidth: Int
    package var layerCount: Int
    package var headCount: Int
    package var keyValueHeadCount: Int
    package var maximumPositionCount: Int
    package var normEpsilon: Double
    /// Base of the rotary frequencies (`rope_theta`).
    package var rotaryBase: Double
    /// Number of a head's rotary frequencies for the temporal, height and width axis (`mrope_section`); the sum is half
    /// the head width.
    package var rotarySections: [Int]
    /// Standard deviation of freshly drawn weights.
    package var initializerRange: Double

    package init(
        vocabularySize: Int, width: Int, feedForwardWidth: Int, layerCount: Int, headCount: Int,
        keyValueHeadCount: Int, maximumPositionCount: Int = 32768, normEpsilon: Double = 1e-6,
        rotaryBase: Double = 1_000_000, rotarySections: [Int], initializerRange: Double = 0.02
    ) {
        self.vocabularySize = vocabularySize
        self.width = width
        self.feedForwardWidth = feedForwardWidth
        self.layerCount = layerCount
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount
        self.maximumPositionCount = maximumPositionCount
        self.normEpsilon = normEpsilon
        self.rotaryBase = rotaryBase
        self.rotarySections = rotarySections
        self.initializerRange = initializerRange
    }

    package var headWidth: Int { width / headCount }
}

/// The vision encoder: window attention over patches, which merge into tokens in squares.
package struct VisionConfiguration: Hashable, Sendable {
    package var layerCount: Int
    package var width: Int
    package var feedForwardWidth: Int
    package var headCount: Int
    /// Width of the merged tokens, equal to the width of the language model.
    package var outputWidth: Int
    package var channelCount: Int
    /// Side of a patch in pixels.
    package var patchSize: Int
    /// Number of video frames in a patch; a still image fills all of them.
    package var temporalPatchSize: Int
    /// Side, in patches, of the square that merges into one token.
    package var mergeSize: Int
    /// Side of an attention window in pixels.
    package var windowSize: Int
    /// Indices of the blocks with full attention over the image instead of window attention.
    package var fullAttentionBlocks: [Int]
    package var tokensPerSecond: Int
    /// Standard deviation of freshly drawn weights.
    package var initializerRange: Double

    package init(
        layerCount: Int, width: Int, feedForwardWidth: Int, headCount: Int, outputWidth: Int,
        channelCount: Int = 3, patchSize: Int = 14, temporalPatchSize: Int = 2, mergeSize: Int = 2,
        windowSize: Int = 112, fullAttentionBlocks: [Int], tokensPerSecond: Int = 2,
        initializerRange: Double = 0.02
    ) {
        self.layerCount = layerCount
        self.width = width
        self.feedForwardWidth = feedForwardWidth
        self.headCount = headCount
        self.outputWidth = outputWidth
        self.channelCount = channelCount
        self.patchSize = patchSize
        self.temporalPatchSize = temporalPatchSize
        self.mergeSize = mergeSize
        self.windowSize = windowSize
        self.fullAttentionBlocks = fullAttentionBlocks
        self.tokensPerSecond = tokensPerSecond
        self.initializerRange = initializerRange
    }

    /// Base of the two-dimensional rotary frequencies, fixed by the architecture.
    package static let rotaryBase = 10_000.0
    /// Epsilon of norms, fixed by the architecture.
    package static let normEpsilon = 1e-6

    package var headWidth: Int { width / headCount }
    /// Number of values of one patch in one frame.
    package var patchLength: Int { channelCount * patchSize * patchSize }
    /// Number of patches that merge into one token.
    package var mergeCount: Int { mergeSize * mergeSize }
    /// Side of an attention window in merged tokens.
    package var windowSide: Int { windowSize / patchSize / mergeSize }
}

/// Ids of the special tokens in the configuration.
package struct SpecialTokens: Hashable, Sendable {
    /// The image placeholder, once for each token of an image.
    package var image: Int32
    package var video: Int32
    package var visionStart: Int32
    package var visionEnd: Int32
    /// `bos_token_id`; Qwen models have it in the file, but do not use it in sequences.
    package var bosToken: Int32?
    /// Tokens that end a generation (`eos_token_id`).
    package var eosTokens: [Int32]

    package init(
        image: Int32, video: Int32, visionStart: Int32, visionEnd: Int32, bosToken: Int32?, eosTokens: [Int32]
    ) {
        self.image = image
        self.video = video
        self.visionStart = visionStart
        self.visionEnd = visionEnd
        self.bosToken = bosToken
        self.eosTokens = eosTokens
    }

    /// The ids of the released Qwen2.5-VL models.
    package static let qwen = SpecialTokens(
        image: 151655, video: 151656, visionStart: 151652, visionEnd: 151653, bosToken: 151643,
        eosTokens: [151645])
}

extension Qwen25VLConfiguration {
    package var shape: ModelShape {
        ModelShape(
            vocabularySize: text.vocabularySize, width: text.width, layerCount: text.layerCount,
            keyValueHeadCount: text.keyValueHeadCount, headWidth: text.headWidth,
            maximumPositionCount: text.maximumPositionCount, tiesEmbeddings: tiesEmbeddings,
            imageToken: tokens.image, patchSize: vision.patchSize,
            temporalPatchSize: vision.temporalPatchSize, mergeSize: vision.mergeSize,
            valuesPerToken: max(
                // Residual, normed input, and gate, up and their product; or query, key and value instead of those.
                3 * text.width + 3 * text.feedForwardWidth,
                3 * text.width + 3 * (text.headCount + 2 * text.keyValueHeadCount) * text.headWidth),
            valuesPerPatch: vision.patchLength * 3
                + max(3 * vision.width + 3 * vision.feedForwardWidth, 8 * vision.width))
    }

    package var generation: GenerationConfiguration {
        GenerationConfiguration(eosTokens: tokens.eosTokens, bosToken: tokens.bosToken)
    }

    package func makeModel(storage: ParameterStorage) -> Qwen25VL { Qwen25VL(unset: self, storage: storage) }
}

// MARK: Validation

extension Qwen25VLConfiguration {
    /// The first inconsistency of the configuration, or nil.
    package var inconsistency: String? {
        text.inconsistency ?? vision.inconsistency
            ?? (vision.outputWidth == text.width
                ? nil
                : "vision_config.out_hidden_size is \(vision.outputWidth) but hidden_size is \(text.width)")
            ?? outsideVocabulary
    }

    private var outsideVocabulary: String? {
        let named = [("image_token_id", tokens.image), ("vision_start_token_id", tokens.visionStart)]
        guard let (name, id) = named.first(where: { !(0..<text.vocabularySize).contains(Int($0.1)) }) else {
            return nil
        }
        return "\(name) is \(id), outside the vocabulary of \(text.vocabularySize)"
    }
}

extension TextConfiguration {
    fileprivate var inconsistency: String? {
        let sizes = [
            ("vocab_size", vocabularySize), ("hidden_size", width), ("intermediate_size", feedForwardWidth),
            ("num_hidden_layers", layerCount), ("num_attention_heads", headCount),
            ("num_key_value_heads", keyValueHeadCount),
        ]
        if let (name, size) = sizes.first(where: { $0.1 < 1 }) { return "\(name) is \(size)" }
        if !width.isMultiple(of: headCount) {
            return "hidden_size \(width) is not a multiple of num_attention_heads \(headCount)"
        }
        if !headCount.isMultiple(of: keyValueHeadCount) {
            return
                "num_attention_heads \(headCount) is not a multiple of num_key_value_heads \(keyValueHeadCount)"
        }
        if rotarySections.count != 3 || rotarySections.contains(where: { $0 < 0 })
            || rotarySections.reduce(0, +) * 2 != headWidth
        {
            return
                "mrope_section is \(rotarySections); it must be three numbers whose sum is half the head width "
                + "\(headWidth)"
        }
        return nil
    }
}

extension VisionConfiguration {
    fileprivate var inconsistency: String? {
        let sizes = [
            ("depth", layerCount), ("hidden_size", width), ("intermediate_size", feedForwardWidth),
            ("num_heads", headCount), ("patch_size", patchSize), ("temporal_patch_size", temporalPatchSize),
            ("spatial_merge_size", mergeSize),
        ]
        if let (name, size) = sizes.first(where: { $0.1 < 1 }) { return "vision_config.\(name) is \(size)" }
        if channelCount != 3 { return "vision_config.in_channels is \(channelCount); images have 3" }
        if !width.isMultiple(of: headCount) || !headWidth.isMultiple(of: 4) {
            return
                "vision_config.hidden_size \(width) / num_heads \(headCount) is not a multiple of 4, which "
                + "two-dimensional rotary positions require"
        }
        if windowSize < patchSize * mergeSize {
            return
                "vision_config.window_size \(windowSize) is smaller than a token (\(patchSize * mergeSize) pixels)"
        }
        if let block = fullAttentionBlocks.first(where: { !(0..<layerCount).contains($0) }) {
            return "vision_config.fullatt_block_indexes contains \(block), but there are \(layerCount) blocks"
        }
        return nil
    }
}
