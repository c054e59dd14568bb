package import Foundation
import QwenVL
import Torch

/// Teaches the base of the nano model from scenes, by likelihood of the answers.
///
/// Holds tensors, so one thread owns it.
package final class NanoBaseTrainer {
    /// What a step came to.
    package struct Step: Sendable {
        /// Counted from 1.
        package let index: Int
        /// Mean negative log-likelihood of the answers' tokens.
        package let loss: Double
        package let gradientNorm: Double
    }

    private let configuration: NanoBaseConfiguration
    private let policyModel: PolicyModel
    private let lessons: SceneLessons
    private let learner: Learner
    private let packer: BatchPacker

    /// - Throws: an error that names the file of the model or the value of the configuration that cannot be used.
    package init(_ configuration: NanoBaseConfiguration) throws {
        self.configuration = configuration
        Tensor.setThreadCount(
            configuration.threads > 0 ? configuration.threads : ProcessInfo.processInfo.activeProcessorCount)
        policyModel = try PolicyModel(directory: URL(filePath: configuration.model))
        lessons = try SceneLessons(configuration, format: policyModel.format)
        learner = Learner(
            model: policyModel.model, rules: policyModel.rules, configuration: configuration.optimizer)
        packer = BatchPacker(
            configuration: policyModel.model.configuration, processor: policyModel.processor,
            tokensPerPass: configuration.optimizer.tokensPerPass)
    }

    /// Trains to the end, or until `shouldStop` says so after a step.
    ///
    /// - Throws: what a lesson throws.
    package func run(onStep: (Step) -> Void, shouldStop: () -> Bool) throws {
        let rates = configuration.optimizer.rates(steps: configuration.steps)
        for step in 0..<configuration.steps {
            let count = configuration.scenesPerStep
            let trees = try (step * count..<(step + 1) * count).flatMap(lessons.trees(ofScene:))
            let passes = try packer.passes(of: trees)
            let outcome = try learner.update(
                passes, towards: .likelihood, targetCount: passes.reduce(0) { $0 + $1.targets.count },
                learningRate: rates.rate(at: step))
            onStep(Step(index: step + 1, loss: outcome.loss, gradientNorm: outcome.gradientNorm))
            if shouldStop() { return }
        }
    }

    /// Writes the trained checkpoint.
    package func save(to url: URL) throws { try policyModel.save(to: url) }
}
