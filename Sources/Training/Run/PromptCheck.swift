package import Agent
package import Foundation
import Models
package import Tasks

/// Refuses examples that a model cannot be asked.
package struct PromptCheck: Sendable {
    private let format: any ChatFormat
    private let tools: ToolBox
    private let contextTokens: Int

    /// - Parameters:
    ///   - model: the folder of the model; weights are not read.
    ///   - tools: the tools that are offered of those that an example names.
    ///   - limit: the context of a trajectory, in tokens, if it is shorter than the model's.
    /// - Throws: an error that names the file that is missing or damaged.
    package init(model: URL, tools: ToolBox, limit: Int = .max) throws {
        format = try ChatMLFormat(directory: model)
        self.tools = tools
        contextTokens = min(limit, try ModelDirectory(model).configuration.shape.maximumPositionCount)
    }

    /// The length of an example's prompt in tokens.
    ///
    /// - Throws: `RowError` for a prompt that leaves no room for an answer; an error of the format for an image that the
    ///   model does not support.
    @discardableResult
    package func promptLength(of example: Example) throws -> Int {
        let offered = tools.specifications(of: example.tools, boxesIn: format.boxFrame)
        let length = try format.prompt(example.messages(viewedBy: format), tools: offered).tokens.count
        guard length < contextTokens else {
            throw RowError(
                problem:
                    "the prompt has \(length) tokens; the context holds \(contextTokens), with the answer")
        }
        return length
    }
}

extension PromptCheck {
    /// The check of a run's examples.
    ///
    /// - Throws: an error that names the file that is missing or damaged.
    init(_ configuration: TrainingConfiguration, model: URL) throws {
        try self.init(
            model: model, tools: configuration.toolBox, limit: configuration.rollout.limits.contextTokens)
    }
}
