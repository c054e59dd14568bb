package import Foundation

/// The files of a checkpoint directory other than the weights and `config.json`.
package struct CheckpointCompanions: Sendable {
    package var generation: GenerationConfiguration
    package var processor: ProcessorConfiguration
    /// Contents of the tokenizer files by name; the original directory is not needed any more.
    package var tokenizer: [String: Data]

    package init(
        generation: GenerationConfiguration, processor: ProcessorConfiguration, tokenizer: [String: Data]
    ) {
        self.generation = generation
        self.processor = processor
        self.tokenizer = tokenizer
    }

    /// The companion files of the checkpoint that a model was loaded from.
    package init(
        of directory: URL, generation: GenerationConfiguration, processor: ProcessorConfiguration
    ) throws {
        var tokenizer: [String: Data] = [:]
        for name in Self.tokenizerFiles {
            let file = directory.appendingPathComponent(name)
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            tokenizer[name] = try Data(contentsOf: file)
        }
        self.init(generation: generation, processor: processor, tokenizer: tokenizer)
    }

    static let tokenizerFiles = [
        "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "special_tokens_map.json",
        "added_tokens.json", "chat_template.jinja", "chat_template.json",
        "video_preprocessor_config.json",
    ]
}
