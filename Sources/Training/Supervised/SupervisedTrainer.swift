package import Agent
import Foundation
package import Models
package import Runs
import Torch

/// Maximizes the likelihood of the assistant's tokens in conversations, which may have several turns and images.
///
/// Holds tensors, so one thread owns it.
package final class SupervisedTrainer {
    private let configuration: SupervisedConfiguration
    private let data: SupervisedData
    private let policyModel: PolicyModel
    private let learner: Learner
    private let packer: BatchPacker
    private let tools: ToolBox
    private let checkpoints: LearnerCheckpoints
    /// Number of completed steps.
    package private(set) var completedSteps = 0

    /// - Parameters:
    ///   - configuration: the settings.
    ///   - data: the conversations.
    ///   - folder: the folder of the run.
    ///   - policyModel: the model to train.
    ///   - tools: the tools that conversations may offer.
    package init(
        configuration: SupervisedConfiguration, data: SupervisedData, folder: RunFolder,
        policyModel: PolicyModel, tools: ToolBox
    ) {
        self.configuration = configuration
        self.data = data
        self.policyModel = policyModel
        self.tools = tools
        learner = Learner(
            model: policyModel.model, rules: policyModel.rules, configuration: configuration.optimizer,
            freezing: configuration.trainedParts.frozen, workers: configuration.workers)
        packer = BatchPacker(
            shape: policyModel.model.shape, processor: policyModel.processor,
            tokensPerPass: configuration.optimizer.tokensPerPass)
        checkpoints = LearnerCheckpoints(
            in: folder, policyModel: policyModel, learner: learner, configuration: configuration.checkpoint)
    }

    /// One optimizer step on the next conversations.
    ///
    /// - Throws: an error that names the invalid line or image.
    package func step() throws -> StepMetrics {
        var watch = Stopwatch()
        let step = completedSteps
        let passes = try watch.measure("pack") {
            try packer.passes(of: trees(data.indices(ofStep: step)), workers: configuration.workers)
        }
        let targetCount = passes.reduce(0) { $0 + $1.targets.count }
        let rate = configuration.optimizer.rates(steps: data.stepCount).rate(at: step)
        let outcome = try watch.measure("update") {
            try learner.update(
                passes, towards: .likelihood, divisor: Double(targetCount), learningRate: rate)
        }
        completedSteps += 1
        return StepMetrics(
            step: completedSteps,
            values: [
                Metric(MetricName.trainingLoss, outcome.loss),
                Metric(MetricName.epoch, data.epochs(after: completedSteps)),
                Metric(MetricName.targetTokens, Double(targetCount)),
                Metric(MetricName.gradientNorm, outcome.gradientNorm),
                Metric(MetricName.learningRate, rate),
            ],
            performance: watch.performance(tokens: passes.reduce(0) { $0 + $1.batch.tokens.count }))
    }

    /// The mean negative log-likelihood of the assistant's tokens in the held-out conversations, in nats.
    ///
    /// - Parameter shouldStop: called between passes.
    /// - Returns: nil if stopped, or if no conversation is held out.
    /// - Throws: an error that names the invalid line or image.
    package func validationLoss(shouldStop: () -> Bool) throws -> Double? {
        let indices = data.validation
        var (sum, count) = (0.0, 0)
        for start in stride(from: 0, to: indices.count, by: configuration.batch) {
            let chunk = indices[start..<min(start + configuration.batch, indices.count)]
            for pass in try packer.passes(of: trees(chunk)) {
                if shouldStop() { return nil }
                sum += try learner.negativeLogLikelihood(of: pass)
                count += pass.targets.count
            }
        }
        return count > 0 ? sum / Double(count) : nil
    }

    private func trees(_ indices: some Sequence<Int>) throws -> [PromptTree] {
        try indices.map { try data.tree(at: $0, format: policyModel.format, tools: tools) }
    }

    // MARK: State

    /// Writes a checkpoint of weights and optimizer atomically, and removes old checkpoints.
    package func saveCheckpoint() throws { try checkpoints.save(step: completedSteps) }

    /// Restores the optimizer's state from the checkpoint that the model was loaded from.
    package func restore(_ saved: Checkpoint) throws {
        try checkpoints.restore(saved)
        completedSteps = saved.step
    }

    /// Writes the trained model to a new folder.
    package func save(to folder: OutputFolder) throws { try policyModel.save(to: folder.url) }
}
