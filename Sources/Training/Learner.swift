package import Foundation
package import QwenVL
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
    private let optimizer: AdamW
    private let configuration: OptimizerConfiguration
    /// Excludes tokens that are never sampled from every distribution, as generation does.
    private let vocabularyBias: Tensor

    package init(model: Qwen25VL, rules: TokenRules, configuration: OptimizerConfiguration) {
        self.model = model
        self.configuration = configuration
        vocabularyBias = rules.bias(on: model.device)
        for parameter in model.parameters { parameter.tensor.requiresGrad = true }
        optimizer = AdamW(model.parameters, configuration.adamW)
    }

    /// What an update measured.
    package struct Outcome: Sendable {
        /// Mean over the targets counted.
        package var loss = 0.0
        package var clippedShare = 0.0
        package var gradientNorm = 0.0
        package var isFinite = true
    }

    /// Adds up the gradients of all passes and takes one step.
    ///
    /// Without passes nothing moves, not even by momentum. A loss or gradient that is not finite leaves the weights
    /// as they are and is reported.
    ///
    /// - Parameter targetCount: what the summed loss is divided by; more than the passes hold where targets without
    ///   a gradient were left out.
    package func update(
        _ passes: [TrainingPass], towards objective: Objective, targetCount: Int, learningRate: Double
    ) throws -> Outcome {
        var outcome = Outcome()
        guard !passes.isEmpty else { return outcome }
        optimizer.clearGradients()
        for pass in passes {
            let (loss, clippedCount) = try summedLoss(of: pass, towards: objective)
            let mean = loss / Double(targetCount)
            mean.backward()
            outcome.loss += mean.item()
            outcome.clippedShare += clippedCount / Double(targetCount)
        }
        outcome.gradientNorm = clipGradientNorm(
            model.parameters.map(\.tensor), maximum: configuration.maximumGradientNorm)
        outcome.isFinite = outcome.loss.isFinite && outcome.gradientNorm.isFinite
        if outcome.isFinite { optimizer.step(learningRate: learningRate) }
        return outcome
    }

    private func summedLoss(of pass: TrainingPass, towards objective: Objective) throws -> (Tensor, Double) {
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
