package import Agent
import CounterRandom
package import Endpoints

/// A model behind a chat server as a policy: each turn is a request with the whole conversation (`EndpointFormat`).
package struct EndpointPolicy: Policy {
    private let model: String
    private let format: EndpointFormat
    private let complete: @Sendable (ChatRequest) async throws -> ChatReply

    private static let callEnd = "</tool_call>"

    /// - Parameters:
    ///   - model: the name that the server knows it by.
    ///   - format: which made the conversations.
    ///   - complete: asks the server, as `ChatClient` does.
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

    /// Tokens are Unicode scalars here and those of the server there: the server is told the limit of the turn.
    ///
    /// - Throws: what asking throws.
    package func complete(
        _ request: CompletionRequest, onToken: (@Sendable (WrittenToken) -> Void)?
    ) async throws -> Completion {
        // The seed is that of the sample, so that the samples of a question differ.
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
        if let onToken { tokens.forEach { onToken(WrittenToken($0, logProbability: 0)) } }
        return Completion(tokens: tokens, logProbabilities: tokens.map { _ in 0 }, finish: finish)
    }
}
