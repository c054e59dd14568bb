import Agent
import NIOCore

/// The server-sent events of a streamed answer. Texts of one kind that come together go out together.
struct ChunkWriter {
    private let format: any ChatFormat
    private let id: String
    private let created: Int
    private let asked: ChatCompletionRequest
    /// Tokens of each answer that have not been told.
    private var entries: [[TokenEntry]]

    init(format: any ChatFormat, id: String, created: Int, asked: ChatCompletionRequest) {
        self.format = format
        self.id = id
        self.created = created
        self.asked = asked
        entries = Array(repeating: [], count: asked.count)
    }

    /// That each answer begins.
    func opening() -> ByteBuffer {
        joined(
            (0..<asked.count).map { index in
                var choice = ChatCompletionChunk.Choice(index: index)
                choice.delta.role = "assistant"
                choice.delta.content = ""
                return chunk([choice])
            })
    }

    mutating func text(of events: [AnswerWork.Element]) -> ByteBuffer {
        var choices: [ChatCompletionChunk.Choice] = []
        for (index, event) in events {
            if let last = choices.indices.last, choices[last].index == index, choices[last].extend(event) {
                continue
            }
            if case .token(let token) = event {
                entries[index].append(TokenEntry(token, format: format))
                continue
            }
            choices.append(choice(index, event))
        }
        return joined(choices.map { chunk([$0]) })
    }

    /// The end of the stream, with the usage if it was asked for.
    func closing(_ usage: Usage?) -> ByteBuffer {
        var last = chunk([])
        last.usage = usage
        var buffer = joined(usage == nil ? [] : [last])
        buffer.writeString("data: [DONE]\n\n")
        return buffer
    }

    private mutating func choice(_ index: Int, _ event: AnswerEvent) -> ChatCompletionChunk.Choice {
        var choice = ChatCompletionChunk.Choice(index: index)
        switch event {
        case .token: break
        case .reasoning(let text): choice.delta.reasoningContent = text
        case .answer(let text): choice.delta.content = text
        case .requestedCall(let name, let arguments):
            choice.delta.toolCalls = [
                RequestedCall(
                    id: RequestedCall.id(in: id, index), index: 0, name: name, arguments: arguments)
            ]
        case .toolCalled(let call): choice.delta.toolEvent = ToolEvent(call)
        case .finished(let end): choice.finishReason = end.reason.rawValue
        }
        if !entries[index].isEmpty {
            choice.logprobs = LogProbabilities(content: entries[index])
            entries[index] = []
        }
        return choice
    }

    private func chunk(_ choices: [ChatCompletionChunk.Choice]) -> ChatCompletionChunk {
        ChatCompletionChunk(id: id, created: created, model: asked.model, choices: choices)
    }

    private func joined(_ chunks: [ChatCompletionChunk]) -> ByteBuffer {
        var buffer = ByteBuffer()
        for chunk in chunks { Self.append(chunk, to: &buffer) }
        return buffer
    }

    static func event(_ value: some Encodable) -> ByteBuffer {
        var buffer = ByteBuffer()
        append(value, to: &buffer)
        return buffer
    }

    private static func append(_ value: some Encodable, to buffer: inout ByteBuffer) {
        buffer.writeString("data: ")
        buffer.writeBytes(JSONBody.data(value))
        buffer.writeString("\n\n")
    }
}

extension ChatCompletionChunk.Choice {
    /// Adds a text to one of the same kind.
    ///
    /// - Returns: false if it cannot be added.
    fileprivate mutating func extend(_ event: AnswerEvent) -> Bool {
        switch event {
        case .reasoning(let text):
            guard let before = delta.reasoningContent else { return false }
            delta.reasoningContent = before + text
        case .answer(let text):
            guard let before = delta.content else { return false }
            delta.content = before + text
        default: return false
        }
        return true
    }
}
