import Agent
import CounterRandom
import Synchronization

/// What an answer starts from: a conversation as tokens, and how to go on from there.
struct ChatPrompt: Sendable {
    let segment: Segment
    /// Names of the tools that the server runs, or that the client does.
    let toolNames: [String]
    let isThinking: Bool
    let sampling: Sampling
    var random: CounterRandom
    let stops: [String]
    let wantsTokens: Bool
    /// How many of the likeliest tokens to tell of with each one.
    let alternativeCount: Int
    /// Only for answers without tools of the server.
    let ignoresTurnEnds: Bool

    var imageTokenCount: Int { segment.images.reduce(0) { $0 + $1.tokenCount } }
}

/// Has a model answer: once (plain), or in a loop with the tools that the server runs (thinking).
struct ChatAnswerer: Sendable {
    let model: ServedModel

    /// Writes one of the answers to a prompt. A task that is cancelled stops the model.
    ///
    /// - Parameters:
    ///   - prompt: what to answer.
    ///   - id: of this answer alone.
    ///   - emit: is told what happens, in order, on any thread but one at a time, and must be quick: the model waits for
    ///     it. The last event is `finished`.
    /// - Throws: what the model throws; `CancellationError` if the task was cancelled.
    func answer(
        to prompt: ChatPrompt, id: TrajectoryID, emit: @escaping @Sendable (AnswerEvent) -> Void
    ) async throws {
        let telling = Telling(
            AnswerWriter(
                isThinking: prompt.isThinking, stops: prompt.stops, turnEnds: model.turnEnds,
                offersTools: !prompt.toolNames.isEmpty, wantsTokens: prompt.wantsTokens), emit)
        let writing = Task {
            prompt.isThinking
                ? try await think(prompt, id, telling) : try await complete(prompt, id, telling)
        }
        telling.onStop { writing.cancel() }
        let end = await withTaskCancellationHandler {
            await writing.result
        } onCancel: {
            writing.cancel()
        }
        try Task.checkCancellation()
        // A stop text has the model cancelled, which is no failure.
        try telling.finish(telling.isStopped ? ModelEnd(reason: .endOfTurn) : end.get())
    }

    private func complete(
        _ prompt: ChatPrompt, _ id: TrajectoryID, _ telling: Telling
    ) async throws -> ModelEnd {
        let text = TextStream(format: model.format)
        let transcript = Transcript([prompt.segment])
        let request = CompletionRequest(
            id: id, transcript: transcript, sampling: prompt.sampling, random: prompt.random,
            maximumTokens: min(
                prompt.sampling.maximumTokens, model.limits.contextTokens - transcript.tokenCount),
            ignoresTurnEnds: prompt.ignoresTurnEnds, alternativeCount: prompt.alternativeCount)
        let result: Result<Completion, any Error>
        do {
            result = .success(
                try await model.policy.complete(request) { token in
                    telling.append(token, text: text.append(token.token))
                })
        } catch {
            result = .failure(error)
        }
        await model.policy.end(id)
        return ModelEnd(reason: try result.get().finish)
    }

    private func think(
        _ prompt: ChatPrompt, _ id: TrajectoryID, _ telling: Telling
    ) async throws -> ModelEnd {
        let loop = AgentLoop(
            policy: model.policy, format: model.format, tools: model.tools, limits: model.limits)
        let request = AgentRequest(
            id: id, prompt: prompt.segment, tools: prompt.toolNames, sampling: prompt.sampling,
            random: prompt.random, alternativeCount: prompt.alternativeCount)
        let trajectory = try await loop.run(request) { _, event in
            switch event {
            case .token(let token, let text): telling.append(token, text: text)
            case .toolCalled(let record): telling.called(record)
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

/// How the model's part of an answer ended.
private struct ModelEnd: Sendable {
    var reason: FinishReason
    var observationTokens = 0
    var observedImageTokens = 0
}

/// Passes on what the model does, in the thread that it does it in: a task for each token would cost more than the token.
private final class Telling: Sendable {
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

    /// Sets what is done when a stop text is reached; at once if it has been.
    func onStop(_ stop: @escaping @Sendable () -> Void) {
        let isStopped = state.withLock { state in
            state.stop = stop
            return state.writer.isStopped
        }
        if isStopped { stop() }
    }

    func append(_ token: WrittenToken, text: String) {
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

/// The model could not answer, for the reason given.
struct AnswerError: Error, CustomStringConvertible {
    let description: String
}
