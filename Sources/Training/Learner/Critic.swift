import Foundation
import Models
import Torch

/// The critic of a run: a value head on the policy's hidden states, or on a model of its own.
///
/// Holds tensors, so one thread owns it.
struct Critic {
    /// The head; of the policy's model if ``learner`` is nil.
    let head: ValueHead
    /// Trains the critic's own model; nil if the policy's learner trains the head.
    let learner: Learner?

    /// - Parameters:
    ///   - configuration: the critic's settings.
    ///   - base: the folder of the checkpoint that a critic of its own starts from.
    ///   - policy: the policy.
    ///   - optimizer: the optimizer's settings; the learning rate is the critic's own.
    ///   - workers: number of passes that are computed in parallel.
    /// - Throws: an error that names the file of `base` that is missing or damaged.
    init(
        _ configuration: CriticConfiguration, base: URL, policy: PolicyModel,
        optimizer: OptimizerConfiguration, workers: Int
    ) throws {
        guard configuration.trunk == .own else {
            head = ValueHead(of: policy.model)
            learner = nil
            return
        }
        let model = try PolicyModel(directory: base, storage: policy.model.storage)
            .model
        head = ValueHead(of: model)
        var optimizer = optimizer
        optimizer.learningRate = configuration.learningRate
        learner = Learner(
            model: model, valueHead: head, rules: policy.rules, configuration: optimizer, workers: workers)
    }

    /// Everything that is not in the policy's checkpoint or its optimizer's state.
    private var tensors: [NamedTensor] { (learner?.model.parameters ?? []) + head.parameters }

    /// Writes weights and optimizer state into a folder.
    func save(in folder: URL) throws {
        try SafetensorsWriter.write(tensors, to: folder.appending(path: "critic.safetensors"))
        try learner?.saveState(to: folder.appending(path: "critic-optimizer.safetensors"))
    }

    /// Restores what ``save(in:)`` wrote.
    func load(from folder: URL) throws {
        let file = try SafetensorsFile(folder.appending(path: "critic.safetensors"))
        try withoutGradient {
            for (name, tensor) in tensors { tensor.copy_(try file.tensor(name, shape: tensor.shape)) }
        }
        try learner?.loadState(from: folder.appending(path: "critic-optimizer.safetensors"))
    }
}
