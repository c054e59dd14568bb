package import Agent
import CounterRandom
package import Foundation
package import Models
package import Settings
import Torch

/// The configuration of supervised training.
package struct SupervisedConfiguration: Codable, Sendable {
    @Setting("Folder of the base checkpoint.") package var model = "Models/nano-base"
    @Setting("Random seed for the order of conversations.") package var seed: UInt64 = 1
    @Setting("How often each conversation is trained on.", .atLeast(1)) package var epochs = 1
    @Setting("Conversations per optimizer step.", .atLeast(1)) package var batch = 16
    @Setting("The optimizer.") package var optimizer = SupervisedConfiguration.finetuning

    package init() {}

    private static var finetuning: OptimizerConfiguration {
        var optimizer = OptimizerConfiguration()
        optimizer.learningRate = 1e-5
        optimizer.schedule = .cosine
        return optimizer
    }
}

/// Maximizes the likelihood of the assistant's tokens in conversations, which may have several turns and images.
///
/// Holds tensors, so one thread owns it.
package final class SupervisedTrainer {
    /// The result of a step.
    package struct Step: Sendable {
        /// Counted from 1.
        package let index: Int
        /// Mean negative log-likelihood of the assistant's tokens.
        package let loss: Double
        package let gradientNorm: Double
    }

    private let configuration: SupervisedConfiguration
    private let conversations: ConversationFile
    private let policyModel: PolicyModel
    private let learner: Learner
    private let packer: BatchPacker
    private let tools: ToolBox

    package init(
        configuration: SupervisedConfiguration, conversations: ConversationFile, policyModel: PolicyModel,
        tools: ToolBox
    ) {
        self.configuration = configuration
        self.conversations = conversations
        self.policyModel = policyModel
        self.tools = tools
        learner = Learner(
            model: policyModel.model, rules: policyModel.rules, configuration: configuration.optimizer)
        packer = BatchPacker(
            shape: policyModel.model.shape, processor: policyModel.processor,
            tokensPerPass: configuration.optimizer.tokensPerPass)
    }

    /// Total number of steps.
    package var stepCount: Int {
        (conversations.count * configuration.epochs + configuration.batch - 1) / configuration.batch
    }

    /// Trains all steps, or until `shouldStop` returns true after a step.
    ///
    /// - Throws: an error that names the invalid line or image.
    package func run(onStep: (Step) -> Void, shouldStop: () -> Bool) throws {
        let rates = configuration.optimizer.rates(steps: stepCount)
        for step in 0..<stepCount {
            let positions =
                step
                * configuration.batch..<min(
                    (step + 1) * configuration.batch, conversations.count * configuration.epochs)
            let trees = try positions.map { position in
                try conversations.tree(at: index(at: position), format: policyModel.format, tools: tools)
            }
            let passes = try packer.passes(of: trees)
            let outcome = try learner.update(
                passes, towards: .likelihood, divisor: Double(passes.reduce(0) { $0 + $1.targets.count }),
                learningRate: rates.rate(at: step))
            onStep(Step(index: step + 1, loss: outcome.loss, gradientNorm: outcome.gradientNorm))
            if shouldStop() { return }
        }
    }

    /// Writes the trained checkpoint.
    package func save(to url: URL) throws { try policyModel.save(to: url) }

    /// The index of the conversation at a position in the training sequence; each epoch is shuffled anew.
    private func index(at position: Int) -> Int {
        let (epoch, rank) = position.quotientAndRemainder(dividingBy: conversations.count)
        if epoch != order.epoch {
            var random = CounterRandom(seed: configuration.seed, UInt64(epoch))
            order = (epoch, Array(0..<conversations.count))
            random.shuffle(&order.indices)
        }
        return order.indices[rank]
    }

    private var order: (epoch: Int, indices: [Int]) = (-1, [])
}
