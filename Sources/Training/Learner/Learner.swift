package import Agent
import Evaluation
package import Foundation
package import Models
import Torch

/// The training objective of a pass.
package enum TrainingGoal: Sendable {
    /// A policy loss; weights are advantages, and log-probabilities are those of the sampled distribution.
    case reward(Objective, temperature: Double)
    /// The weighted log-likelihood of the targets.
    case likelihood
}

/// Targets have no log-probabilities of the policy that sampled them.
package struct MissingLogProbabilitiesError: Error, Hashable, CustomStringConvertible {
    /// The trajectories of the pass.
    package let trajectories: [TrajectoryID]

    package var description: String {
        let names = trajectories.prefix(3).map { "\($0.group)/\($0.sample)" }.joined(separator: ", ")
        return
            "a completion of the trajectories \(names) has no log-probabilities; reinforcement learning needs "
            + "sampled completions"
    }
}

/// A model with its optimizer: updates the weights from packed passes.
///
/// Holds tensors, so one thread owns it.
package final class Learner {
    package let model: any VisionLanguageModel
    /// One model per worker, all with the same weights; the first is `model`.
    private let replicas: [any VisionLanguageModel]
    private let optimizer: AdamW
    private let configuration: OptimizerConfiguration
    /// Excludes tokens that are never sampled from every distribution, as generation does.
    private let vocabularyBias: Tensor

    /// - Parameters:
    ///   - model: the model to train.
    ///   - rules: the sampling rules; tokens that they exclude have probability 0 here too.
    ///   - configuration: the optimizer's settings.
    ///   - workers: number of passes that are computed in parallel.
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

    /// The measurements of an update.
    package struct Outcome: Sendable {
        /// The loss: the sum over targets divided by the divisor.
        package var loss = 0.0
        /// Number of clipped targets.
        package var clippedCount = 0.0
        package var gradientNorm = 0.0
        /// Whether loss and gradient norm are neither NaN nor infinite.
        package var isFinite = true

        package init() {}
    }

    /// Sums the gradients of all passes and takes one optimizer step.
    ///
    /// Without passes there is no step, so momentum does not move the weights. If the loss or the gradient is NaN or
    /// infinite, the step is skipped; see ``Outcome/isFinite``.
    ///
    /// - Parameters:
    ///   - passes: the passes; they are dealt to the workers in turn.
    ///   - goal: the training objective.
    ///   - divisor: the divisor of the summed loss, such as the number of targets including those skipped for lack of a
    ///     gradient.
    ///   - learningRate: the learning rate of this step.
    package func update(
        _ passes: [TrainingPass], towards goal: TrainingGoal, divisor: Double, learningRate: Double
    ) throws -> Outcome {
        var outcome = Outcome()
        guard !passes.isEmpty else { return outcome }
        optimizer.clearGradients()
        let partialOutcomes = try inParallel(replicas.count) { [self] worker in
            let passes = stride(from: worker, to: passes.count, by: replicas.count).map { passes[$0] }
            return try gradients(of: passes, towards: goal, divisor: divisor, in: replicas[worker])
        }
        for partial in partialOutcomes {
            outcome.loss += partial.loss
            outcome.clippedCount += partial.clippedCount
        }
        for replica in replicas.dropFirst() { collectGradients(of: replica) }
        outcome.gradientNorm = clipGradientNorm(
            model.parameters.map(\.tensor), maximum: configuration.maximumGradientNorm)
        outcome.isFinite = outcome.loss.isFinite && outcome.gradientNorm.isFinite
        if outcome.isFinite { optimizer.step(learningRate: learningRate) }
        return outcome
    }

    /// Adds the gradients of `passes` to those of `model`.
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

    /// Adds the gradients of a replica to those of the model and clears them.
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

    /// The negative log-likelihood of a pass, summed over its targets, in nats; without a gradient.
    package func negativeLogLikelihood(of pass: TrainingPass) throws -> Double {
        try withoutGradient { try summedLoss(of: pass, towards: .likelihood, in: model).0.item() }
    }

    // MARK: State

    /// Writes the optimizer's state to a safetensors file.
    package func saveState(to url: URL) throws { try SafetensorsWriter.write(optimizer.state, to: url) }

    /// Restores the state written by ``saveState(to:)``.
    package func loadState(from url: URL) throws {
        let file = try SafetensorsFile(url)
        try optimizer.restore { try file.tensor($0, shape: $1) }
    }
}
