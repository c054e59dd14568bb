package import Foundation

/// What a checkpoint directory holds beside the weights and `config.json`.
package struct CheckpointCompanions: Sendable {
    package var generation: GenerationConfiguration
    package var processor: ProcessorConfiguration
    /// The tokenizer's files by name, so that they outlast the directory they came from.
    package var tokenizer: [String: Data]

    package init(
        generation: GenerationConfiguration, processor: ProcessorConfiguration, tokenizer: [String: Data]
    ) {
        self.generation = generation
        self.processor = processor
        self.tokenizer = tokenizer
    }

    /// Those of the checkpoint that a model came from.
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
