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
/// Paths are relative to the file. `content` may also be a string.
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

        private enum CodingKeys: CodingKey { case type, text, image }

        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            switch try values.decode(String.self, forKey: .type) {
            case "text": self = .text(try values.decode(String.self, forKey: .text))
            case "image": self = .image(try values.decode(String.self, forKey: .image))
            case let type:
                throw DecodingError.dataCorruptedError(
                    forKey: .type, in: values,
                    debugDescription: "a part is \"text\" or \"image\", not \"\(type)\"")
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
    private let lines: [Data]

    /// Reads the file; lines are parsed when asked for.
    package init(_ url: URL) throws {
        self.url = url
        guard let data = FileManager.default.contents(atPath: url.path) else {
            throw ConversationError(description: "\(url.path): cannot be read; check the path")
        }
        lines = data.split(separator: UInt8(ascii: "\n")).filter {
            !$0.allSatisfy { $0 == 0x20 || $0 == 0x0D }
        }
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
            return try JSONDecoder().decode(Conversation.self, from: lines[index])
        } catch {
            throw failure(index, "\(error)")
        }
    }

    /// The conversation as tokens: what comes before the first assistant message is the prompt, assistant messages
    /// carry the loss, tool messages do not.
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
        for message in conversation.messages[first...] {
            let content = try self.message(message, format, line: index).content
            switch message.role {
            case .assistant:
                let text = content.compactMap(\.text).joined()
                segments.append(
                    format.completion(
                        text, finish: text.hasSuffix(Markup.toolCallEnd) ? .toolCall : .endOfTurn))
            case .tool, .user, .system:
                guard segments.last?.kind == .completion else {
                    throw failure(
                        index, "a \(message.role.rawValue) message must follow an assistant message")
                }
                segments.append(try format.observation(content, after: .toolCall))
            }
        }
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
                    guard let bytes = FileManager.default.contents(atPath: file.path) else {
                        throw failure(line, "\(file.path) cannot be read")
                    }
                    let image = try EncodedImage(bytes: Array(bytes), name: file.path)
                    return .image(try format.view(image, region: nil, rotation: .upright))
                }
            })
    }

    private func failure(_ index: Int, _ problem: String) -> ConversationError {
        ConversationError(description: "\(url.path):\(index + 1): \(problem)")
    }
}
