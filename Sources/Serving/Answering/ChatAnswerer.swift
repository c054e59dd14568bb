import Agent
import CounterRandom

/// What an answer starts from: a conversation as tokens, and how to go on from there.
struct ChatPrompt: Sendable {
    let segment: Segment
    /// Names of the tools that the server runs, or that the client does.
    let toolNames: [String]
    let isThinking: Bool
    let sampling: Sampling
    /// Keyed by the seed of the request.
    var random: CounterRandom
    let stops: [String]

    var imageTokenCount: Int { segment.images.reduce(0) { $0 + $1.tokenCount } }
}

/// Has a model answer: once (plain), or in a loop with the tools that the server runs (thinking).
struct ChatAnswerer: Sendable {
    let model: ServedModel

    /// One of the answers to a prompt; who stops listening stops the model.
    ///
    /// - Parameters:
    ///   - prompt: what to answer.
    ///   - id: of this answer alone.
    /// - Returns: events, the last of which is `finished`. It throws what the model throws.
    func answer(to prompt: ChatPrompt, id: TrajectoryID) -> AsyncThrowingStream<AnswerEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await write(prompt, id) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func write(
        _ prompt: ChatPrompt, _ id: TrajectoryID, emit: (AnswerEvent) -> Void
    ) async throws {
        var writer = AnswerWriter(
            isThinking: prompt.isThinking, stops: prompt.stops, turnEnds: model.turnEnds,
            offersTools: !prompt.toolNames.isEmpty)
        var observed = (tokens: 0, imageTokens: 0)
        var finish = FinishReason.endOfTurn
        events: for try await event in happenings(prompt, id) {
            switch event {
            case .token(let token, let text):
                writer.append(token, text: text).forEach(emit)
                if writer.isStopped { break events }
            case .called(let record):
                writer.endTurn().forEach(emit)
                emit(.toolCalled(record))
            case .finished(let reason, let observations):
                finish = reason
                observed = observations
            }
        }
        try Task.checkCancellation()
        let (events, reason) = writer.finish(finish)
        events.forEach(emit)
        emit(
            .finished(
                AnswerEnd(
                    reason: reason, completionTokens: writer.tokenCount, observationTokens: observed.tokens,
                    observedImageTokens: observed.imageTokens)))
    }

    // MARK: The model's side

    private enum Happening: Sendable {
        case token(WrittenToken, text: String)
        case called(ToolCallRecord)
        case finished(FinishReason, observed: (tokens: Int, imageTokens: Int))
    }

    private func happenings(
        _ prompt: ChatPrompt, _ id: TrajectoryID
    ) -> AsyncThrowingStream<Happening, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let last =
                        prompt.isThinking
                        ? try await think(prompt, id) { continuation.yield($0) }
                        : try await complete(prompt, id) { continuation.yield($0) }
                    continuation.yield(last)
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func complete(
        _ prompt: ChatPrompt, _ id: TrajectoryID, emit: @escaping @Sendable (Happening) -> Void
    ) async throws -> Happening {
        let text = TextStream(format: model.format)
        let transcript = Transcript([prompt.segment])
        let request = CompletionRequest(
            id: id, transcript: transcript, sampling: prompt.sampling, random: prompt.random,
            maximumTokens: min(
                prompt.sampling.maximumTokens, model.limits.contextTokens - transcript.tokenCount))
        let result: Result<Completion, any Error>
        do {
            result = .success(
                try await model.policy.complete(request) { token in
                    emit(.token(token, text: text.append(token.token)))
                })
        } catch {
            result = .failure(error)
        }
        await model.policy.end(id)
        return .finished(try result.get().finish, observed: (0, 0))
    }

    private func think(
        _ prompt: ChatPrompt, _ id: TrajectoryID, emit: @escaping @Sendable (Happening) -> Void
    ) async throws -> Happening {
        let loop = AgentLoop(
            policy: model.policy, format: model.format, tools: model.tools, limits: model.limits)
        let request = AgentRequest(
            id: id, prompt: prompt.segment, tools: prompt.toolNames, sampling: prompt.sampling,
            random: prompt.random)
        let trajectory = try await loop.run(request) { _, event in
            switch event {
            case .token(let token, let text): emit(.token(token, text: text))
            case .toolCalled(let record): emit(.called(record))
            case .observation, .finished: break
            }
        }
        let observations = trajectory.transcript.segments.filter { $0.kind == .observation }
        let observed = (
            tokens: observations.reduce(0) { $0 + $1.tokens.count },
            imageTokens: observations.flatMap(\.images).reduce(0) { $0 + $1.tokenCount }
        )
        switch trajectory.finish {
        case .answered: return .finished(.endOfTurn, observed: observed)
        case .lengthLimit, .contextLimit, .turnLimit: return .finished(.length, observed: observed)
        case .failed(let reason): throw AnswerError(description: reason)
        }
    }
}

/// The model could not answer, for the reason given.
struct AnswerError: Error, CustomStringConvertible {
    let description: String
}
