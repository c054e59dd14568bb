package import Foundation
package import Models
import Torch

/// What a pass is trained towards.
package enum Objective: Sendable {
    /// The clipped policy gradient; weights are advantages, log-probabilities those of the sampled distribution.
    case policyGradient(PolicyLoss, temperature: Double)
    /// The likelihood of the targets; weights are weights.
    case likelihood
}

/// A model with its optimizer: turns packed passes into one step of the weights.
///
/// Holds tensors, so one thread owns it.
package final class Learner {
    package let model: Qwen25VL
    /// The model, and as many more over its weights as there are workers beside the first.
    private let replicas: [Qwen25VL]
    private let optimizer: AdamW
    private let configuration: OptimizerConfiguration
    /// Excludes tokens that are never sampled from every distribution, as generation does.
    private let vocabularyBias: Tensor

    /// - Parameter workers: how many passes are computed side by side.
    package init(
        model: Qwen25VL, rules: TokenRules, configuration: OptimizerConfiguration, workers: Int = 1
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
        /// Mean over the targets counted.
        package var loss = 0.0
        package var clippedShare = 0.0
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
    ///   - objective: what they are trained towards.
    ///   - targetCount: what the summed loss is divided by; more than the passes hold where targets without a gradient
    ///     were left out.
    ///   - learningRate: of this step.
    package func update(
        _ passes: [TrainingPass], towards objective: Objective, targetCount: Int, learningRate: Double
    ) throws -> Outcome {
        var outcome = Outcome()
        guard !passes.isEmpty else { return outcome }
        optimizer.clearGradients()
        let shares = try sideBySide(replicas.count) { [self] worker in
            let passes = stride(from: worker, to: passes.count, by: replicas.count).map { passes[$0] }
            return gradients(of: passes, towards: objective, targetCount: targetCount, in: replicas[worker])
        }
        for share in shares {
            outcome.loss += share.loss
            outcome.clippedShare += share.clippedShare
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
        of passes: [TrainingPass], towards objective: Objective, targetCount: Int, in model: Qwen25VL
    ) -> Outcome {
        var outcome = Outcome()
        for pass in passes {
            let (loss, clippedCount) = summedLoss(of: pass, towards: objective, in: model)
            let mean = loss / Double(targetCount)
            mean.backward()
            outcome.loss += mean.item()
            outcome.clippedShare += clippedCount / Double(targetCount)
        }
        return outcome
    }

    /// Moves the gradients of a replica into the model's own.
    private func collectGradients(of replica: Qwen25VL) {
        for (own, other) in zip(model.parameters, replica.parameters) {
            guard let gradient = other.tensor.grad else { continue }
            if let sum = own.tensor.grad { sum.add_(gradient) } else { own.tensor.grad = gradient }
            other.tensor.grad = nil
        }
    }

    private func summedLoss(
        of pass: TrainingPass, towards objective: Objective, in model: Qwen25VL
    ) -> (Tensor, Double) {
        let hidden = model.hiddenStates(of: pass.batch)  // [token, width]
        let predictors = Tensor(pass.predictors, device: model.device)  // [target]
        let predicting = hidden.indexSelect(0, predictors)  // [target, width]
        let targets = Tensor(pass.targets, device: model.device)  // [target]
        let weights = Tensor(pass.weights, device: model.device)  // [target]
        switch objective {
        case .policyGradient(let policyLoss, let temperature):
            let (logProbabilities, _) = Tensor.tokenLogProbabilities(
                hidden: predicting, weight: model.head, bias: vocabularyBias, targets: targets,
                temperature: temperature)  // [target]
            let sum = policyLoss(
                logProbabilities: logProbabilities,
                old: Tensor(pass.oldLogProbabilities, device: model.device),
                advantages: weights)
            return (sum.loss, sum.clippedCount)
        case .likelihood:
            let (logProbabilities, _) = Tensor.tokenLogProbabilities(
                hidden: predicting, weight: model.head, targets: targets)  // [target]
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
