import Agent
import Hummingbird
import NIOCore

/// Tells a client of an answer, at the end or as it is written.
struct RunningAnswer: Sendable {
    let id: String
    let asked: ChatCompletionRequest
    let prompt: ChatPrompt
    let format: any ChatFormat
    let created: Int
    let start: ContinuousClock.Instant
    let metrics: ServerMetrics

    // MARK: At the end

    func whole(_ events: AnswerStream) async throws -> Response {
        var choices = (0..<asked.count).map { ChatCompletion.Choice(index: $0) }
        var ends: [AnswerEnd] = []
        var isFirst = true
        for try await (index, event) in events {
            count(event, &isFirst)
            if case .finished(let end) = event { ends.append(end) }
            add(event, to: &choices[index])
        }
        if ends.count < asked.count { throw CancellationError() }
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
        case .token(let token, _):
            guard asked.wantsLogProbabilities else { return }
            choice.logprobs = choice.logprobs ?? LogProbabilities(content: [])
            choice.logprobs?.content.append(WrittenTokenEntry(token, format: format))
        case .requestedCall(let name, let arguments):
            choice.message.toolCalls = [
                RequestedCall(id: callID(choice.index), index: nil, name: name, arguments: arguments)
            ]
        case .toolCalled(let call):
            choice.message.toolEvents = (choice.message.toolEvents ?? []) + [ToolEvent(call)]
        case .finished(let end):
            choice.finishReason = end.reason.rawValue
            if choice.message.content == nil, choice.message.toolCalls == nil { choice.message.content = "" }
        }
    }

    private func callID(_ choice: Int) -> String { "call-\(id.dropFirst(9))-\(choice)" }

    // MARK: As it is written

    /// Server-sent events, one for each piece of text, the last of which is `[DONE]`.
    func streamed(_ events: AnswerStream) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                do {
                    try await write(events, to: &writer)
                } catch let error as APIError {
                    try await writer.write(Self.event(ErrorBody(error)))
                } catch is CancellationError {
                    metrics.countAbandoned()
                    throw CancellationError()
                } catch {
                    let failure = APIError(status: 500, .server, "\(error)", code: "internal_error")
                    try await writer.write(Self.event(ErrorBody(failure)))
                }
                try await writer.finish(nil)
            })
    }

    private func write(_ events: AnswerStream, to writer: inout any ResponseBodyWriter) async throws {
        var entries = Array(repeating: [WrittenTokenEntry](), count: asked.count)
        var ends: [AnswerEnd] = []
        var isFirst = true
        for index in 0..<asked.count {
            var choice = ChatCompletionChunk.Choice(index: index)
            choice.delta.role = "assistant"
            choice.delta.content = ""
            try await writer.write(Self.event(chunk([choice])))
        }
        for try await (index, event) in events {
            count(event, &isFirst)
            var choice = ChatCompletionChunk.Choice(index: index)
            switch event {
            case .token(let token, _):
                if asked.wantsLogProbabilities {
                    entries[index].append(WrittenTokenEntry(token, format: format))
                }
                continue
            case .reasoning(let text): choice.delta.reasoningContent = text
            case .answer(let text): choice.delta.content = text
            case .requestedCall(let name, let arguments):
                choice.delta.toolCalls = [
                    RequestedCall(id: callID(index), index: 0, name: name, arguments: arguments)
                ]
            case .toolCalled(let call): choice.delta.toolEvent = ToolEvent(call)
            case .finished(let end):
                choice.finishReason = end.reason.rawValue
                ends.append(end)
            }
            if !entries[index].isEmpty {
                choice.logprobs = LogProbabilities(content: entries[index])
                entries[index] = []
            }
            try await writer.write(Self.event(chunk([choice])))
        }
        if ends.count < asked.count { throw CancellationError() }
        countEnd(ends)
        if asked.wantsUsageInStream {
            var last = chunk([])
            last.usage = Usage(of: prompt, ends)
            try await writer.write(Self.event(last))
        }
        try await writer.write(ByteBuffer(string: "data: [DONE]\n\n"))
    }

    private func chunk(_ choices: [ChatCompletionChunk.Choice]) -> ChatCompletionChunk {
        ChatCompletionChunk(id: id, created: created, model: asked.model, choices: choices)
    }

    private static func event(_ value: some Encodable) -> ByteBuffer {
        var buffer = ByteBuffer(string: "data: ")
        buffer.writeBytes(JSONBody.data(value))
        buffer.writeString("\n\n")
        return buffer
    }

    // MARK: Counting

    private var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

    private func count(_ event: AnswerEvent, _ isFirst: inout Bool) {
        switch event {
        case .token:
            if isFirst { metrics.countFirstToken(after: seconds) }
            isFirst = false
        case .toolCalled: metrics.countToolCall()
        default: break
        }
    }

    private func countEnd(_ ends: [AnswerEnd]) {
        let observed = ends.reduce(0) { $0 + $1.observationTokens }
        metrics.countAnswer(
            promptTokens: prompt.segment.tokens.count + observed,
            completionTokens: ends.reduce(0) { $0 + $1.completionTokens }, after: seconds)
    }
}
