package import Agent
import CounterRandom
package import Foundation
package import Models
import Tasks

/// The conversations of a run: those to train on in a shuffled order, and those held out.
package struct SupervisedData: Sendable {
    private let conversations: ConversationFile
    private let configuration: SupervisedConfiguration
    /// Indices of the conversations to train on.
    private let training: [Int]
    /// Indices of the held-out conversations to measure the loss on.
    package let validation: [Int]

    /// Opens the file that the configuration names.
    ///
    /// - Throws: ``ConversationError`` if it cannot be read or has no conversation.
    package init(_ configuration: SupervisedConfiguration) throws {
        let conversations = try ConversationFile(URL(filePath: configuration.data))
        let count = conversations.count
        guard count > 0 else {
            throw ConversationError(
                place: configuration.data,
                problem: "it has no conversation; write one JSON object with messages a line")
        }
        self.conversations = conversations
        self.configuration = configuration
        let (fraction, limit) = (configuration.validation.holdOut, configuration.validation.limit)
        // Of a few conversations none is held out.
        guard (fraction * Double(count)).rounded() >= 1 else {
            training = Array(0..<count)
            validation = []
            return
        }
        let split = HeldOutSplit(of: count, fraction: fraction, seed: configuration.seed, file: 0)
        training = split.training
        validation = limit > 0 ? Array(split.heldOut.prefix(limit)) : split.heldOut
    }

    /// Reads every conversation, so that a bad one is found before the first step.
    ///
    /// - Parameters:
    ///   - model: the folder of the model; weights are not read.
    ///   - tools: the tools that a conversation may offer.
    /// - Throws: ``ConversationError`` with the number of bad lines and the reasons.
    package func check(model: URL, tools: ToolBox) throws {
        try conversations.check(conversations.count, model: model, tools: tools)
    }

    /// The keys without effect in the first conversations, as messages.
    package func unreadKeys() -> [String] { conversations.unreadKeys() }

    /// Number of optimizer steps.
    package var stepCount: Int {
        configuration.steps > 0 ? configuration.steps : configuration.epochs * stepsPerEpoch
    }

    /// The last step of an epoch has the conversations that remain, so that more epochs can be added to a finished run.
    private var stepsPerEpoch: Int { (training.count + configuration.batch - 1) / configuration.batch }

    /// The number of passes over the conversations after `step` steps.
    package func epochs(after step: Int) -> Double {
        let (epoch, steps) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
        return Double(epoch) + Double(steps * configuration.batch) / Double(training.count)
    }

    /// The indices of a step's conversations. Each epoch is shuffled anew, by the seed alone.
    ///
    /// - Parameter step: the step, counted from 0.
    package func indices(ofStep step: Int) -> [Int] {
        let (epoch, steps) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
        var random = CounterRandom(seed: configuration.seed, UInt64(epoch))
        var order = training
        random.shuffle(&order)
        return Array(order.dropFirst(steps * configuration.batch).prefix(configuration.batch))
    }

    /// The conversation at `index` as tokens.
    ///
    /// - Throws: ``ConversationError`` that names file and line.
    package func tree(at index: Int, format: ChatMLFormat, tools: ToolBox) throws -> PromptTree {
        try conversations.tree(at: index, format: format, tools: tools)
    }
}
