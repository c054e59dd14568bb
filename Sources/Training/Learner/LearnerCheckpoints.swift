import Foundation
import Models
import Runs

/// The checkpoints of a run: the model's folder with the optimizer's state in `trainer/`.
struct LearnerCheckpoints {
    private let folder: RunFolder
    private let policyModel: PolicyModel
    private let learner: Learner
    private let configuration: CheckpointConfiguration

    init(
        in folder: RunFolder, policyModel: PolicyModel, learner: Learner,
        configuration: CheckpointConfiguration
    ) {
        self.folder = folder
        self.policyModel = policyModel
        self.learner = learner
        self.configuration = configuration
    }

    /// Writes a checkpoint of weights and optimizer atomically, and removes old checkpoints.
    ///
    /// - Parameters:
    ///   - step: the number of completed steps.
    ///   - kept: an older checkpoint to keep.
    ///   - more: writes what else belongs to the trainer's state into the given folder.
    func save(step: Int, keeping kept: Checkpoint? = nil, more: (URL) throws -> Void = { _ in }) throws {
        _ = try folder.writeCheckpoint(step: step) { url in
            try policyModel.write(into: url)
            try learner.saveState(to: Self.optimizerFile(in: url))
            try more(Self.trainerFolder(in: url))
        }
        try folder.pruneCheckpoints(keeping: configuration.keep, and: Set([kept?.step].compactMap(\.self)))
    }

    /// Restores the optimizer's state from the checkpoint that the model was loaded from.
    func restore(_ saved: Checkpoint) throws {
        try learner.loadState(from: Self.optimizerFile(in: saved.url))
    }

    private static func optimizerFile(in checkpoint: URL) -> URL {
        trainerFolder(in: checkpoint).appending(
            path: "optimizer.safetensors", directoryHint: .notDirectory)
    }

    /// The trainer's state in a checkpoint.
    static func trainerFolder(in checkpoint: URL) -> URL {
        checkpoint.appending(path: "trainer", directoryHint: .isDirectory)
    }
}
