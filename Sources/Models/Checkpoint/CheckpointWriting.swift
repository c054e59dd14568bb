package import Foundation
package import Torch

extension VisionLanguageModel {
    /// Writes a checkpoint that transformers and vLLM can load, unless the model's weights are in int8.
    ///
    /// - Parameters:
    ///   - folder: an existing folder.
    ///   - companions: the files other than the weights and `config.json`.
    ///   - dtype: the stored type of the weights; nil for the precision of the model. int8 is stored with its scales, and the other
    ///     weights as they are in memory.
    ///   - maximumShardBytes: maximum size of a weight file; larger weights are split into shards.
    /// - Throws: `CheckpointError` or `SafetensorsError`.
    package func write(
        into folder: URL, companions: CheckpointCompanions, dtype: DType? = nil,
        maximumShardBytes: Int = 5_000_000_000
    ) throws {
        let dtype = dtype ?? precision.storedType
        let folder = AtomicDirectory(url: folder)
        try folder.write(
            try configuration.fileContents(dtype: (dtype ?? .bfloat16).rawValue),
            to: ModelFileName.configuration)
        try folder.write(try companions.generation.fileContents(), to: GenerationConfiguration.fileName)
        try folder.write(try companions.processor.fileContents(), to: ProcessorConfiguration.fileName)
        for (name, contents) in companions.tokenizer { try folder.write(contents, to: name) }
        try writeWeights(to: folder, dtype: dtype, maximumShardBytes: maximumShardBytes)
    }

    /// Writes a checkpoint directory atomically: it appears complete and flushed to disk, or not at all.
    ///
    /// - Parameters:
    ///   - directory: the new directory, which must not exist; its parent must.
    ///   - companions: the files other than the weights and `config.json`.
    ///   - dtype: the stored type of the weights; nil for the precision of the model. int8 is stored with its scales, and the other
    ///     weights as they are in memory.
    ///   - maximumShardBytes: maximum size of a weight file; larger weights are split into shards.
    ///   - addition: writes additional files into the temporary directory before it is renamed.
    /// - Throws: `CheckpointError`, `SafetensorsError`, and errors of `addition`.
    package func save(
        to directory: URL, companions: CheckpointCompanions, dtype: DType? = nil,
        maximumShardBytes: Int = 5_000_000_000, adding addition: (URL) throws -> Void = { _ in }
    ) throws {
        try AtomicDirectory.write(directory) { folder in
            try write(
                into: folder.url, companions: companions, dtype: dtype, maximumShardBytes: maximumShardBytes)
            try addition(folder.url)
        }
    }

    private func writeWeights(to folder: AtomicDirectory, dtype: DType?, maximumShardBytes: Int) throws {
        let weights = checkpointWeights(Self.spellings[0]).flatMap(\.tensors)
        let shards = Self.shards(weights, as: dtype, maximum: maximumShardBytes)
        guard shards.count > 1 else {
            return try SafetensorsWriter.write(
                weights, to: folder.url.appendingPathComponent("model.safetensors"), dtype: dtype)
        }
        var index = ShardIndex()
        for (position, shard) in shards.enumerated() {
            let file = "model-\(Self.padded(position + 1))-of-\(Self.padded(shards.count)).safetensors"
            try SafetensorsWriter.write(shard, to: folder.url.appendingPathComponent(file), dtype: dtype)
            for (name, tensor) in shard {
                index.weightMap[name] = file
                index.metadata.totalSize += Self.byteCount(of: tensor, as: dtype)
            }
        }
        try folder.write(try index.fileContents(), to: "model.safetensors.index.json")
    }

    /// Splits the tensors, in order, into shards of at most `maximum` bytes; a larger tensor gets its own shard.
    private static func shards(_ weights: [NamedTensor], as dtype: DType?, maximum: Int) -> [[NamedTensor]] {
        var shards: [[NamedTensor]] = [[]]
        var size = 0
        for weight in weights {
            let bytes = byteCount(of: weight.tensor, as: dtype)
            if size > 0, size + bytes > maximum {
                shards.append([])
                size = 0
            }
            shards[shards.count - 1].append(weight)
            size += bytes
        }
        return shards
    }

    private static func byteCount(of tensor: Tensor, as dtype: DType?) -> Int {
        let own = tensor.dtype
        return tensor.count * (own.isFloatingPoint ? dtype ?? own : own).byteCount
    }

    private static func padded(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 5 - "\(number)".count)) + "\(number)"
    }
}

/// `model.safetensors.index.json`.
private struct ShardIndex: Encodable {
    struct Metadata: Encodable {
        var totalSize = 0

        enum CodingKeys: String, CodingKey {
            case totalSize = "total_size"
        }
    }

    var metadata = Metadata()
    var weightMap: [String: String] = [:]

    enum CodingKeys: String, CodingKey {
        case metadata
        case weightMap = "weight_map"
    }

    /// Keys are not converted to snake_case as in other files, because they are tensor names.
    func fileContents() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try encoder.encode(self)
    }
}
