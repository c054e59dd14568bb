import CounterRandom
import Foundation
import Generation
import Models
import Settings
import Torch

/// The model that a run starts or resumes from.
enum RunModel {
    /// Loads the model, and prepares libtorch for results that can be repeated.
    ///
    /// - Parameters:
    ///   - folder: the folder of the checkpoint.
    ///   - threads: threads of libtorch; 0 for one per core.
    ///   - device: the name of the device.
    ///   - parts: what is trained of it.
    ///   - seed: the seed of new low-rank additions.
    ///   - furtherCopies: copies of the weights that are held beside them: 3 for gradients and two moments.
    /// - Throws: an error that names the invalid file or value, or the memory that is missing.
    static func load(
        _ folder: URL, threads: Int, device: String, parts: TrainedParts, seed: UInt64, furtherCopies: Int
    ) throws -> PolicyModel {
        Tensor.setThreadCount(threads > 0 ? threads : ProcessInfo.processInfo.activeProcessorCount)
        Tensor.setDeterministic(true)
        let storage = ParameterStorage(
            precision: parts.precision, device: try Device(device),
            isSeparate: parts.lora.isOn || !parts.freeze.isEmpty)
        let policyModel = try PolicyModel.fitting(folder, storage: storage, copies: 1 + furtherCopies)
        let modules = policyModel.model.moduleNames
        for pattern in parts.frozen where !modules.contains(where: pattern.matches) {
            throw SettingError(
                "freeze", "has \(pattern), which matches no module; names are such as \(modules[0])")
        }
        if let rank = policyModel.model.lowRankRank {
            guard parts.lora.rank == rank else {
                throw SettingError(
                    "lora.rank",
                    "is \(parts.lora.rank), but the model is an adapter of rank \(rank); give this rank to go on training it, "
                        + "or `deepeyes merge` it first")
            }
        } else if parts.lora.isOn {
            do {
                try policyModel.model.addLowRank(
                    parts.lora.plan, random: CounterRandom(seed: seed, 0x6C6F_7261))
            } catch { throw SettingError("lora.targets", error.problem) }
        }
        return policyModel
    }
}
