package import Foundation

/// The weights of a checkpoint directory: `model.safetensors`, or the shards that `model.safetensors.index.json`
/// lists.
package final class SafetensorsIndex {
    package let directory: URL
    /// The tensors' names in alphabetical order.
    package let names: [String]

    private let files: [String: SafetensorsFile]

    /// Opens and validates every file of the checkpoint.
    ///
    /// - Throws: `SafetensorsError`.
    package init(_ directory: URL) throws {
        self.directory = directory
        let single = directory.appendingPathComponent("model.safetensors")
        let index = directory.appendingPathComponent("model.safetensors.index.json")
        if FileManager.default.fileExists(atPath: single.path) {
            let file = try SafetensorsFile(single)
            files = Dictionary(uniqueKeysWithValues: file.names.map { ($0, file) })
        } else if FileManager.default.fileExists(atPath: index.path) {
            files = try Self.shards(index)
        } else {
            throw SafetensorsError(
                .read, directory,
                "it contains neither model.safetensors nor model.safetensors.index.json: copy them into it")
        }
        names = files.keys.sorted()
    }

    private struct Index: Decodable {
        let weightMap: [String: String]

        enum CodingKeys: String, CodingKey {
            case weightMap = "weight_map"
        }
    }

    private static func shards(_ url: URL) throws -> [String: SafetensorsFile] {
        let map: [String: String]
        do {
            map = try JSONDecoder().decode(Index.self, from: Data(contentsOf: url)).weightMap
        } catch {
            throw SafetensorsError(.read, url, "it is not a shard index: \(error)")
        }
        var open: [String: SafetensorsFile] = [:]
        return try map.reduce(into: [:]) { files, entry in
            let (tensor, name) = entry
            guard !name.isEmpty, !name.contains("/"), name != ".." else {
                throw SafetensorsError(
                    .read, url, tensor: tensor, "\"\(name)\" is not the name of a file in the same folder")
            }
            let file =
                try open[name]
                ?? SafetensorsFile(url.deletingLastPathComponent().appendingPathComponent(name))
            open[name] = file
            guard file.contains(tensor) else {
                throw SafetensorsError(
                    .read, file.url, tensor: tensor, "the index says it is here, but the file lacks it")
            }
            files[tensor] = file
        }
    }

    package func contains(_ name: String) -> Bool { files[name] != nil }

    /// Number of elements of the tensor `name`; 0 if there is none.
    package func elementCount(of name: String) -> Int { files[name]?.elementCount(of: name) ?? 0 }

    /// A copy of the tensor `name` on `device`, with the file's element type. If `shape` is given, the tensor must have it.
    ///
    /// - Throws: `SafetensorsError`.
    package func tensor(_ name: String, shape: [Int]? = nil, device: Device = .cpu) throws -> Tensor {
        try file(of: name).tensor(name, shape: shape, device: device)
    }

    /// The tensor `name` where it is in its mapped file; see ``SafetensorsFile/view(_:shape:)``.
    ///
    /// - Throws: `SafetensorsError`.
    package func view(_ name: String, shape: [Int]? = nil) throws -> Tensor {
        try file(of: name).view(name, shape: shape)
    }

    /// Gives the memory of a tensor that is not viewed back.
    package func release(_ name: String) { files[name]?.release(name) }

    private func file(of name: String) throws -> SafetensorsFile {
        guard let file = files[name] else {
            throw SafetensorsError(.read, directory, tensor: name, "there is no tensor of this name")
        }
        return file
    }
}
