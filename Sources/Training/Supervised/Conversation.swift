package import Agent
package import Foundation
import Imaging
package import QwenVL

/// A conversation to learn from, as a line of a JSONL file holds it (OpenAI-style messages).
///
///     {"messages": [
///         {"role": "user", "content": [{"type": "image", "image": "scene.png"}, {"type": "text", "text": "Where…?"}]},
///         {"role": "assistant", "content": "<think>…</think>\n<tool_call>\n{…}\n</tool_call>"},
///         {"role": "tool", "content": [{"type": "image", "image": "crop.png"}]},
///         {"role": "assistant", "content": "<answer>red</answer>"}],
///      "tools": ["image_zoom_in_tool"]}
///
/// Paths are relative to the file. `content` may also be a string, and an image
/// `{"type": "image_url", "image_url": {"url": "scene.png"}}`, as `deepeyes scenes` writes it.
package struct Conversation: Decodable, Sendable {
    package struct Message: Decodable, Sendable {
        package let role: Agent.Message.Role
        package let content: [Part]

        private enum CodingKeys: CodingKey { case role, content }

        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            role = try values.decode(Agent.Message.Role.self, forKey: .role)
            if let text = try? values.decode(String.self, forKey: .content) {
                content = [.text(text)]
            } else {
                content = try values.decode([Part].self, forKey: .content)
            }
        }
    }

    package enum Part: Decodable, Sendable {
        case text(String)
        /// Path of an image file.
        case image(String)

        private enum CodingKeys: String, CodingKey {
            case type, text, image
            case imageURL = "image_url"
        }

        private struct ImageURL: Decodable {
            let url: String
        }

        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            switch try values.decode(String.self, forKey: .type) {
            case "text": self = .text(try values.decode(String.self, forKey: .text))
            case "image": self = .image(try values.decode(String.self, forKey: .image))
            case "image_url": self = .image(try values.decode(ImageURL.self, forKey: .imageURL).url)
            case let type:
                throw DecodingError.dataCorruptedError(
                    forKey: .type, in: values,
                    debugDescription: "a part is \"text\", \"image\" or \"image_url\", not \"\(type)\"")
            }
        }
    }

    package let messages: [Message]
    /// Names of the tools that the prompt offers.
    package let tools: [String]?
}

/// A conversation cannot be used.
package struct ConversationError: Error, CustomStringConvertible {
    package let description: String
}

/// The conversations of a JSONL file, turned into what a trainer packs.
package struct ConversationFile: Sendable {
    private let url: URL
    /// The lines that hold something, with their numbers in the file.
    private let lines: [(number: Int, text: Data)]

    /// Reads the file; lines are parsed when asked for.
    package init(_ url: URL) throws {
        self.url = url
        guard let data = FileManager.default.contents(atPath: url.path) else {
            throw ConversationError(description: "\(url.path): cannot be read; check the path")
        }
        lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
            .map { (number: $0.offset + 1, text: $0.element) }
            .filter { !$0.text.allSatisfy { $0 == 0x20 || $0 == 0x0D } }
        guard !lines.isEmpty else {
            throw ConversationError(
                description: "\(url.path): holds no conversation; write one JSON object a line")
        }
    }

    package var count: Int { lines.count }

    /// The conversation at `index`, counted from 0.
    ///
    /// - Throws: ``ConversationError`` that names file and line.
    package func conversation(at index: Int) throws -> Conversation {
        do {
            return try JSONDecoder().decode(Conversation.self, from: lines[index].text)
        } catch let error as DecodingError {
            throw failure(index, "\(error.summary); a line is a JSON object with messages")
        }
    }

    /// The conversation as tokens: what comes before the first assistant message is the prompt, assistant messages
    /// carry the loss, what others say between them does not. What follows the last assistant message is left out.
    package func tree(at index: Int, format: QwenChatFormat, tools: [any Tool]) throws -> PromptTree {
        let conversation = try conversation(at: index)
        let offered = try (conversation.tools ?? []).map { name in
            guard let tool = tools.first(where: { $0.specification.name == name }) else {
                throw failure(index, "there is no tool \(name)")
            }
            return tool.specification
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
                throw failure(index, "messages of the assistant and of others must take turns")
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
        _ message: Conversation.Message, _ format: any ChatFormat, line: Int
    ) throws -> Agent.Message {
        Agent.Message(
            role: message.role,
            content: try message.content.map { part in
                switch part {
                case .text(let text): return .text(text)
                case .image(let path):
                    let file = URL(filePath: path, relativeTo: url.deletingLastPathComponent())
                    do {
                        let image = try EncodedImage(path: file.path)
                        return .image(try format.view(image, region: nil, rotation: .upright))
                    } catch let error as ImageError {
                        throw failure(line, "\(error)")
                    } catch {
                        throw failure(line, "\(file.path): \(error)")
                    }
                }
            })
    }

    private func failure(_ index: Int, _ problem: String) -> ConversationError {
        ConversationError(description: "\(url.path):\(lines[index].number): \(problem)")
    }
}
