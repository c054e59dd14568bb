package import Foundation
import Torch

/// An adapter in the format of PEFT: low-rank additions in `adapter_model.safetensors`, their factor and the folder of their base
/// in `adapter_config.json`.
package struct AdapterFolder: Sendable {
    package static let configurationFile = "adapter_config.json"
    private static let weightsFile = "adapter_model.safetensors"
    /// The prefix of names in the weights file.
    private static let prefix = "base_model.model."

    package let url: URL
    /// The folder of the checkpoint that the adapter belongs to.
    package let base: URL
    private let configuration: AdapterFile

    /// Whether a folder holds an adapter.
    package static func exists(at url: URL) -> Bool {
        FileManager.default.fileExists(atPath: url.appending(path: configurationFile).path)
    }

    /// - Throws: `ModelFileError` for a damaged file, and for what is not supported.
    package init(_ url: URL) throws {
        self.url = url
        let file = url.appending(path: Self.configurationFile)
        let configuration = try HubFile.read(AdapterFile.self, at: file)
        func problem(_ text: String) -> ModelFileError { ModelFileError(path: file.path, problem: text) }
        guard configuration.peftType == "LORA" else {
            throw problem("peft_type is \(configuration.peftType ?? "missing"); only LORA can be loaded")
        }
        if let flaw = configuration.unsupported { throw problem("\(flaw) is not supported") }
        guard let base = configuration.baseModelNameOrPath, !base.isEmpty else {
            throw problem("base_model_name_or_path is missing; write the folder of the base model there")
        }
        self.configuration = configuration
        self.base = try Self.folder(named: base, besides: url)
    }

    /// - Parameters:
    ///   - path: an absolute path, or one relative to this process or to the adapter.
    ///   - adapter: the folder of the adapter.
    private static func folder(named path: String, besides adapter: URL) throws(ModelFileError) -> URL {
        let candidates = [
            URL(filePath: path, directoryHint: .isDirectory),
            adapter.appending(path: path, directoryHint: .isDirectory),
        ]
        let found = candidates.first {
            FileManager.default.fileExists(atPath: $0.appending(path: ModelFileName.configuration).path)
        }
        guard let found else {
            throw ModelFileError(
                path: adapter.appending(path: configurationFile).path,
                problem:
                    "its base model \(path) is not there; write the folder of the base into base_model_name_or_path"
            )
        }
        return found
    }

    /// Adds the adapter to the products of a model of its base.
    ///
    /// - Throws: `CheckpointError` for tensors that do not fit, `SafetensorsError`.
    package func load(into model: some VisionLanguageModel) throws {
        let file = try SafetensorsFile(url.appending(path: Self.weightsFile))
        func problem(_ text: String) -> CheckpointError { CheckpointError(.load, path: url.path, text) }
        var unread = Set(file.names)
        for spelling in type(of: model).spellings {
            for weight in model.checkpointWeights(spelling) {
                let names = Self.names(of: weight)
                guard let product = weight.product, file.contains(names.down) else { continue }
                unread.subtract([names.down, names.up])
                let down = try file.tensor(names.down, device: model.device).to(.float32)
                let up = try file.tensor(names.up, device: model.device).to(.float32)
                let matrix = weight.value.shape
                guard down.rank == 2, up.rank == 2, down.size(0) == up.size(1),
                    [up.size(0), down.size(1)] == matrix
                else {
                    throw problem(
                        "\(names.down) \(down.shape) and \(names.up) \(up.shape) do not fit \(matrix)")
                }
                product.linear.add(
                    Weight.LowRank(down: down, up: up, factor: configuration.factor(rank: down.size(0))),
                    toBlock: product.block)
            }
        }
        guard unread.isEmpty else {
            let shown = unread.sorted().prefix(3).joined(separator: ", ")
            throw problem("\(unread.count) tensors fit no product of \(base.path), such as \(shown)")
        }
    }

    /// Writes the additions of a model into an existing folder.
    ///
    /// - Parameters:
    ///   - model: the model; all its additions have one rank and factor.
    ///   - base: the folder of the checkpoint without them.
    ///   - folder: the folder.
    /// - Throws: `CheckpointError`, `SafetensorsError`.
    package static func write(_ model: some VisionLanguageModel, base: URL, into folder: URL) throws {
        // The names of modules in transformers, which PEFT uses.
        let spellings = type(of: model).spellings
        let adapted = model.checkpointWeights(spellings[spellings.count - 1]).compactMap { weight in
            weight.lowRank.map { (weight: weight, lowRank: $0) }
        }
        guard let first = adapted.first?.lowRank else {
            throw CheckpointError(.save, path: folder.path, "the model has no adapter")
        }
        let rank = first.down.size(0)
        let configuration = AdapterFile(
            base: base.standardizedFileURL.path, rank: rank, alpha: first.factor * Double(rank),
            targets: adapted.map(\.weight.module))
        let atomic = AtomicDirectory(url: folder)
        try atomic.write(try HubFile.data(of: configuration), to: configurationFile)
        try SafetensorsWriter.write(
            adapted.flatMap { weight, lowRank in
                let names = names(of: weight)
                return [(name: names.down, tensor: lowRank.down), (name: names.up, tensor: lowRank.up)]
            }, to: folder.appending(path: weightsFile))
    }

    private static func names(of weight: CheckpointWeight) -> (down: String, up: String) {
        ("\(prefix)\(weight.module).lora_A.weight", "\(prefix)\(weight.module).lora_B.weight")
    }
}

/// `adapter_config.json`.
private struct AdapterFile: Codable, Sendable {
    let peftType: String?
    let baseModelNameOrPath: String?
    let r: Int?
    let loraAlpha: Double?
    let loraDropout: Double?
    let bias: String?
    let targetModules: OneOrMany<String>?
    let useRslora: Bool?
    let useDora: Bool?
    let alphaPattern: [String: Double]?
    let modulesToSave: [String]?
    let inferenceMode: Bool?

    init(base: String, rank: Int, alpha: Double, targets: [String]) {
        peftType = "LORA"
        baseModelNameOrPath = base
        r = rank
        loraAlpha = alpha
        loraDropout = 0
        bias = "none"
        targetModules = OneOrMany(targets)
        useRslora = false
        useDora = false
        alphaPattern = [:]
        modulesToSave = nil
        inferenceMode = true
    }

    /// The entry that is not supported; nil if there is none.
    var unsupported: String? {
        if useDora == true { return "use_dora" }
        if let bias, bias != "none" { return "bias \(bias)" }
        if let alphaPattern, !alphaPattern.isEmpty { return "alpha_pattern" }
        if let modulesToSave, !modulesToSave.isEmpty { return "modules_to_save" }
        return nil
    }

    func factor(rank: Int) -> Double {
        let alpha = loraAlpha ?? 8
        return useRslora == true ? alpha / Double(rank).squareRoot() : alpha / Double(rank)
    }
}

/// An adapter that cannot be made.
package struct AdapterError: Error, Hashable, CustomStringConvertible {
    package let problem: String

    package var description: String { problem }
}
