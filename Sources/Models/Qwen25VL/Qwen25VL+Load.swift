package import Foundation
package import Torch

extension Qwen25VL {
    /// Loads the weights of `directory`, one file or shards, in either spelling, converted to `dtype`.
    ///
    /// Throws `CheckpointError` if a tensor is missing or left over, `SafetensorsError` if one has another shape
    /// or its file is damaged.
    package convenience init(
        weightsIn directory: URL, configuration: ModelConfiguration, dtype: DType = .float32,
        device: Device = .cpu
    ) throws {
        let files = try SafetensorsIndex(directory)
        self.init(unset: configuration, storage: ParameterStorage(dtype: dtype, device: device))
        let spelling = files.spelling
        let weights = checkpointWeights(spelling)
        func problem(_ text: String) -> CheckpointError { CheckpointError(.load, path: directory.path, text) }

        guard files.names.contains(where: { $0.hasPrefix(spelling.visionPrefix + ".") }) else {
            throw problem(
                "it has no vision weights (no tensor \(spelling.visionPrefix).*), so it is a language model alone; "
                    + "use a complete Qwen2.5-VL checkpoint")
        }
        let missing = weights.map(\.name).filter { !files.contains($0) }
        guard missing.isEmpty else {
            throw problem("config.json asks for \(Self.listed(missing)), which the weights lack")
        }
        // A tied head may be stored all the same.
        let known = Set(weights.map(\.name) + [spelling.head])
        let unexpected = files.names.filter { !known.contains($0) }
        guard unexpected.isEmpty else {
            throw problem("the weights hold \(Self.listed(unexpected)), for which config.json has no place")
        }

        try withoutGradient {
            for weight in weights {
                let target = weight.value
                target.copy_(try files.tensor(weight.name, shape: target.shape, device: device))
            }
            if untiedHead == nil, files.contains(spelling.head) {
                let stored = try files.tensor(spelling.head, shape: head.shape, device: device).to(dtype)
                guard stored.equal(head).min().item() == 1 else {
                    throw problem(
                        "\(spelling.head) differs from the embedding, yet tie_word_embeddings is true in config.json"
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
    /// How these files spell their names: the longer prefixes occur in the nested spelling only.
    fileprivate var spelling: WeightSpelling {
        let nested = WeightSpelling.nested
        let prefixes = ["\(nested.visionPrefix).", "\(nested.textPrefix)."]
        let isNested = names.contains { name in prefixes.contains { name.hasPrefix($0) } }
        return isNested ? .nested : .hub
    }
}
