import Agent
package import Foundation
import Tokenizer
package import Torch

/// A model directory ready to act: weights, tokenizer with chat format, image processor and token rules.
///
/// Holds tensors, so one thread owns it.
package final class PolicyModel {
    package let directory: ModelDirectory
    package let model: any VisionLanguageModel
    package let processor: ImageProcessor
    private let companions: CheckpointCompanions
    package let format: ChatMLFormat
    /// What engines made from now on may sample.
    package var rules: TokenRules

    /// - Throws: an error that names the file that is missing, damaged or at odds with the others.
    package init(directory url: URL, dtype: DType = .float32, device: Device = .cpu) throws {
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw CheckpointError(.load, path: url.path, "there is no such folder; check the path")
        }
        directory = try ModelDirectory(url)
        companions = try CheckpointCompanions(
            of: url, generation: directory.generation, processor: directory.processor)
        processor = ImageProcessor(directory.processor)
        let tokenizer = try Tokenizer(directory: url)
        let format = try ChatMLFormat(
            tokenizer: tokenizer, geometry: processor, boxFrame: directory.family.boxFrame)
        self.format = format
        let vocabularySize = directory.configuration.shape.vocabularySize
        var stops = [format.tokens.toolCallEnd: FinishReason.toolCall, format.tokens.turnEnd: .endOfTurn]
        for end in directory.generation.ends where stops[end] == nil { stops[end] = .endOfTurn }
        let padding = (tokenizer.vocabularySize..<max(tokenizer.vocabularySize, vocabularySize)).map(
            Int32.init)
        rules = TokenRules(
            forbidden: format.tokens.unsampled.filter { $0 != format.tokens.turnEnd } + padding, stops: stops,
            vocabularySize: vocabularySize)
        model = try directory.loadModel(dtype: dtype, device: device)
    }

    /// How many workers suit a model: one for each core if its operations are too small to divide among cores, else one.
    package static func workerCount(forParameters parameterCount: Int) -> Int {
        parameterCount < 50_000_000 ? ProcessInfo.processInfo.activeProcessorCount : 1
    }

    /// Writes a checkpoint directory, which must not exist yet.
    package func save(to url: URL) throws {
        try model.save(to: url, companions: companions)
    }

    /// Fills a folder with a checkpoint that transformers and vLLM load.
    package func write(into folder: URL) throws {
        try model.write(into: folder, companions: companions)
    }
}

extension ImageProcessor: ImageGeometry {}

extension ChatMLFormat {
    /// The format of a model directory, without its weights.
    ///
    /// - Throws: an error that names the file that is missing, damaged or at odds with the others.
    package init(directory url: URL) throws {
        let directory = try ModelDirectory(url)
        try self.init(
            tokenizer: Tokenizer(directory: url), geometry: ImageProcessor(directory.processor),
            boxFrame: directory.family.boxFrame)
    }
}
