import Agent
import Endpoints
import Evaluation
import Generation
import Models
import Rollout

/// The model that an evaluation or a selection asks: loaded in this process, or behind an API endpoint.
enum AskedModel {
    case here(PolicyModel, limits: AgentLimits, memory: MemoryPlan.Budget)
    case endpoint(ChatClient, model: String, format: EndpointFormat, toolCalls: Int)

    /// The chat format; it sets the coordinate frame of the model's boxes.
    var format: any ChatFormat {
        switch self {
        case .here(let model, _, _): model.format
        case .endpoint(_, _, let format, _): format
        }
    }

    /// Calls `body` with a runner that generates with the model.
    ///
    /// - Throws: what `body` throws.
    func serve<Output: Sendable>(
        _ body: @escaping @Sendable (RolloutRunner) async throws -> Output
    ) throws -> Output {
        let format = format
        let tools = ToolBox.standard
        switch self {
        case .here(let model, let limits, let memory):
            return try model.workers(budget: memory).serve { policy in
                try await body(RolloutRunner(policy: policy, format: format, tools: tools, limits: limits))
            }
        case .endpoint(let client, let name, let format, let toolCalls):
            // The server limits lengths: an endpoint's transcript counts characters, not tokens.
            let limits = AgentLimits(
                toolCalls: toolCalls, completionTokens: .max / 2, contextTokens: .max / 2)
            let policy = EndpointPolicy(model: name, format: format) { try await client.complete($0) }
            return try waiting {
                try await body(RolloutRunner(policy: policy, format: format, tools: tools, limits: limits))
            }
        }
    }
}
