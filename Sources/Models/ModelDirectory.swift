package import Foundation
package import Torch

/// A Hugging Face checkpoint directory: its validated configuration files, and the weights on demand.
package struct ModelDirectory: Sendable {
    package let url: URL
    package let family: ModelFamily
    package let configuration: any ModelConfiguration
    package let generation: GenerationConfiguration
    package let processor: ProcessorConfiguration

    /// - Throws: `ModelFileError` for files that are missing, damaged, unsupported or inconsistent with each other.
    package init(_ url: URL) throws {
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw ModelFileError(path: url.path, problem: "the folder does not exist; check the path")
        }
        self.url = url
        family = try ModelFamily(of: url)
        configuration = try family.readConfiguration(url)
        generation = try GenerationConfiguration(directory: url, fallback: configuration.generation)
        processor = try ProcessorConfiguration(directory: url)
        let shape = configuration.shape
        let wanted = [shape.patchSize, shape.temporalPatchSize, shape.mergeSize]
        let found = [processor.patchSize, processor.temporalPatchSize, processor.mergeSize]
        if wanted != found {
            throw ModelFileError(
                path: url.appendingPathComponent(ProcessorConfiguration.fileName).path,
                problem: "patch, temporal patch and merge sizes are \(found), but \(wanted) in config.json")
        }
    }

    /// Number of elements of all parameters, from the headers of the weight files.
    ///
    /// - Throws: `SafetensorsError`.
    package func parameterCount() throws -> Int {
        let files = try SafetensorsIndex(url)
        let head = configuration.shape.tiesEmbeddings ? WeightSpelling.head : nil
        return files.names.filter { $0 != head }.reduce(0) { $0 + files.elementCount(of: $1) }
    }

    /// - Throws: `CheckpointError` or `SafetensorsError`.
    package func loadModel(
        dtype: DType = .float32, device: Device = .cpu
    ) throws -> any VisionLanguageModel {
        try configuration.loadModel(weightsIn: url, dtype: dtype, device: device)
    }
}
