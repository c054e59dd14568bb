import Agent
import CounterRandom
import Synchronization

/// A conversation as tokens, with the settings for generating an answer.
struct ChatPrompt: Sendable {
    let segment: Segment
    /// Names of the offered tools, run by the server or by the client.
    let toolNames: [String]
    let isThinking: Bool
    let sampling: Sampling
    var random: CounterRandom
    let stops: [String]
    let wantsTokens: Bool
    /// How many of the most likely tokens to report for each generated one.
    let alternativeCount: Int
    let options: TurnOptions

    var imageTokenCount: Int { segment.images.reduce(0) { $0 + $1.tokenCount } }
}

/// Generates answers with a model: one completion (plain), or an agent loop with server-side tools (thinking).
struct ChatAnswerer: Sendable {
    let model: ServedModel

    /// Generates one answer to a prompt. Cancelling the task stops generation.
    ///
    /// - Parameters:
    ///   - prompt: the conversation and sampling settings.
    ///   - id: unique to this answer.
    ///   - emit: receives the events in order, one call at a time, on any thread. It must return quickly, because
    ///     generation waits for it. The last event is `finished`.
    /// - Throws: errors of the model; `CancellationError` if the task was cancelled.
    func answer(
        to prompt: ChatPrompt, id: TrajectoryID, emit: @escaping @Sendable (AnswerEvent) -> Void
    ) async throws {
        let sink = EventSink(
            AnswerWriter(
                isThinking: prompt.isThinking, stops: prompt.stops,
                turnEnds: model.turnEnds.union(prompt.options.stopTokens),
                minimumTokens: prompt.options.minimumTokens,
                // With `ignore_eos` the text goes on after a call, so all of it is text.
                offersTools: !prompt.toolNames.isEmpty && !prompt.options.ignoresTurnEnds,
                wantsTokens: prompt.wantsTokens), emit)
        let writing = Task {
            prompt.isThinking
                ? try await think(prompt, id, sink) : try await complete(prompt, id, sink)
        }
        sink.onStop { writing.cancel() }
        let end = await withTaskCancellationHandler {
            await writing.result
        } onCancel: {
            writing.cancel()
        }
        try Task.checkCancellation()
        // A stop sequence cancels generation; that is not an error.
        try sink.finish(sink.isStopped ? ModelEnd(reason: .endOfTurn) : end.get())
    }

    private func complete(
        _ prompt: ChatPrompt, _ id: TrajectoryID, _ sink: EventSink
    ) async throws -> ModelEnd {
        let text = TextStream(format: model.format)
        let transcript = Transcript([prompt.segment])
        let request = CompletionRequest(
            id: id, transcript: transcript, sampling: prompt.sampling, random: prompt.random,
            maximumTokens: min(
                prompt.sampling.maximumTokens, model.limits.contextTokens - transcript.tokenCount),
            options: prompt.options, alternativeCount: prompt.alternativeCount)
        let result: Result<Completion, any Error>
        do {
            result = .success(
                try await model.policy.complete(request) { token in
                    sink.append(token, text: text.append(token.token))
                })
        } catch {
            result = .failure(error)
        }
        await model.policy.end(id)
        return ModelEnd(reason: try result.get().finish)
    }

    private func think(
        _ prompt: ChatPrompt, _ id: TrajectoryID, _ sink: EventSink
    ) async throws -> ModelEnd {
        let loop = AgentLoop(
            policy: model.policy, format: model.format, tools: model.tools, limits: model.limits)
        let request = AgentRequest(
            id: id, prompt: prompt.segment, tools: prompt.toolNames, sampling: prompt.sampling,
            random: prompt.random, options: prompt.options, alternativeCount: prompt.alternativeCount)
        let trajectory = try await loop.run(request) { _, event in
            switch event {
            case .token(let token, let text): sink.append(token, text: text)
            case .toolCalled(let record): sink.called(record)
            case .observation, .finished: break
            }
        }
        let observations = trajectory.transcript.segments.filter { $0.kind == .observation }
        let reason: FinishReason
        switch trajectory.finish {
        case .answered: reason = .endOfTurn
        case .lengthLimit, .contextLimit, .turnLimit: reason = .length
        case .failed(let problem): throw AnswerError(description: problem)
        }
        return ModelEnd(
            reason: reason, observationTokens: observations.reduce(0) { $0 + $1.tokens.count },
            observedImageTokens: observations.flatMap(\.images).reduce(0) { $0 + $1.tokenCount })
    }
}

/// How generation ended.
private struct ModelEnd: Sendable {
    var reason: FinishReason
    var observationTokens = 0
    var observedImageTokens = 0
}

/// Forwards generation events on the thread that generates: a task per token would cost more than the token itself.
private final class EventSink: Sendable {
    private struct State {
        var writer: AnswerWriter
        var stop: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>
    private let emit: @Sendable (AnswerEvent) -> Void

    init(_ writer: AnswerWriter, _ emit: @escaping @Sendable (AnswerEvent) -> Void) {
        state = Mutex(State(writer: writer))
        self.emit = emit
    }

    var isStopped: Bool { state.withLock { $0.writer.isStopped } }

    /// Sets the action for a stop sequence; it runs at once if one was already reached.
    func onStop(_ stop: @escaping @Sendable () -> Void) {
        let isStopped = state.withLock { state in
            state.stop = stop
            return state.writer.isStopped
        }
        if isStopped { stop() }
    }

    func append(_ token: GeneratedToken, text: String) {
        let stop = state.withLock { state -> (@Sendable () -> Void)? in
            state.writer.append(token, text: text).forEach(emit)
            return state.writer.isStopped ? state.stop : nil
        }
        stop?()
    }

    func called(_ record: ToolCallRecord) {
        state.withLock { state in
            state.writer.endTurn().forEach(emit)
            if !state.writer.isStopped { emit(.toolCalled(record)) }
        }
    }

    func finish(_ end: ModelEnd) {
        state.withLock { state in
            let (events, reason) = state.writer.finish(end.reason)
            events.forEach(emit)
            emit(
                .finished(
                    AnswerEnd(
                        reason: reason, completionTokens: state.writer.tokenCount,
                        observationTokens: end.observationTokens,
                        observedImageTokens: end.observedImageTokens)))
        }
    }
}

/// Generation failed; the description is the reason.
struct AnswerError: Error, CustomStringConvertible {
    let description: String
}
