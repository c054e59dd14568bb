package import Agent
package import Foundation
package import Imaging
package import Models
package import Tasks

/// A conversation for supervised training: a line of a JSONL file with OpenAI-style messages.
///
///     {"messages": [
///         {"role": "user", "content": [{"type": "image", "image": "scene.png"}, {"type": "text", "text": "Where…?"}]},
///         {"role": "assistant", "content": "<think>…</think>\n<tool_call>\n{…}\n</tool_call>"},
///         {"role": "tool", "content": [{"type": "image", "image": "crop.png"}]},
///         {"role": "assistant", "content": "<answer>red</answer>"}],
///      "tools": ["image_zoom_in_tool"]}
///
/// Paths are relative to the file. `WrittenRow` reads other spellings: images beside the messages, calls in `tool_calls`,
/// LLaVA's `conversations`.
package struct Conversation: Sendable {
    package let messages: [Example.Message]
    package let images: [EncodedImage]
    /// Names of the tools offered in the prompt.
    package let tools: [String]
}

/// An invalid conversation, or a file without usable ones.
package struct ConversationError: Error, CustomStringConvertible {
    /// A path, with the line if the problem is in one.
    let place: String
    let problem: String

    package var description: String { "\(place): \(problem)" }
}

/// The conversations of a JSONL file, converted to prompt trees.
package struct ConversationFile: Sendable {
    private let lines: JSONLines

    /// Maps the file into memory; lines are parsed on access.
    package init(_ url: URL) throws {
        do { lines = try JSONLines(url) } catch {
            throw ConversationError(place: url.path, problem: error.problem)
        }
    }

    package var count: Int { lines.count }

    /// The conversation at `index`, counted from 0.
    ///
    /// - Throws: ``ConversationError`` that names file and line.
    package func conversation(at index: Int) throws -> Conversation {
        do {
            let row = try lines.row(index)
            let written = try row.conversation(in: lines.url.deletingLastPathComponent())
            return Conversation(
                messages: written.messages, images: written.images, tools: try row.tools())
        } catch {
            throw failure(index, "\(error)")
        }
    }

    /// The conversation as tokens. Messages before the first assistant message are the prompt. Only assistant messages have a
    /// loss. Messages after the last assistant message are ignored.
    package func tree(at index: Int, format: ChatMLFormat, tools: ToolBox) throws -> PromptTree {
        let conversation = try conversation(at: index)
        do { return try Self.tree(of: conversation, format: format, tools: tools) } catch {
            throw failure(index, "\(error)")
        }
    }

    /// Reads up to `count` conversations, spread evenly, so that unusable data are refused before any work.
    ///
    /// - Parameters:
    ///   - count: the number of conversations to read.
    ///   - model: the folder of the model; weights are not read.
    ///   - tools: the tools that a conversation may offer.
    /// - Throws: ``ConversationError`` with the number of bad lines and the reasons; an error that names a missing or damaged
    ///   file of the model.
    package func check(_ count: Int = 2000, model: URL, tools: ToolBox) throws {
        let format = try ChatMLFormat(directory: model)
        let contextTokens = try ModelDirectory(model).configuration.shape.maximumPositionCount
        let sampleCount = min(count, self.count)
        var bad: [BadRow] = []
        for index in (0..<sampleCount).map({ $0 * self.count / sampleCount }) {
            do {
                let tree = try Self.tree(of: conversation(at: index), format: format, tools: tools)
                let length = tree.branches[0].segments.reduce(tree.prompt.tokens.count) {
                    $0 + $1.tokens.count
                }
                if length > contextTokens {
                    throw RowError(
                        problem: "the conversation has \(length) tokens; the context holds \(contextTokens)")
                }
            } catch {
                let problem = (error as? ConversationError)?.problem ?? "\(error)"
                bad.append(BadRow(number: lines.lineNumber(of: index), problem: problem))
            }
        }
        guard bad.count != 1 else {
            throw ConversationError(place: "\(lines.url.path):\(bad[0].number)", problem: bad[0].problem)
        }
        guard !bad.isEmpty else { return }
        let reasons = BadRowGroup.all(of: bad).prefix(5).map { $0.text(at: "line ") }
        let read = sampleCount == self.count ? "" : " read first of \(self.count)"
        throw ConversationError(
            place: lines.url.path,
            problem:
                "\(bad.count) of \(sampleCount) conversations\(read) cannot be used: \(reasons.joined(separator: "; "))"
        )
    }

    /// The keys without effect in the first conversations, as messages.
    package func unreadKeys() -> [String] {
        let rows = (0..<min(100, count)).compactMap { index in
            (try? lines.row(index)).map { (lines.lineNumber(of: index), $0.unreadKeys) }
        }
        return UnreadKey.first(in: rows).map { $0.text(in: lines.url.path) }
    }

    private static func tree(
        of conversation: Conversation, format: ChatMLFormat, tools: ToolBox
    ) throws -> PromptTree {
        let offered = try tools.checked(conversation.tools).compactMap {
            tools[$0]?.specification(boxesIn: format.boxFrame)
        }
        let messages = conversation.messages
        guard let first = messages.firstIndex(where: { $0.role == .assistant }), first > 0 else {
            throw RowError(problem: "a user message and an assistant message are needed")
        }
        func viewed(_ message: Example.Message) throws -> Agent.Message {
            try message.viewed(conversation.images, by: format)
        }
        let prompt = try format.prompt(messages[..<first].map(viewed), tools: offered)
        var segments: [Segment] = []
        var finish = FinishReason.endOfTurn
        for written in messages[first...] {
            let message = try viewed(written)
            let isAnswer = message.role == .assistant
            guard segments.isEmpty || isAnswer == (segments.last?.kind == .observation) else {
                throw RowError(problem: "messages of the assistant and of others must alternate")
            }
            switch message.role {
            case .assistant:
                let text = try spoken(by: message)
                finish = text.hasSuffix(Markup.toolCallEnd) ? .toolCall : .endOfTurn
                segments.append(format.completion(text, finish: finish))
            case .tool: segments.append(try format.observation(message.content, after: finish))
            case .user, .system: segments.append(format.turn(message, after: finish))
            }
        }
        if segments.last?.kind == .observation { segments.removeLast() }
        return PromptTree(prompt: prompt, branches: [PromptTree.Branch(segments: segments, weight: 1)])
    }

    /// The text of the assistant's message, as a model can generate it: a turn ends at its first call.
    private static func spoken(by message: Agent.Message) throws(RowError) -> String {
        guard message.images.isEmpty else {
            throw RowError(
                problem: "a message of the assistant has an image; images come from users and tools")
        }
        let text = message.text
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw RowError(problem: "a message of the assistant is empty")
        }
        let callCount = text.ranges(of: Markup.toolCallEnd).count
        guard callCount <= 1 else {
            throw RowError(
                problem:
                    "a message of the assistant has \(callCount) tool calls; give one a message, followed by "
                    + "its tool message")
        }
        return text
    }

    private func failure(_ index: Int, _ problem: String) -> ConversationError {
        ConversationError(place: "\(lines.url.path):\(lines.lineNumber(of: index))", problem: problem)
    }
}
