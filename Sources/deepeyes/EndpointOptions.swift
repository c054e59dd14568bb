import Agent
import ArgumentParser
import Endpoints
import Foundation
import QwenVL

/// A model on a server in place of one from a folder.
struct EndpointOptions: ParsableArguments {
    @Option(
        help: "Address of an OpenAI-compatible server whose model is asked, such as http://localhost:8000/v1."
    )
    var endpoint: String?

    @Option(help: "Environment variable that holds the API key of the server.")
    var apiKeyVariable: String = ""

    @Option(
        help:
            "Most pixels of an image that is sent; no more than the server's processor takes, so that boxes fit."
    )
    var maximumPixels: Int = 1_003_520

    /// What results say was asked.
    func name(of model: String) -> String { endpoint.map { "\(model) at \($0)" } ?? model }

    /// - Parameters:
    ///   - model: folder of a model, or its name on the server.
    ///   - toolCalls: most that are answered in a trajectory.
    ///   - concurrency: requests under way at a time.
    /// - Throws: an error that names the folder, address or key that cannot be used.
    func model(_ model: String, toolCalls: Int, concurrency: Int) throws -> AskedModel {
        guard let endpoint else {
            return .here(
                try PolicyModel(directory: URL(filePath: model)), limits: AgentLimits(toolCalls: toolCalls))
        }
        let client = try ChatClient(
            EndpointConfiguration(
                urls: [endpoint], apiKeyVariable: apiKeyVariable, concurrency: concurrency,
                timeoutSeconds: 600))
        return .endpoint(client, model: model, maximumPixels: maximumPixels, toolCalls: toolCalls)
    }
}
