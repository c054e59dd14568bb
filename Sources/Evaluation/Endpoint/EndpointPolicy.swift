package import Agent
import CounterRandom
package import Endpoints

/// A policy that is a model behind a chat API: each turn is a request with the whole conversation (`EndpointFormat`).
package struct EndpointPolicy: Policy {
    private let model: String
    private let format: EndpointFormat
    private let complete: @Sendable (ChatRequest) async throws -> ChatReply

    private static let callEnd = "</tool_call>"

    /// - Parameters:
    ///   - model: the model's name on the server.
    ///   - format: the format of the transcripts.
    ///   - complete: sends a request, as `ChatClient` does.
    package init(
        model: String, format: EndpointFormat,
        complete: @escaping @Sendable (ChatRequest) async throws -> ChatReply
    ) {
        self.model = model
        self.format = format
        self.complete = complete
    }

    package func begin(_ ids: [TrajectoryID]) async {}

    package func end(_ id: TrajectoryID) async {}

    /// Completes a turn. The request's token limit is passed on to the server, which counts its own tokens, not Unicode
    /// scalars.
    ///
    /// - Throws: an error of the request.
    package func complete(
        _ request: CompletionRequest, onToken: (@Sendable (GeneratedToken) -> Void)?
    ) async throws -> Completion {
        // The seed is drawn from the sample's random numbers, so that the samples of a question differ.
        var random = request.random
        let reply = try await complete(
            ChatRequest(
                model: model, messages: format.messages(of: request.transcript),
                temperature: request.sampling.temperature, maximumTokens: request.sampling.maximumTokens,
                seed: Int(random.next() >> 33)))
        let choice = reply.choices[0]
        var text = choice.text
        var finish = choice.isCutOff ? FinishReason.length : .endOfTurn
        if let end = text.firstRange(of: Self.callEnd) {
            text = String(text[..<end.upperBound])
            finish = .toolCall
        }
        let tokens = EndpointFormat.tokens(of: text)
        if let onToken { tokens.forEach { onToken(GeneratedToken($0, logProbability: 0)) } }
        return Completion(tokens: tokens, logProbabilities: tokens.map { _ in 0 }, finish: finish)
    }
}
