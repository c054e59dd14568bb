package import Foundation

extension Qwen25VLConfiguration {
    /// Reads the `config.json` of `directory`, in the flat layout of the Hub or in the nested layout of transformers 5.
    ///
    /// - Throws: `ModelFileError` for unsupported options (scaled rotary positions, sliding windows, other activations)
    ///   and for invalid shapes.
    package init(directory: URL) throws {
        let url = directory.appendingPathComponent(ModelFileName.configuration)
        func problem(_ text: String) -> ModelFileError {
            ModelFileError(path: url.path, problem: text)
        }

        let file = try HubFile.read(ModelFile.self, at: url)
        if let option = file.unsupportedOption { throw problem(option) }
        self.init(file)
        if let inconsistency { throw problem(inconsistency) }
    }

    /// The contents of `config.json` in the flat layout, which every version of transformers and vLLM reads.
    ///
    /// - Parameter dtype: the stored type of the weights, such as "float32".
    package func fileContents(dtype: String) throws -> Data {
        try HubFile.data(of: ModelFile(self, dtype: dtype))
    }
}

// MARK: Wire format

/// `config.json`; the fields of `text` are in `text_config` or at the top level.
private struct ModelFile: Codable {
    var text: TextFile
    var vision: VisionFile
    var image: Int32?
    var video: Int32?
    var visionStart: Int32?
    var visionEnd: Int32?
    var tied: Bool?
    var dtype: String?

    enum CodingKeys: String, CodingKey {
        case architectures
        case modelType
        case text = "textConfig"
        case vision = "visionConfig"
        case image = "imageTokenId"
        case video = "videoTokenId"
        case visionStart = "visionStartTokenId"
        case visionEnd = "visionEndTokenId"
        case tied = "tieWordEmbeddings"
        case dtype = "torchDtype"
        case bosToken = "bosTokenId"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        text = try container.decodeIfPresent(TextFile.self, forKey: .text) ?? TextFile(from: decoder)
        vision = try container.decode(VisionFile.self, forKey: .vision)
        image = try container.decodeIfPresent(Int32.self, forKey: .image)
        video = try container.decodeIfPresent(Int32.self, forKey: .video)
        visionStart = try container.decodeIfPresent(Int32.self, forKey: .visionStart)
        visionEnd = try container.decodeIfPresent(Int32.self, forKey: .visionEnd)
        tied = try container.decodeIfPresent(Bool.self, forKey: .tied)
        dtype = try container.decodeIfPresent(String.self, forKey: .dtype)
    }

    func encode(to encoder: any Encoder) throws {
        try text.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(["Qwen2_5_VLForConditionalGeneration"], forKey: .architectures)
        try container.encode(Qwen25VLConfiguration.modelType, forKey: .modelType)
        try container.encode(vision, forKey: .vision)
        try container.encode(image, forKey: .image)
        try container.encode(video, forKey: .video)
        try container.encode(visionStart, forKey: .visionStart)
        try container.encode(visionEnd, forKey: .visionEnd)
        try container.encode(tied, forKey: .tied)
        try container.encode(dtype, forKey: .dtype)
        // Without the key, transformers uses a token of the released models; null means that there is none.
        try container.encode(text.bosTokenId, forKey: .bosToken)
    }
}

private struct TextFile: Codable {
    var vocabSize: Int
    var hiddenSize: Int
    var intermediateSize: Int
    var numHiddenLayers: Int
    var numAttentionHeads: Int
    var numKeyValueHeads: Int?
    var headDim: Int?
    var hiddenAct: String?
    var maxPositionEmbeddings: Int?
    var rmsNormEps: Double?
    var ropeTheta: Double?
    var ropeScaling: RotaryFile?
    var ropeParameters: RotaryFile?
    var useSlidingWindow: Bool?
    var initializerRange: Double?
    var attentionDropout: Double?
    var useCache: Bool?
    var bosTokenId: Int32?
    var eosTokenId: OneOrMany<Int32>?
    var tieWordEmbeddings: Bool?
}

private struct RotaryFile: Codable {
    var type: String?
    var ropeType: String?
    var ropeTheta: Double?
    var mropeSection: [Int]?
}

private struct VisionFile: Codable {
    var modelType: String?
    var depth: Int?
    var hiddenSize: Int
    var intermediateSize: Int?
    var numHeads: Int?
    var outHiddenSize: Int?
    var hiddenAct: String?
    var inChannels: Int?
    var inChans: Int?
    var patchSize: Int?
    var temporalPatchSize: Int?
    var spatialMergeSize: Int?
    var windowSize: Int?
    var fullattBlockIndexes: [Int]?
    var tokensPerSecond: Int?
    var initializerRange: Double?
    var ropeParameters: RotaryFile?
}

