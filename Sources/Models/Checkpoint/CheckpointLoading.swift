package import Foundation
package import Torch

extension ModelConfiguration {
    /// Loads a model from the weights of `directory`: a single file or shards, in any weight spelling of the family.
    ///
    /// The weights are converted to `dtype`.
    ///
    /// - Throws: `CheckpointError` for missing or unexpected tensors, `SafetensorsError` for a wrong shape or a damaged
    ///   file.
    package func loadModel(
        weightsIn directory: URL, dtype: DType = .float32, device: Device = .cpu
    ) throws -> Model {
        let model = makeModel(storage: ParameterStorage(dtype: dtype, device: device))
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
        // A tied head may also be stored.
        let known = Set(weights.map(\.name) + [WeightSpelling.head])
        let unexpected = files.names.filter { !known.contains($0) }
        guard unexpected.isEmpty else {
            throw problem("the weights contain \(Self.listed(unexpected)), which config.json does not define")
        }

        try withoutGradient {
            for weight in weights {
                let target = weight.value
                target.copy_(try files.tensor(weight.name, shape: target.shape, device: device))
            }
            if shape.tiesEmbeddings, files.contains(WeightSpelling.head) {
                let stored = try files.tensor(WeightSpelling.head, shape: head.shape, device: device).to(
                    dtype)
                guard stored.equal(head).min().item() == 1 else {
                    throw problem(
                        "\(WeightSpelling.head) differs from the embedding, but tie_word_embeddings is true in config.json"
                    )
                }
            }
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
