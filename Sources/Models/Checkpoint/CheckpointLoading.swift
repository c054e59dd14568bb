package import Foundation
import Torch

extension ModelConfiguration {
    /// Loads a model from the weights of `directory`: a single file or shards, in any weight spelling of the family.
    ///
    /// - Parameters:
    ///   - directory: the checkpoint.
    ///   - storage: the precision that the weights are converted to, and their device. On the CPU, matrices that are already in a
    ///     precision below fp32 stay in the mapped file.
    /// - Throws: `CheckpointError` for missing or unexpected tensors, `SafetensorsError` for a wrong shape or a damaged
    ///   file.
    package func loadModel(
        weightsIn directory: URL, storage: ParameterStorage = ParameterStorage()
    ) throws -> Model {
        let model = makeModel(storage: storage)
        try model.loadWeights(from: directory)
        return model
    }
}

extension VisionLanguageModel {
    fileprivate func loadWeights(from directory: URL) throws {
        let files = try SafetensorsIndex(directory)
        let spelling = files.spelling(among: Self.spellings)
        let weights = checkpointWeights(spelling)
        func problem(_ text: String) -> CheckpointError { CheckpointError(.load, path: directory.path, text) }

        guard files.names.contains(where: { $0.hasPrefix(spelling.visionPrefix + ".") }) else {
            throw problem(
                "it has no vision weights (no tensor \(spelling.visionPrefix).*), so it is a language model only; "
                    + "use a complete checkpoint of a vision-language model")
        }
        let missing = weights.map(\.name).filter { !files.contains($0) }
        guard missing.isEmpty else {
            throw problem("the weights lack \(Self.listed(missing)), which config.json requires")
        }
        let scales = weights.map { CheckpointWeight.scalesName(of: $0.name) }
        let isQuantized = scales.contains { files.contains($0) }
        if isQuantized, precision != .int8 {
            throw problem("its weights are in int8; load them with --precision int8")
        }
        // A tied head may also be stored.
        let known = Set(weights.map(\.name) + [WeightSpelling.head] + (isQuantized ? scales : []))
        let unexpected = files.names.filter { !known.contains($0) }
        guard unexpected.isEmpty else {
            throw problem("the weights contain \(Self.listed(unexpected)), which config.json does not define")
        }

        try withoutGradient {
            for weight in weights { try load(weight, from: files) }
            if shape.tiesEmbeddings, files.contains(WeightSpelling.head) {
                let stored = try files.view(WeightSpelling.head, shape: head.values.shape)
                let converted = Weight(converting: stored.to(device), to: head.dtype).values
                guard converted.equal(head.values).min().item() == 1 else {
                    throw problem(
                        "\(WeightSpelling.head) differs from the embedding, but tie_word_embeddings is true in config.json"
                    )
                }
            }
        }
    }

    private func load(_ weight: CheckpointWeight, from files: SafetensorsIndex) throws {
        let view = try files.view(weight.name, shape: weight.value.shape)
        guard view.dtype == weight.parameter.dtype, weight.rows == nil, device == .cpu, precision != .fp32
        else {
            weight.set(view)
            return files.release(weight.name)
        }
        weight.parameter.share_(view)
        if let scales = weight.scales {
            scales.share_(
                try files.view(CheckpointWeight.scalesName(of: weight.name), shape: scales.shape))
        }
    }

    private static func listed(_ names: [String]) -> String {
        let shown = names.prefix(3).joined(separator: ", ")
        return names.count > 3 ? "\(shown) and \(names.count - 3) more tensors" : shown
    }
}

extension SafetensorsIndex {
    /// The spelling of the tensor names in these files.
    ///
    /// One spelling's prefix may be a prefix of another's, so the longest match wins.
    fileprivate func spelling(among spellings: [WeightSpelling]) -> WeightSpelling {
        func longestMatch(_ spelling: WeightSpelling) -> Int {
            [spelling.visionPrefix, spelling.textPrefix].filter { prefix in
                names.contains { $0.hasPrefix("\(prefix).") }
            }.map(\.count).max() ?? 0
        }
        return spellings.max { longestMatch($0) < longestMatch($1) } ?? spellings[0]
    }
}