extension ModelFile {
    /// The problem with the first unsupported option, or nil.
    fileprivate var unsupportedOption: String? {
        for (name, activation) in [
            ("hidden_act", text.hiddenAct), ("vision_config.hidden_act", vision.hiddenAct),
        ] {
            if let activation, activation != "silu" {
                return "\(name) is \"\(activation)\"; only silu is supported"
            }
        }
        let rotary = text.ropeScaling ?? text.ropeParameters
        if let type = rotary?.ropeType ?? rotary?.type, !["default", "mrope"].contains(type) {
            return "rotary positions of type \"\(type)\" are not supported; only default and mrope are"
        }
        if rotary?.mropeSection == nil { return "rope_scaling (or rope_parameters) has no mrope_section" }
        if let type = vision.ropeParameters?.ropeType, type != "axial" {
            return "vision_config.rope_parameters of type \"\(type)\" are not supported; only axial are"
        }
        if let base = vision.ropeParameters?.ropeTheta, base != VisionConfiguration.rotaryBase {
            return "vision_config.rope_parameters.rope_theta is \(base); it must be 10000"
        }
        if text.useSlidingWindow == true {
            return "use_sliding_window is true; sliding-window attention is not supported"
        }
        if let width = text.headDim, width * text.numAttentionHeads != text.hiddenSize {
            return "head_dim \(width) times num_attention_heads \(text.numAttentionHeads) is not "
                + "hidden_size \(text.hiddenSize)"
        }
        return nil
    }
}

// The defaults are those of transformers' configuration classes.
extension Qwen25VLConfiguration {
    fileprivate init(_ file: ModelFile) {
        let qwen = SpecialTokens.qwen
        self.init(
            text: TextConfiguration(file.text),
            vision: VisionConfiguration(file.vision),
            tokens: SpecialTokens(
                image: file.image ?? qwen.image, video: file.video ?? qwen.video,
                visionStart: file.visionStart ?? qwen.visionStart,
                visionEnd: file.visionEnd ?? qwen.visionEnd,
                bosToken: file.text.bosTokenId,
                eosTokens: file.text.eosTokenId?.values ?? qwen.eosTokens),
            tiesEmbeddings: file.tied == true || file.text.tieWordEmbeddings == true)
    }
}

extension TextConfiguration {
    fileprivate init(_ file: TextFile) {
        let rotary = file.ropeScaling ?? file.ropeParameters
        self.init(
            vocabularySize: file.vocabSize, width: file.hiddenSize,
            feedForwardWidth: file.intermediateSize, layerCount: file.numHiddenLayers,
            headCount: file.numAttentionHeads,
            keyValueHeadCount: file.numKeyValueHeads ?? file.numAttentionHeads,
            maximumPositionCount: file.maxPositionEmbeddings ?? 32768,
            normEpsilon: file.rmsNormEps ?? 1e-5,
            rotaryBase: rotary?.ropeTheta ?? file.ropeTheta ?? 1_000_000,
            rotarySections: rotary?.mropeSection ?? [],
            initializerRange: file.initializerRange ?? 0.02)
    }
}

extension VisionConfiguration {
    fileprivate init(_ file: VisionFile) {
        self.init(
            layerCount: file.depth ?? 32, width: file.hiddenSize,
            feedForwardWidth: file.intermediateSize ?? 3420, headCount: file.numHeads ?? 16,
            outputWidth: file.outHiddenSize ?? 3584, channelCount: file.inChannels ?? file.inChans ?? 3,
            patchSize: file.patchSize ?? 14, temporalPatchSize: file.temporalPatchSize ?? 2,
            mergeSize: file.spatialMergeSize ?? 2, windowSize: file.windowSize ?? 112,
            fullAttentionBlocks: file.fullattBlockIndexes ?? [7, 15, 23, 31],
            tokensPerSecond: file.tokensPerSecond ?? 4, initializerRange: file.initializerRange ?? 0.02)
    }
}

extension ModelFile {
    fileprivate init(_ model: Qwen25VLConfiguration, dtype: String) {
        text = TextFile(model.text, tokens: model.tokens)
        vision = VisionFile(model.vision)
        image = model.tokens.image
        video = model.tokens.video
        visionStart = model.tokens.visionStart
        visionEnd = model.tokens.visionEnd
        tied = model.tiesEmbeddings
        self.dtype = dtype
    }
}

extension TextFile {
    fileprivate init(_ text: TextConfiguration, tokens: SpecialTokens) {
        vocabSize = text.vocabularySize
        hiddenSize = text.width
        intermediateSize = text.feedForwardWidth
        numHiddenLayers = text.layerCount
        numAttentionHeads = text.headCount
        numKeyValueHeads = text.keyValueHeadCount
        hiddenAct = "silu"
        maxPositionEmbeddings = text.maximumPositionCount
        rmsNormEps = text.normEpsilon
        ropeTheta = text.rotaryBase
        ropeScaling = RotaryFile(type: "mrope", mropeSection: text.rotarySections)
        useSlidingWindow = false
        initializerRange = text.initializerRange
        attentionDropout = 0
        useCache = true
        bosTokenId = tokens.bosToken
        eosTokenId = OneOrMany(tokens.eosTokens)
    }
}

extension VisionFile {
    fileprivate init(_ vision: VisionConfiguration) {
        modelType = Qwen25VLConfiguration.modelType
        depth = vision.layerCount
        hiddenSize = vision.width
        intermediateSize = vision.feedForwardWidth
        numHeads = vision.headCount
        outHiddenSize = vision.outputWidth
        hiddenAct = "silu"
        inChannels = vision.channelCount
        inChans = vision.channelCount
        patchSize = vision.patchSize
        temporalPatchSize = vision.temporalPatchSize
        spatialMergeSize = vision.mergeSize
        windowSize = vision.windowSize
        fullattBlockIndexes = vision.fullAttentionBlocks
        tokensPerSecond = vision.tokensPerSecond
        initializerRange = vision.initializerRange
    }
}
