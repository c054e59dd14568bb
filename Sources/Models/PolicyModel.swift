import Agent
package import Foundation
import Tokenizer
import Torch

/// A loaded model that can act as a policy: weights, chat format with tokenizer, image processor and token rules.
///
/// It holds tensors, so it is confined to one thread.
package final class PolicyModel {
    package let directory: ModelDirectory
    package let model: any VisionLanguageModel
    package let processor: ImageProcessor
    private let companions: CheckpointCompanions
    package let format: ChatMLFormat
    /// The token rules of engines created from now on.
    package var rules: TokenRules

    /// - Throws: an error that names the file that is missing, damaged or inconsistent with the others.
    package init(directory url: URL, storage: ParameterStorage = ParameterStorage()) throws {
        directory = try ModelDirectory(url)
        let url = directory.url
        var companions = try CheckpointCompanions(
            of: url, generation: directory.generation, processor: directory.processor)
        try ChatTemplateFile.replaceTemplate(in: &companions.tokenizer)
        processor = ImageProcessor(directory.processor)
        let tokenizer = try Tokenizer(directory: url)
        let format = try ChatMLFormat(
            tokenizer: tokenizer, geometry: processor, boxFrame: directory.family.boxFrame)
        self.format = format
        // A turn is trained to end with its tool call, so other software must end it there too.
        if !companions.generation.eosTokens.contains(format.tokens.toolCallEnd) {
            companions.generation.eosTokens.append(format.tokens.toolCallEnd)
        }
        self.companions = companions
        let vocabularySize = directory.configuration.shape.vocabularySize
        var stops = [format.tokens.toolCallEnd: FinishReason.toolCall, format.tokens.turnEnd: .endOfTurn]
        for end in directory.generation.eosTokens where stops[end] == nil { stops[end] = .endOfTurn }
        let padding = (tokenizer.vocabularySize..<max(tokenizer.vocabularySize, vocabularySize)).map(
            Int32.init)
        rules = TokenRules(
            forbidden: format.tokens.unsampled.filter { $0 != format.tokens.turnEnd } + padding, stops: stops,
            vocabularySize: vocabularySize)
        model = try directory.loadModel(storage: storage)
    }

    /// The default number of workers: one for each core if the matrix products of a model are too small to run on several
    /// cores, else one.
    package static func workerCount(forParameters parameterCount: Int) -> Int {
        parameterCount < 50_000_000 ? ProcessInfo.processInfo.activeProcessorCount : 1
    }

    /// Writes a checkpoint directory, which must not exist yet: all weights, or the adapter if the model has one.
    ///
    /// Its chat template and the tokens that end a turn are those of ``format``, whatever its base came with.
    package func save(to url: URL) throws {
        guard model.hasLowRank else { return try model.save(to: url, companions: companions) }
        try AtomicDirectory.write(url) { try write(into: $0.url) }
    }

    /// Writes a checkpoint that transformers, PEFT and vLLM can load into an existing folder: all weights, or the adapter if the
    /// model has one.
    package func write(into folder: URL) throws {
        guard model.hasLowRank else { return try model.write(into: folder, companions: companions) }
        try AdapterFolder.write(model, base: directory.url, into: folder)
    }
}

extension ImageProcessor: ImageGeometry {}

extension ChatMLFormat {
    /// The chat format of a model directory; weights are not read.
    ///
    /// - Throws: an error that names the file that is missing, damaged or inconsistent with the others.
    package init(directory url: URL) throws {
        let directory = try ModelDirectory(url)
        try self.init(
            tokenizer: Tokenizer(directory: directory.url), geometry: ImageProcessor(directory.processor),
            boxFrame: directory.family.boxFrame)
    }
}
