/// The shape of a Qwen2.5-VL model: what its `config.json` says, in either spelling, once validated.
package struct Qwen25VLConfiguration: ModelConfiguration, Hashable {
    package static let modelType = "qwen2_5_vl"

    package var text: TextConfiguration
    package var vision: VisionConfiguration
    package var tokens: SpecialTokens
    /// Whether the head that predicts tokens is the embedding matrix itself.
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
    /// How many of a head's rotary frequencies follow the temporal, height and width position
    /// (`mrope_section`); they add up to half the head width.
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

/// The vision encoder: windowed attention over patches, four of which merge into one token.
package struct VisionConfiguration: Hashable, Sendable {
    package var layerCount: Int
    package var width: Int
    package var feedForwardWidth: Int
    package var headCount: Int
    /// Width of the merged tokens; that of the language model.
    package var outputWidth: Int
    package var channelCount: Int
    /// Side of a patch in pixels.
    package var patchSize: Int
    /// Number of video frames in a patch; a still image fills all of them.
    package var temporalPatchSize: Int
    /// Side, in patches, of the square that becomes one token.
    package var mergeSize: Int
    /// Side of an attention window in pixels.
    package var windowSize: Int
    /// Blocks that attend to the whole image and not only to their window.
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

    /// Base of the two-dimensional rotary frequencies; the architecture fixes it.
    package static let rotaryBase = 10_000.0
    /// Added to the mean square in norms; the architecture fixes it.
    package static let normEpsilon = 1e-6

    package var headWidth: Int { width / headCount }
    /// Number of values of one patch in one frame.
    package var patchLength: Int { channelCount * patchSize * patchSize }
    /// Number of patches that become one token.
    package var mergeCount: Int { mergeSize * mergeSize }
    /// Side of an attention window in merged tokens.
    package var windowSide: Int { windowSize / patchSize / mergeSize }
}

/// Token ids with a meaning to the model itself.
package struct SpecialTokens: Hashable, Sendable {
    /// Stands where an image's tokens go, once for each.
    package var image: Int32
    package var video: Int32
    package var visionStart: Int32
    package var visionEnd: Int32
    /// `bos_token_id`, which Qwen writes into the file but never into a sequence.
    package var beginning: Int32?
    /// Tokens that end a generation.
    package var ends: [Int32]

    package init(
        image: Int32, video: Int32, visionStart: Int32, visionEnd: Int32, beginning: Int32?, ends: [Int32]
    ) {
        self.image = image
        self.video = video
        self.visionStart = visionStart
        self.visionEnd = visionEnd
        self.beginning = beginning
        self.ends = ends
    }

    /// The ids of the released Qwen2.5-VL models.
    package static let qwen = SpecialTokens(
        image: 151655, video: 151656, visionStart: 151652, visionEnd: 151653, beginning: 151643,
        ends: [151645])
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
                // Residual, normed input, gate and up, their product; or the same with query, key and value.
                3 * text.width + 3 * text.feedForwardWidth,
                3 * text.width + 3 * (text.headCount + 2 * text.keyValueHeadCount) * text.headWidth),
            valuesPerPatch: vision.patchLength * 3
                + max(3 * vision.width + 3 * vision.feedForwardWidth, 8 * vision.width))
    }

    package var generation: GenerationConfiguration {
        GenerationConfiguration(ends: tokens.ends, beginning: tokens.beginning)
    }

    package func makeModel(storage: ParameterStorage) -> Qwen25VL { Qwen25VL(unset: self, storage: storage) }
}

// MARK: Validation

extension Qwen25VLConfiguration {
    /// What makes this shape impossible, or nil.
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
            return "hidden_size \(width) is no multiple of num_attention_heads \(headCount)"
        }
        if !headCount.isMultiple(of: keyValueHeadCount) {
            return
                "num_attention_heads \(headCount) is no multiple of num_key_value_heads \(keyValueHeadCount)"
        }
        if rotarySections.count != 3 || rotarySections.contains(where: { $0 < 0 })
            || rotarySections.reduce(0, +) * 2 != headWidth
        {
            return
                "mrope_section is \(rotarySections); it must be three numbers that add up to half the head "
                + "width of \(headWidth)"
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
                "vision_config.hidden_size \(width) over num_heads \(headCount) is no multiple of 4, which "
                + "two-dimensional rotary positions need"
        }
        if windowSize < patchSize * mergeSize {
            return
                "vision_config.window_size \(windowSize) is smaller than a token of \(patchSize * mergeSize)"
        }
        if let block = fullAttentionBlocks.first(where: { !(0..<layerCount).contains($0) }) {
            return "vision_config.fullatt_block_indexes names block \(block) of \(layerCount)"
        }
        return nil
    }
}
