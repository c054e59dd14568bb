import Agent
import JSON
import NIOCore

/// Encodes a streamed answer as server-sent events. Consecutive texts of one kind are merged into one event.
struct ChunkWriter {
    private let format: any ChatFormat
    private let id: String
    private let created: Int
    private let asked: ChatCompletionRequest
    /// Log-probability entries of each answer that have not been sent.
    private var entries: [[TokenEntry]]
    /// The encoded JSON around the text of a text-only event, cached because most events are of this kind.
    private var frames: [TextKind: TextFrame] = [:]

    init(format: any ChatFormat, id: String, created: Int, asked: ChatCompletionRequest) {
        self.format = format
        self.id = id
        self.created = created
        self.asked = asked
        entries = Array(repeating: [], count: asked.count)
    }

    /// The first event of each answer.
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
        var buffer = ByteBuffer()
        for choice in choices {
            if let (kind, text) = choice.soleText {
                frame(of: kind).append(text, to: &buffer)
            } else {
                Self.append(chunk([choice]), to: &buffer)
            }
        }
        return buffer
    }

    private mutating func frame(of kind: TextKind) -> TextFrame {
        if let known = frames[kind] { return known }
        var choice = ChatCompletionChunk.Choice(index: kind.choice)
        choice.delta[keyPath: kind.path] = ""
        let frame = TextFrame(event: Self.event(chunk([choice])), key: kind.key)
        frames[kind] = frame
        return frame
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
    /// The text of a choice that contains nothing else.
    fileprivate var soleText: (kind: TextKind, text: String)? {
        guard logprobs == nil, finishReason == nil, delta.toolCalls == nil, delta.toolEvent == nil else {
            return nil
        }
        if let text = delta.content { return (TextKind(choice: index, isReasoning: false), text) }
        return delta.reasoningContent.map { (TextKind(choice: index, isReasoning: true), $0) }
    }

    /// Appends the event's text to a choice of the same kind.
    ///
    /// - Returns: false if the kinds differ.
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

private struct TextKind: Hashable {
    let choice: Int
    let isReasoning: Bool

    var path: WritableKeyPath<ChatCompletionChunk.Choice.Delta, String?> {
        isReasoning ? \.reasoningContent : \.content
    }
    var key: String { isReasoning ? "reasoning_content" : "content" }
}

/// A pre-encoded event in which only the text varies.
private struct TextFrame {
    private let before: ByteBufferView
    private let after: ByteBufferView

    /// - Parameter event: an encoded event with an empty string for `key`.
    init(event: ByteBuffer, key: String) {
        let bytes = event.readableBytesView
        // Quotes within a string are escaped, so this is the key and its value.
        guard let field = bytes.firstRange(of: "\"\(key)\":\"\"".utf8) else {
            preconditionFailure("the event has no \(key)")
        }
        before = bytes[..<bytes.index(field.upperBound, offsetBy: -2)]
        after = bytes[field.upperBound...]
    }

    func append(_ text: String, to buffer: inout ByteBuffer) {
        buffer.writeBytes(before)
        buffer.writeString(JSONValue.string(text).text)
        buffer.writeBytes(after)
    }
}
