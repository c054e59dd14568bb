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
            "Most pixels of an image that is sent; what the server's processor takes, so that boxes fit."
    )
    var maximumPixels: Int = 1_003_520

    @Option(
        help:
            "Fewest pixels of an image that is sent; as the processor of the server has it."
    )
    var minimumPixels: Int = 3136

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
        guard minimumPixels > 0, maximumPixels >= minimumPixels else {
            throw ValidationError("--minimum-pixels must be 1 or more, and --maximum-pixels no less")
        }
        let processor = ProcessorConfiguration(minimumPixels: minimumPixels, maximumPixels: maximumPixels)
        return .endpoint(client, model: model, processor: processor, toolCalls: toolCalls)
    }
}
