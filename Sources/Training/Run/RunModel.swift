import Foundation
import Generation
import Models
import Torch

/// The model that a run starts or resumes from.
enum RunModel {
    /// Loads the model, and prepares libtorch for results that can be repeated.
    ///
    /// - Parameters:
    ///   - folder: the folder of the checkpoint.
    ///   - threads: threads of libtorch; 0 for one per core.
    ///   - device: the name of the device.
    ///   - furtherCopies: copies of the weights that are held beside them: 3 for gradients and two moments.
    /// - Throws: an error that names the invalid file or value, or the memory that is missing.
    static func load(
        _ folder: URL, threads: Int, device: String, furtherCopies: Int = 3
    ) throws -> PolicyModel {
        Tensor.setThreadCount(threads > 0 ? threads : ProcessInfo.processInfo.activeProcessorCount)
        Tensor.setDeterministic(true)
        return try PolicyModel.fitting(
            folder, storage: ParameterStorage(device: try Device(device)), copies: 1 + furtherCopies)
    }
}
