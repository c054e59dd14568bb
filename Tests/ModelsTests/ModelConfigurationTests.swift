import Foundation
import Models
import TestFixtures
import Testing

@Suite struct ModelConfigurationTests {
    private func golden(_ spelling: String) throws -> String {
        try String(
            contentsOf: GoldenFolder().url.appending(path: "config-\(spelling).json"), encoding: .utf8)
    }

    private func configuration(_ json: String) throws -> Qwen25VLConfiguration {
        try TemporaryFolder.with { folder in
            try json.write(to: folder.appending(path: "config.json"), atomically: true, encoding: .utf8)
            return try Qwen25VLConfiguration(directory: folder)
        }
    }

    /// What is wrong with the flat golden file after a replacement.
    private func problem(replacing text: String, with other: String) throws -> String {
        let flat = try golden("flat")
        try #require(flat.contains(text))
        let error = #expect(throws: ModelFileError.self) {
            try configuration(flat.replacingOccurrences(of: text, with: other))
        }
        #expect(error?.path.hasSuffix("/config.json") == true)
        return error?.problem ?? ""
    }

    @Test func bothSpellingsReadAlike() throws {
        let flat = try configuration(golden("flat"))
        #expect(try configuration(golden("nested")) == flat)
        #expect(flat.text.rotarySections == [4, 3, 3])
        #expect(flat.text.headWidth == 20)
        #expect(flat.tokens.eosTokens == [304])
        #expect(flat.tiesEmbeddings)
    }

    @Test func whatIsWrittenReadsBackTheSameAndIsFlat() throws {
        let original = try configuration(golden("nested"))
        let written = try #require(String(data: original.fileContents(dtype: "float32"), encoding: .utf8))
        #expect(try configuration(written) == original)
        #expect(!written.contains("text_config"))
        #expect(written.contains(#""torch_dtype" : "float32""#))
    }

    @Test func aReleasedModelsFileReads() throws {
        let model = try configuration(
            """
            {"architectures": ["Qwen2_5_VLForConditionalGeneration"], "attention_dropout": 0.0,
             "bos_token_id": 151643, "eos_token_id": 151645, "vision_start_token_id": 151652,
             "vision_end_token_id": 151653, "vision_token_id": 151654, "image_token_id": 151655,
             "video_token_id": 151656, "hidden_act": "silu", "hidden_size": 2048, "initializer_range": 0.02,
             "intermediate_size": 11008, "max_position_embeddings": 128000, "max_window_layers": 70,
             "model_type": "qwen2_5_vl", "num_attention_heads": 16, "num_hidden_layers": 36,
             "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "sliding_window": 32768,
             "tie_word_embeddings": true, "torch_dtype": "bfloat16", "use_cache": true,
             "use_sliding_window": false, "vocab_size": 151936,
             "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
             "vision_config": {"depth": 32, "hidden_act": "silu", "hidden_size": 1280,
              "intermediate_size": 3420, "num_heads": 16, "in_chans": 3, "out_hidden_size": 2048,
              "patch_size": 14, "spatial_merge_size": 2, "spatial_patch_size": 14, "window_size": 112,
              "fullatt_block_indexes": [7, 15, 23, 31], "tokens_per_second": 2, "temporal_patch_size": 2}}
            """)
        #expect(
            model.text
                == TextConfiguration(
                    vocabularySize: 151936, width: 2048, feedForwardWidth: 11008, layerCount: 36,
                    headCount: 16, keyValueHeadCount: 2, maximumPositionCount: 128_000, normEpsilon: 1e-6,
                    rotaryBase: 1_000_000, rotarySections: [16, 24, 24]))
        #expect(
            model.vision
                == VisionConfiguration(
                    layerCount: 32, width: 1280, feedForwardWidth: 3420, headCount: 16, outputWidth: 2048,
                    fullAttentionBlocks: [7, 15, 23, 31]))
        #expect(model.tokens == .qwen)
        #expect(model.tiesEmbeddings)
    }

    @Test(arguments: [
        (#""type": "mrope""#, #""type": "yarn""#, "yarn"),
        (#""hidden_act": "silu""#, #""hidden_act": "gelu""#, "gelu"),
        (#""use_sliding_window": false"#, #""use_sliding_window": true"#, "use_sliding_window"),
        (#""num_key_value_heads": 2"#, #""num_key_value_heads": 3"#, "num_key_value_heads 3"),
        (#""out_hidden_size": 80"#, #""out_hidden_size": 64"#, "out_hidden_size is 64"),
        (#""vocab_size": 320"#, #""vocab_size": 300"#, "image_token_id is 300"),
        (#""num_hidden_layers": 4"#, #""num_hidden_layers": "four""#, "num_hidden_layers"),
        (#""num_hidden_layers": 4"#, #""layers": 4"#, "num_hidden_layers is missing"),
        (#""num_heads": 4"#, #""num_heads": 0"#, "vision_config.num_heads is 0"),
        (#""depth": 4"#, #""depth": 2"#, "fullatt_block_indexes contains 2"),
    ])
    func whatCannotBeLoadedIsNamed(original: String, replacement: String, named: String) throws {
        let problem = try problem(replacing: original, with: replacement)
        #expect(problem.contains(named), "\(problem)")
    }

    @Test func rotarySectionsMustFillHalfAHead() throws {
        let problem = try problem(replacing: "   4,\n   3,\n   3\n", with: "   4,\n   4,\n   3\n")
        #expect(problem.contains("mrope_section is [4, 4, 3]"), "\(problem)")
    }

    @Test func brokenJSONIsSaidToBeBroken() throws {
        #expect(throws: ModelFileError.self) { try configuration("{") }
    }

    @Test func aMissingFileIsNamed() throws {
        try TemporaryFolder.with { folder in
            let error = #expect(throws: ModelFileError.self) { try Qwen25VLConfiguration(directory: folder) }
            #expect(error?.path == folder.appending(path: "config.json").path)
        }
    }

    // MARK: Generation

    @Test(arguments: [
        (#"{"eos_token_id": 7, "pad_token_id": 5}"#, [7]), (#"{"eos_token_id": [7, 8]}"#, [7, 8]),
        ("{}", [304]),
    ])
    func eosTokensOfAGenerationAreOneTokenOrSeveral(json: String, eosTokens: [Int32]) throws {
        try TemporaryFolder.with { folder in
            let file = folder.appending(path: "generation_config.json")
            try json.write(to: file, atomically: true, encoding: .utf8)
            let model = try ModelGoldens.configuration()
            let generation = try GenerationConfiguration(directory: folder, fallback: model.generation)
            #expect(generation.eosTokens == eosTokens)
            try generation.fileContents().write(to: file)
            #expect(try GenerationConfiguration(directory: folder, fallback: model.generation) == generation)
        }
    }

    @Test func withoutItsFileGenerationEndsWhereTheModelSays() throws {
        try TemporaryFolder.with { folder in
            let model = try ModelGoldens.configuration()
            #expect(
                try GenerationConfiguration(directory: folder, fallback: model.generation).eosTokens == [304])
        }
    }

    // MARK: Processor

    private func processor(_ json: String, file: String = "preprocessor_config.json") throws
        -> ProcessorConfiguration
    {
        try TemporaryFolder.with { folder in
            try json.write(to: folder.appending(path: file), atomically: true, encoding: .utf8)
            return try ProcessorConfiguration(directory: folder)
        }
    }

    @Test(arguments: [
        #"{"min_pixels": 3136, "max_pixels": 12845056}"#,
        #"{"size": {"shortest_edge": 3136, "longest_edge": 12845056}}"#,
        #"{"size": {"min_pixels": 3136, "max_pixels": 12845056}}"#,
        #"{"min_pixels": 3136, "max_pixels": 12845056, "size": {"shortest_edge": 1, "longest_edge": 2}}"#,
    ])
    func pixelLimitsReadInEverySpelling(json: String) throws {
        let processor = try processor(json)
        #expect(processor.minimumPixels == 3136)
        #expect(processor.maximumPixels == 12_845_056)
    }

    @Test func theCombinedFileOfNewerVersionsReads() throws {
        let json = #"{"image_processor": {"size": {"shortest_edge": 10, "longest_edge": 20}}}"#
        #expect(try processor(json, file: "processor_config.json").maximumPixels == 20)
    }

    @Test func theProcessorsFileReadsBackTheSame() throws {
        let original = ProcessorConfiguration(minimumPixels: 12544, maximumPixels: 12544)
        let text = try #require(String(data: original.fileContents(), encoding: .utf8))
        #expect(try processor(text) == original)
    }

    @Test(arguments: [
        (#"{"do_normalize": false}"#, "do_normalize"), (#"{"resample": 2}"#, "resample is 2"),
        (#"{"min_pixels": 9, "max_pixels": 3}"#, "at most max_pixels 3"),
        (#"{"image_std": [1, 0, 1]}"#, "image_std"),
        (#"{"patch_size": 0}"#, "patch_size 0"),
    ])
    func preparationsThatDoNotExistAreNamed(json: String, named: String) throws {
        let error = #expect(throws: ModelFileError.self) { try processor(json) }
        #expect(error?.problem.contains(named) == true)
    }
}
