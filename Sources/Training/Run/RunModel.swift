import Foundation
import Generation
import Models
import Runs
import Torch

/// The model of a run: that of its newest checkpoint, or the base checkpoint at its start.
enum RunModel {
    /// Loads the model, and prepares libtorch for results that can be repeated.
    ///
    /// - Parameters:
    ///   - start: the checkpoint to resume from; nil for a new run.
    ///   - base: the folder of the base checkpoint.
    ///   - threads: threads of libtorch; 0 for one per core.
    ///   - device: the name of the device.
    /// - Throws: an error that names the invalid file or value, or the memory that is missing.
    static func load(
        from start: Checkpoint?, base: String, threads: Int, device: String
    ) throws -> PolicyModel {
        Tensor.setThreadCount(threads > 0 ? threads : ProcessInfo.processInfo.activeProcessorCount)
        Tensor.setDeterministic(true)
        return try PolicyModel.fitting(
            start?.url ?? URL(filePath: base), device: try Device(device), copies: 4)
    }
}
