package import Agent
package import Foundation
import Imaging
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
/// Paths are relative to the file. See `WrittenMessage` for the format of a message.
package struct Conversation: Decodable, Sendable {
    package let messages: [WrittenMessage]
    /// Names of the tools offered in the prompt.
    package let tools: [String]?
}

/// An invalid conversation.
package struct ConversationError: Error, CustomStringConvertible {
    package let description: String
}

/// The conversations of a JSONL file, converted to prompt trees.
package struct ConversationFile: Sendable {
    private let lines: JSONLines

    /// Maps the file into memory; lines are parsed on access.
    package init(_ url: URL) throws {
        do { lines = try JSONLines(url) } catch {
            throw ConversationError(description: "\(url.path): \(error.problem)")
        }
    }

    package var count: Int { lines.count }

    /// The conversation at `index`, counted from 0.
    ///
    /// - Throws: ``ConversationError`` that names file and line.
    package func conversation(at index: Int) throws -> Conversation {
        do {
            return try lines.row(index)
        } catch let error as RowError {
            throw failure(index, "\(error.problem); a line is a JSON object with messages")
        }
    }

    /// The conversation as tokens. Messages before the first assistant message are the prompt. Only assistant messages have a
    /// loss. Messages after the last assistant message are ignored.
    package func tree(at index: Int, format: ChatMLFormat, tools: ToolBox) throws -> PromptTree {
        let conversation = try conversation(at: index)
        let offered = try (conversation.tools ?? []).map { name in
            guard let tool = tools[name] else {
                throw failure(index, "\(UnknownToolError(name: name, known: tools.names))")
            }
            return tool.specification(boxesIn: format.boxFrame)
        }
        guard let first = conversation.messages.firstIndex(where: { $0.role == .assistant }), first > 0 else {
            throw failure(index, "a user message and an assistant message are needed")
        }
        let prompt = try format.prompt(
            conversation.messages[..<first].map { try message($0, format, line: index) }, tools: offered)
        var segments: [Segment] = []
        var finish = FinishReason.endOfTurn
        for written in conversation.messages[first...] {
            let message = try self.message(written, format, line: index)
            let isAnswer = message.role == .assistant
            guard segments.isEmpty || isAnswer == (segments.last?.kind == .observation) else {
                throw failure(index, "messages of the assistant and of others must alternate")
            }
            switch message.role {
            case .assistant:
                finish = message.text.hasSuffix(Markup.toolCallEnd) ? .toolCall : .endOfTurn
                segments.append(format.completion(message.text, finish: finish))
            case .tool: segments.append(try format.observation(message.content, after: finish))
            case .user, .system: segments.append(format.turn(message, after: finish))
            }
        }
        if segments.last?.kind == .observation { segments.removeLast() }
        return PromptTree(prompt: prompt, branches: [PromptTree.Branch(segments: segments, weight: 1)])
    }

    private func message(
        _ message: WrittenMessage, _ format: any ChatFormat, line: Int
    ) throws -> Agent.Message {
        Agent.Message(
            role: message.role,
            content: try message.content.map { part in
                switch part {
                case .text(let text): return .text(text)
                case .image(let address):
                    do {
                        let image = try ImageAddress.image(
                            at: address, in: lines.url.deletingLastPathComponent())
                        return .image(try format.view(image, as: .example(0)))
                    } catch {
                        // An ImageError names its file; errors of the format do not.
                        throw failure(line, error is ImageError ? "\(error)" : "\(address): \(error)")
                    }
                }
            })
    }

    private func failure(_ index: Int, _ problem: String) -> ConversationError {
        ConversationError(description: "\(lines.url.path):\(lines.lineNumber(of: index)): \(problem)")
    }
}
