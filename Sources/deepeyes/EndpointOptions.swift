import Agent
import ArgumentParser
import Endpoints
import Evaluation
import Foundation
import Generation
import Models
import Settings

/// Options for a model behind an OpenAI-compatible API endpoint instead of one in a folder.
struct EndpointOptions: ParsableArguments {
    @Option(
        help:
            "URL of an OpenAI-compatible server to use instead of a local model, such as http://localhost:8000/v1."
    )
    var endpoint: String?

    @Option(help: "Environment variable with the server's API key.")
    var apiKeyVariable: String = ""

    @Option(
        help: "min_pixels of the server's image processor; if it differs, boxes are mapped wrongly.",
        range: .atLeast(1))
    var minimumPixels: Int = 3_136

    @Option(
        help:
            "Images are sent with at most this many pixels; must not exceed the server's max_pixels, or boxes are mapped wrongly.",
        range: .atLeast(1))
    var maximumPixels: Int = 1_003_520

    @Option(
        help: "Fraction of questions that may stay without an answer; above it the command fails.",
        range: .from(0, to: 1))
    var toleratedFailureFraction: Double = 0.05

    func validate() throws {
        guard minimumPixels <= maximumPixels else {
            throw ValidationError("--minimum-pixels must be no more than --maximum-pixels")
        }
    }

    /// The model's name in results; for a run's folder, the path of its newest checkpoint.
    ///
    /// - Throws: `CheckpointError` for a folder without a checkpoint.
    func name(of model: String) throws -> String {
        try endpoint.map { "\(model) at \($0)" } ?? ModelDirectory.checkpointPath(at: model)
    }

    /// - Parameters:
    ///   - model: the model's folder, or its name on the server.
    ///   - toolCalls: maximum tool calls executed in a trajectory.
    ///   - concurrency: maximum concurrent requests.
    ///   - memory: memory budget of a model from a folder.
    ///   - storage: precision and device of a model from a folder.
    /// - Throws: an error that names the invalid folder, URL or key; `ChatError` if the server does not answer with the model.
    func model(
        _ model: String, toolCalls: Int, concurrency: Int, memory: MemoryOptions, storage: ParameterStorage
    ) throws -> AskedModel {
        guard let endpoint else {
            return .here(
                try PolicyModel.fitting(
                    ModelDirectory.folder(at: model), storage: storage, budget: memory.budget),
                limits: AgentLimits(toolCalls: toolCalls), memory: memory.budget)
        }
        guard memory.memory == nil else {
            throw ValidationError(
                "--memory is for a model from a folder; the server of --endpoint has its own")
        }
        let client = try ChatClient(
            EndpointConfiguration(
                urls: [endpoint], apiKeyVariable: apiKeyVariable, concurrency: concurrency,
                timeoutSeconds: 600))
        try waiting { try await client.verify(model: model) }
        let processor = ProcessorConfiguration(minimumPixels: minimumPixels, maximumPixels: maximumPixels)
        return .endpoint(
            client, model: model, format: EndpointFormat(geometry: ImageProcessor(processor)),
            toolCalls: toolCalls)
    }
}
