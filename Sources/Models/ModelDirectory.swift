package import Foundation
import Torch

/// A Hugging Face checkpoint directory: its validated configuration files, and the weights on demand.
package struct ModelDirectory: Sendable {
    /// The folder of the checkpoint; for an adapter, that of its base.
    package let url: URL
    package let adapter: AdapterFolder?
    package let family: ModelFamily
    package let configuration: any ModelConfiguration
    package let generation: GenerationConfiguration
    package let processor: ProcessorConfiguration

    /// - Throws: `ModelFileError` for files that are missing, damaged, unsupported or inconsistent with each other.
    package init(_ url: URL) throws {
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw ModelFileError(path: url.path, problem: "the folder does not exist; check the path")
        }
        adapter = AdapterFolder.exists(at: url) ? try AdapterFolder(url) : nil
        let url = adapter?.base ?? url
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

    /// The folder of the checkpoint at `path`; see ``checkpointPath(at:)``.
    package static func folder(at path: String) throws(CheckpointError) -> URL {
        URL(filePath: try checkpointPath(at: path))
    }

    /// The path itself, or for a run's folder the path of its newest checkpoint.
    ///
    /// - Throws: `CheckpointError` that says what to give instead.
    package static func checkpointPath(at path: String) throws(CheckpointError) -> String {
        let files = FileManager.default
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CheckpointError(.load, path: path, missing(path))
        }
        guard isFolder.boolValue else {
            throw CheckpointError(.load, path: path, "it is a file; give the folder that holds it")
        }
        func isModel(_ folder: String) -> Bool {
            [ModelFileName.configuration, AdapterFolder.configurationFile].contains {
                files.fileExists(atPath: "\(folder)/\($0)")
            }
        }
        if isModel(path) { return path }
        let run = path.hasSuffix("/") ? String(path.dropLast()) : path
        let checkpoints = run.split(separator: "/").last == "checkpoints" ? run : "\(run)/checkpoints"
        guard let names = try? files.contentsOfDirectory(atPath: checkpoints) else { return path }
        let steps = names.filter { $0.hasPrefix("step-") }.compactMap { Int($0.dropFirst(5)) }
        // A checkpoint gets this name when it is complete.
        guard let newest = steps.sorted().map({ "\(checkpoints)/step-\($0)" }).last(where: isModel) else {
            throw CheckpointError(
                .load, path: path, "the run has no checkpoint yet; wait for the first, or name another folder"
            )
        }
        return newest
    }

    /// What to do about a folder that does not exist; `owner/name` is probably a model of the Hugging Face hub.
    private static func missing(_ path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, path.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9._-]+/) != nil,
            !FileManager.default.fileExists(atPath: String(parts[0]))
        else { return "the folder does not exist; check the path" }
        return "there is no such folder; to download the model from the Hugging Face hub: "
            + "hf download \(path) --local-dir models/\(parts[1]), then give models/\(parts[1])"
    }

    /// Number of elements of all parameters, from the headers of the weight files.
    ///
    /// - Throws: `SafetensorsError`.
    package func parameterCount() throws -> Int {
        let files = try SafetensorsIndex(url)
        let head = configuration.shape.tiesEmbeddings ? WeightSpelling.head : nil
        return files.names.filter { $0 != head }.reduce(0) { $0 + files.elementCount(of: $1) }
    }

    /// The model, with its adapter if there is one.
    ///
    /// - Throws: `CheckpointError` or `SafetensorsError`.
    package func loadModel(
        storage: ParameterStorage = ParameterStorage()
    ) throws -> any VisionLanguageModel {
        guard let adapter else { return try configuration.loadModel(weightsIn: url, storage: storage) }
        let separate = ParameterStorage(
            precision: storage.precision, device: storage.device, isSeparate: true)
        let model: any VisionLanguageModel = try configuration.loadModel(weightsIn: url, storage: separate)
        try adapter.load(into: model)
        return model
    }
}
