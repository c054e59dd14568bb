package import Agent
import Evaluation
package import Foundation
package import Models
import Torch

/// The training objective of a pass.
package enum TrainingGoal: Sendable {
    /// A policy loss; weights are advantages, and log-probabilities are those of the sampled distribution.
    case policy(PolicyLoss)
    /// The loss of a critic, whose value head the learner trains, with or without the model below it.
    case values(ValueLoss, trainsModel: Bool)
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
    /// The value head that is trained with the model, if there is one.
    package let valueHead: ValueHead?
    /// One model per worker, all with the same weights; the first is `model`.
    private let replicas: [Replica]
    private let optimizer: AdamW
    private let configuration: OptimizerConfiguration
    /// Excludes tokens that are never sampled from every distribution, as generation does.
    private let vocabularyBias: Tensor
    /// Computes log-probabilities and values under the present weights.
    package let evaluator: PassEvaluator

    /// A model with its value head.
    private struct Replica {
        let model: any VisionLanguageModel
        let valueHead: ValueHead?
        /// The trained parameters.
        let parameters: [NamedTensor]

        init(_ model: any VisionLanguageModel, _ valueHead: ValueHead?, freezing frozen: [ModulePattern]) {
            self.model = model
            self.valueHead = valueHead
            parameters = model.trainedParameters(freezing: frozen) + (valueHead?.parameters ?? [])
        }
    }

    /// - Parameters:
    ///   - model: the model to train.
    ///   - valueHead: a value head to train with it.
    ///   - rules: the sampling rules; tokens that they exclude have probability 0 here too.
    ///   - configuration: the optimizer's settings.
    ///   - frozen: modules that are not trained.
    ///   - workers: number of passes that are computed in parallel.
    package init(
        model: any VisionLanguageModel, valueHead: ValueHead? = nil, rules: TokenRules,
        configuration: OptimizerConfiguration, freezing frozen: [ModulePattern] = [], workers: Int = 1
    ) {
        self.model = model
        self.valueHead = valueHead
        self.configuration = configuration
        replicas =
            [Replica(model, valueHead, freezing: frozen)]
            + (1..<workers).map { _ in
                Replica(model.sharingWeights(), valueHead?.sharingWeights(), freezing: frozen)
            }
        vocabularyBias = rules.bias(on: model.device)
        evaluator = PassEvaluator(replicas.map(\.model), rules: rules)
        for replica in replicas {
            for parameter in replica.parameters { parameter.tensor.requiresGrad = true }
        }
        optimizer = AdamW(replicas[0].parameters, configuration.adamW)
    }

    /// The measurements of an update.
    package struct Outcome: Sendable {
        /// The loss: the sum over targets divided by the divisor.
        package var loss = 0.0
        /// Sums over the targets.
        package var measurements = LossMeasurements()
        package var gradientNorm = 0.0
        /// Whether loss and gradient norm are neither NaN nor infinite.
        package var isFinite = true

        package init() {}

        /// Several updates as one: means of losses and norms, sums of measurements.
        package init(of outcomes: [Outcome]) {
            guard outcomes.count != 1 else {
                self = outcomes[0]
                return
            }
            let count = Double(max(outcomes.count, 1))
            for outcome in outcomes {
                loss += outcome.loss / count
                gradientNorm += outcome.gradientNorm / count
                measurements = measurements + outcome.measurements
                isFinite = isFinite && outcome.isFinite
            }
        }

        /// Adds the value loss of a critic with a model of its own.
        mutating func add(critic: Outcome) {
            measurements.valueLossSum += critic.measurements.valueLossSum
            measurements.targetCount = max(measurements.targetCount, critic.measurements.targetCount)
            isFinite = isFinite && critic.isFinite
        }
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
            outcome.measurements = outcome.measurements + partial.measurements
        }
        for replica in replicas.dropFirst() {
            collectGradients(of: replica.parameters, into: replicas[0].parameters)
        }
        outcome.gradientNorm = clipGradientNorm(
            replicas[0].parameters.map(\.tensor), maximum: configuration.maximumGradientNorm)
        outcome.isFinite = outcome.loss.isFinite && outcome.gradientNorm.isFinite
        if outcome.isFinite { optimizer.step(learningRate: learningRate) }
        return outcome
    }

    /// Adds the gradients of `passes` to those of `model`.
    private func gradients(
        of passes: [TrainingPass], towards goal: TrainingGoal, divisor: Double,
        in replica: Replica
    ) throws -> Outcome {
        var outcome = Outcome()
        for pass in passes {
            let (loss, measurements) = try summedLoss(of: pass, towards: goal, in: replica)
            let mean = loss / divisor
            mean.backward()
            outcome.loss += mean.item()
            outcome.measurements = outcome.measurements + measurements
        }
        return outcome
    }

    private func summedLoss(
        of pass: TrainingPass, towards goal: TrainingGoal, in replica: Replica
    ) throws -> (Tensor, LossMeasurements) {
        let model = replica.model
        let hidden = model.hiddenStates(of: pass.batch)  // [token, width]
        switch goal {
        case .policy(let loss):
            let (logProbabilities, entropies) = model.logProbabilities(
                of: pass.targets, at: pass.predictors, in: hidden, temperature: loss.temperature,
                bias: vocabularyBias)  // [target]
            return try loss(
                pass, logProbabilities: logProbabilities, entropies: entropies,
                values: replica.valueHead?.values(of: pass, in: hidden))
        case .values(let loss, let trainsModel):
            guard let head = replica.valueHead else { preconditionFailure("the learner has no value head") }
            var measurements = LossMeasurements()
            measurements.targetCount = pass.targets.count
            let read = trainsModel ? hidden : hidden.detached()
            let sum = loss(head.values(of: pass, in: read), pass.terms).sum()
            measurements.valueLossSum = sum.item()
            return (sum, measurements)
        case .likelihood:
            let (logProbabilities, _) = model.logProbabilities(
                of: pass.targets, at: pass.predictors, in: hidden)  // [target]
            let weights = Tensor(pass.weights, device: model.device)  // [target]
            return (-(logProbabilities * weights).sum(), LossMeasurements())
        }
    }

    /// The negative log-likelihood of a pass, summed over its targets, in nats; without a gradient.
    package func negativeLogLikelihood(of pass: TrainingPass) throws -> Double {
        try withoutGradient { try summedLoss(of: pass, towards: .likelihood, in: replicas[0]).0.item() }
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
