package import Agent
import Evaluation
package import Foundation
package import Models
import Torch

/// What a pass is trained towards.
package enum TrainingGoal: Sendable {
    /// An objective of reinforcement learning; weights are advantages, log-probabilities those of the sampled distribution.
    case reward(Objective, temperature: Double)
    /// The likelihood of the targets; weights are weights.
    case likelihood
}

/// Targets lack the log-probability of the policy that sampled them.
package struct MissingLogProbabilitiesError: Error, Hashable, CustomStringConvertible {
    /// Trajectories of the pass.
    package let trajectories: [TrajectoryID]

    package var description: String {
        let names = trajectories.prefix(3).map { "\($0.group)/\($0.sample)" }.joined(separator: ", ")
        return
            "a completion of the trajectories \(names) has no log-probabilities: only what was sampled can be "
            + "trained on by reward"
    }
}

/// A model with its optimizer: turns packed passes into one step of the weights.
///
/// Holds tensors, so one thread owns it.
package final class Learner {
    package let model: any VisionLanguageModel
    /// The model, and as many more over its weights as there are workers beside the first.
    private let replicas: [any VisionLanguageModel]
    private let optimizer: AdamW
    private let configuration: OptimizerConfiguration
    /// Excludes tokens that are never sampled from every distribution, as generation does.
    private let vocabularyBias: Tensor

    /// - Parameter workers: how many passes are computed side by side.
    package init(
        model: any VisionLanguageModel, rules: TokenRules, configuration: OptimizerConfiguration,
        workers: Int = 1
    ) {
        self.model = model
        self.configuration = configuration
        replicas = [model] + (1..<workers).map { _ in model.sharingWeights() }
        vocabularyBias = rules.bias(on: model.device)
        for replica in replicas {
            for parameter in replica.parameters { parameter.tensor.requiresGrad = true }
        }
        optimizer = AdamW(model.parameters, configuration.adamW)
    }

    /// What an update measured.
    package struct Outcome: Sendable {
        /// The sum over targets by the divisor.
        package var loss = 0.0
        /// Targets that the objective's clip holds back.
        package var clippedCount = 0.0
        package var gradientNorm = 0.0
        package var isFinite = true

        package init() {}
    }

    /// Adds up the gradients of all passes and takes one step.
    ///
    /// Without passes nothing moves, not even by momentum. A loss or gradient that is not finite leaves the weights
    /// as they are and is reported.
    ///
    /// - Parameters:
    ///   - passes: shared out among the workers in turn.
    ///   - goal: what they are trained towards.
    ///   - divisor: what the summed loss is divided by, such as the number of targets, those without a gradient that
    ///     were left out included.
    ///   - learningRate: of this step.
    package func update(
        _ passes: [TrainingPass], towards goal: TrainingGoal, divisor: Double, learningRate: Double
    ) throws -> Outcome {
        var outcome = Outcome()
        guard !passes.isEmpty else { return outcome }
        optimizer.clearGradients()
        let shares = try inParallel(replicas.count) { [self] worker in
            let passes = stride(from: worker, to: passes.count, by: replicas.count).map { passes[$0] }
            return try gradients(of: passes, towards: goal, divisor: divisor, in: replicas[worker])
        }
        for share in shares {
            outcome.loss += share.loss
            outcome.clippedCount += share.clippedCount
        }
        for replica in replicas.dropFirst() { collectGradients(of: replica) }
        outcome.gradientNorm = clipGradientNorm(
            model.parameters.map(\.tensor), maximum: configuration.maximumGradientNorm)
        outcome.isFinite = outcome.loss.isFinite && outcome.gradientNorm.isFinite
        if outcome.isFinite { optimizer.step(learningRate: learningRate) }
        return outcome
    }

    /// Adds the gradients of all `passes` to those of `model`.
    private func gradients(
        of passes: [TrainingPass], towards goal: TrainingGoal, divisor: Double,
        in model: any VisionLanguageModel
    ) throws -> Outcome {
        var outcome = Outcome()
        for pass in passes {
            let (loss, clippedCount) = try summedLoss(of: pass, towards: goal, in: model)
            let mean = loss / divisor
            mean.backward()
            outcome.loss += mean.item()
            outcome.clippedCount += clippedCount
        }
        return outcome
    }

    /// Moves the gradients of a replica into the model's own.
    private func collectGradients(of replica: any VisionLanguageModel) {
        for (own, other) in zip(model.parameters, replica.parameters) {
            guard let gradient = other.tensor.grad else { continue }
            if let sum = own.tensor.grad { sum.add_(gradient) } else { own.tensor.grad = gradient }
            other.tensor.grad = nil
        }
    }

    private func summedLoss(
        of pass: TrainingPass, towards goal: TrainingGoal, in model: any VisionLanguageModel
    ) throws -> (Tensor, Double) {
        let hidden = model.hiddenStates(of: pass.batch)  // [token, width]
        let weights = Tensor(pass.weights, device: model.device)  // [target]
        switch goal {
        case .reward(let objective, let temperature):
            guard let old = pass.oldLogProbabilities else {
                throw MissingLogProbabilitiesError(trajectories: pass.trajectories.compactMap(\.self))
            }
            let (logProbabilities, _) = model.logProbabilities(
                of: pass.targets, at: pass.predictors, in: hidden, temperature: temperature,
                bias: vocabularyBias)  // [target]
            let sum = objective(
                logProbabilities: logProbabilities, old: Tensor(old, device: model.device),
                advantages: weights)
            return (sum.loss, sum.clippedCount)
        case .likelihood:
            let (logProbabilities, _) = model.logProbabilities(
                of: pass.targets, at: pass.predictors, in: hidden)  // [target]
            return (-(logProbabilities * weights).sum(), 0)
        }
    }

    // MARK: State

    /// Writes the optimizer's state to a safetensors file.
    package func saveState(to url: URL) throws { try SafetensorsWriter.write(optimizer.state, to: url) }

    /// Takes up the state that ``saveState(to:)`` wrote.
    package func loadState(from url: URL) throws {
        let file = try SafetensorsFile(url)
        try optimizer.restore { try file.tensor($0, shape: $1) }
    }
}
