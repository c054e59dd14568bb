import Agent
import ArgumentParser
import Endpoints
import Evaluation
import Foundation
import Generation
import Models

/// A model on a server in place of one from a folder.
struct EndpointOptions: ParsableArguments {
    @Option(
        help: "Address of an OpenAI-compatible server whose model is asked, such as http://localhost:8000/v1."
    )
    var endpoint: String?

    @Option(help: "Environment variable that holds the API key of the server.")
    var apiKeyVariable: String = ""

    @Option(help: "Fewest pixels to which the server's processor resizes an image, so that boxes fit.")
    var minimumPixels: Int = 3_136

    @Option(
        help:
            "Most pixels of an image that is sent; no more than the server's processor takes, so that boxes fit."
    )
    var maximumPixels: Int = 1_003_520

    func validate() throws {
        guard 0 < minimumPixels, minimumPixels <= maximumPixels else {
            throw ValidationError("--minimum-pixels must be at least 1 and no more than --maximum-pixels")
        }
    }

    /// What results say was asked.
    func name(of model: String) -> String { endpoint.map { "\(model) at \($0)" } ?? model }

    /// - Parameters:
    ///   - memory: for a model from a folder.
    ///   - model: folder of a model, or its name on the server.
    ///   - toolCalls: most that are answered in a trajectory.
    ///   - concurrency: requests under way at a time.
    /// - Throws: an error that names the folder, address or key that cannot be used.
    func model(
        _ model: String, toolCalls: Int, concurrency: Int, memory: MemoryOptions
    ) throws -> AskedModel {
        guard let endpoint else {
            return .here(
                try PolicyModel.fitting(URL(filePath: model), budget: memory.budget),
                limits: AgentLimits(toolCalls: toolCalls), memory: memory.budget)
        }
        let client = try ChatClient(
            EndpointConfiguration(
                urls: [endpoint], apiKeyVariable: apiKeyVariable, concurrency: concurrency,
                timeoutSeconds: 600))
        let processor = ProcessorConfiguration(minimumPixels: minimumPixels, maximumPixels: maximumPixels)
        return .endpoint(
            client, model: model, format: EndpointFormat(geometry: ImageProcessor(processor)),
            toolCalls: toolCalls)
    }
}
