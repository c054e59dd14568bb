import Agent
import Hummingbird
import NIOCore

/// Sends an answer to the client, whole or streamed.
struct RunningAnswer: Sendable {
    let id: String
    let asked: ChatCompletionRequest
    let prompt: ChatPrompt
    let format: any ChatFormat
    let created: Int
    let start: ContinuousClock.Instant
    let metrics: ServerMetrics

    // MARK: Whole

    func whole(_ work: AnswerWork) async throws -> Response {
        var choices = (0..<asked.count).map { ChatCompletion.Choice(index: $0) }
        var ends: [AnswerEnd] = []
        try await work.events { events in
            for (index, event) in events {
                count(event)
                if case .finished(let end) = event { ends.append(end) }
                add(event, to: &choices[index])
            }
        }
        countEnd(ends)
        return .json(
            ChatCompletion(
                id: id, created: created, model: asked.model, choices: choices, usage: Usage(of: prompt, ends)
            ))
    }

    private func add(_ event: AnswerEvent, to choice: inout ChatCompletion.Choice) {
        switch event {
        case .reasoning(let text):
            choice.message.reasoningContent = (choice.message.reasoningContent ?? "") + text
        case .answer(let text): choice.message.content = (choice.message.content ?? "") + text
        case .token(let token):
            choice.logprobs = choice.logprobs ?? LogProbabilities(content: [])
            choice.logprobs?.content.append(TokenEntry(token, format: format))
        case .requestedCall(let name, let arguments):
            choice.message.toolCalls = [
                RequestedCall(
                    id: RequestedCall.id(in: id, choice.index), index: nil, name: name, arguments: arguments)
            ]
        case .toolCalled(let call):
            choice.message.toolEvents = (choice.message.toolEvents ?? []) + [ToolEvent(call)]
        case .finished(let end):
            choice.finishReason = end.reason.rawValue
            if choice.message.content == nil, choice.message.toolCalls == nil { choice.message.content = "" }
        }
    }

    // MARK: Streamed

    /// A response of server-sent events that ends with `[DONE]`.
    func streamed(_ work: AnswerWork) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                do {
                    try await write(work, to: &writer)
                } catch let error as APIError {
                    try await writer.write(ChunkWriter.event(ErrorBody(error)))
                } catch is CancellationError {
                    metrics.countAbandoned()
                    throw CancellationError()
                } catch {
                    let failure = APIError(status: 500, .server, "\(error)", code: "internal_error")
                    try await writer.write(ChunkWriter.event(ErrorBody(failure)))
                }
                try await writer.finish(nil)
            })
    }

    private func write(_ work: AnswerWork, to writer: inout any ResponseBodyWriter) async throws {
        var chunks = ChunkWriter(format: format, id: id, created: created, asked: asked)
        try await writer.write(chunks.opening())
        var ends: [AnswerEnd] = []
        var isFirst = true
        try await work.events { events in
            if isFirst { metrics.countFirstToken(after: seconds) }
            isFirst = false
            for (_, event) in events {
                count(event)
                if case .finished(let end) = event { ends.append(end) }
            }
            try await writer.write(chunks.text(of: events))
        }
        countEnd(ends)
        try await writer.write(chunks.closing(asked.wantsUsageInStream ? Usage(of: prompt, ends) : nil))
    }

    // MARK: Counting

    private var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

    private func count(_ event: AnswerEvent) {
        if case .toolCalled = event { metrics.countToolCall() }
    }

    private func countEnd(_ ends: [AnswerEnd]) {
        let observed = ends.reduce(0) { $0 + $1.observationTokens }
        metrics.countAnswer(
            promptTokens: prompt.segment.tokens.count + observed,
            completionTokens: ends.reduce(0) { $0 + $1.completionTokens }, after: seconds)
    }
}
