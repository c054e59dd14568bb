import Agent
import CounterRandom
import Foundation
import Imaging
import Models
import Tasks
import Tokenizer
import Torch

/// The untrained nano model: architecture, vocabulary, and initial weights.
enum NanoArchitecture {
    private static let vocabularySize = 768
    /// Every integer up to this one is a single token.
    private static let largestNumber = 134
    /// Every image, including crops, is resized to about this many pixels.
    private static let viewPixels = 112 * 112

    /// Writes an untrained checkpoint to a folder that must not exist.
    ///
    /// - Throws: an error that names the file that cannot be written.
    static func write(to url: URL, task: VisualSearchConfiguration, seed: UInt64) throws {
        let tokenizer = try Tokenizer(
            BPETrainer(
                vocabularySize: vocabularySize, pattern: SplitPattern(digitCount: 3),
                addedTokens: ChatMLTokens.names, largestNumber: largestNumber
            ).train(on: try corpus(task, seed: seed)))
        let configuration = configuration(tokenizer)
        let model = Qwen25VL(configuration, random: CounterRandom(seed: seed, 0x696E_6974))
        var initialization = NanoInitialization(
            model: model, tokenizer: tokenizer, random: CounterRandom(seed: seed, 0x7765_6967_6874))
        initialization.run(patches: try samplePatches(task, seed: seed))
        let processor = ProcessorConfiguration(minimumPixels: viewPixels, maximumPixels: viewPixels)
        let generation = GenerationConfiguration(
            eosTokens: configuration.tokens.eosTokens, bosToken: configuration.tokens.bosToken,
            padToken: configuration.tokens.bosToken)
        try model.save(
            to: url,
            companions: CheckpointCompanions(generation: generation, processor: processor, tokenizer: [:])
        ) { folder in
            try tokenizer.write(to: folder)
            try ChatTemplateFile.write(to: folder)
        }
    }

    private static func configuration(_ tokenizer: Tokenizer) -> Qwen25VLConfiguration {
        func id(_ name: String) -> Int32 { tokenizer.id(of: name) ?? 0 }
        return Qwen25VLConfiguration(
            text: TextConfiguration(
                vocabularySize: vocabularySize, width: 128, feedForwardWidth: 320, layerCount: 5,
                headCount: 4, keyValueHeadCount: 2, maximumPositionCount: 4096, rotaryBase: 10,
                rotarySections: [4, 6, 6]),
            vision: VisionConfiguration(
                layerCount: 4, width: 96, feedForwardWidth: 256, headCount: 4, outputWidth: 128,
                fullAttentionBlocks: [3]),
            tokens: SpecialTokens(
                image: id("<|image_pad|>"), video: id("<|video_pad|>"), visionStart: id("<|vision_start|>"),
                visionEnd: id("<|vision_end|>"), bosToken: id("<|endoftext|>"),
                eosTokens: [id("<|im_end|>"), id("</tool_call>")]),
            tiesEmbeddings: true)
    }

    // MARK: Vocabulary

    /// The corpus for the tokenizer: the texts of lessons and prompts.
    private static func corpus(_ task: VisualSearchConfiguration, seed: UInt64) throws -> [String] {
        let scenes = try VisualSearch(task, seed: seed, split: .training)
        var texts: [String] = []
        for index in 0..<sampleSceneCount {
            let scene = scenes.scene(at: index)
            var random = CounterRandom(seed: seed, 0x7465_7874, UInt64(index))
            for kind in [QuestionKind.attribute, .leftOf, .above, .existence, .closeUp] {
                let question = scene.question(kind, task, random: &random)
                texts += [question.text, LessonText.answer(question.answer)]
                texts.append(LessonText.answerAfterLooking(question.answer))
            }
            let grounding = scene.question(.grounding, task, random: &random)
            texts += [grounding.text, grounding.answer]
            if let box = scene.objects.first?.box {
                texts.append(LessonText.call(ZoomTool.name, box: box.scaled(x: 0.1, y: 0.1)))
            }
            // Those that the shipped base was made with: the vocabulary does not depend on what was added since.
            let tools = ToolBox([ZoomTool(), RotateTool()])
            texts += ChatMLFormat.fixedTexts(
                tools: tools.specifications(of: tools.names, boxesIn: .asViewed))
        }
        return texts
    }

    private static let sampleSceneCount = 64

    // MARK: Pixels

    /// Sample patches of scenes and close-ups from the image processor, [patch, channel · y · x].
    private static func samplePatches(_ task: VisualSearchConfiguration, seed: UInt64) throws -> [Float] {
        let scenes = try VisualSearch(task, seed: seed, split: .training)
        let processor = ImageProcessor(
            ProcessorConfiguration(minimumPixels: viewPixels, maximumPixels: viewPixels))
        return try (0..<sampleSceneCount).flatMap { index in
            let scene = scenes.scene(at: index)
            let image = scenes.image(of: scene)
            let region = index.isMultiple(of: 2) ? image.bounds : (scene.objects.first?.box ?? image.bounds)
            return try processor.patches(resizing: image.pixels(region: region)).values
        }
    }
}
