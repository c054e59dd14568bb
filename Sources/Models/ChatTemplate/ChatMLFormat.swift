package import Agent
package import Imaging
package import Tokenizer

/// The ChatML format of Qwen2.5-VL: converts conversations to tokens.
///
/// Messages of users and tools are plain text: they cannot contain `<|im_start|>` or `<tool_call>` as a token. System
/// and assistant messages can contain tags such as `<tool_call>`. All other added tokens come from the format.
package struct ChatMLFormat: ChatFormat {
    package let tokenizer: Tokenizer
    package let tokens: ChatMLTokens
    package let boxFrame: BoxFrame
    private let geometry: any ImageGeometry

    /// - Throws: `TokenizerError` if the vocabulary lacks a token that the format needs.
    package init(
        tokenizer: Tokenizer, geometry: any ImageGeometry, boxFrame: BoxFrame = .asViewed
    ) throws(TokenizerError) {
        self.tokenizer = tokenizer
        self.geometry = geometry
        self.boxFrame = boxFrame
        tokens = try ChatMLTokens(tokenizer)
    }

    /// The view of `region` at the size that the image processor chooses. Throws errors of the image geometry.
    package func view(
        _ source: any PixelSource, as root: ImageRoot, region: Rectangle?, rotation: QuarterTurn
    ) throws -> ViewedImage {
        let region = region ?? source.bounds
        let size = rotation.applied(to: ImageSize(width: Int(region.width), height: Int(region.height)))
        let viewSize = try geometry.viewSize(of: size)
        return ViewedImage(
            source: source, root: root, region: region, rotation: rotation, viewSize: viewSize,
            tokenCount: geometry.tokenCount(of: viewSize))
    }

    /// The tokens of a conversation, followed by the start of the assistant's turn.
    ///
    /// A conversation that does not start with a system message gets the default one. Consecutive tool messages are in
    /// one turn.
    package func prompt(_ messages: [Message], tools: [ToolSpecification]) throws -> Segment {
        var writer = TokenWriter(tokenizer)
        let opensWithSystem = messages.first?.role == .system
        let system = opensWithSystem ? messages[0] : Message(role: .system, ChatText.instruction)
        writer.append("<|im_start|>system\n", recognizing: .all)
        append(system.content, to: &writer, recognizing: .tags)
        append(tools, to: &writer)
        writer.append("<|im_end|>\n", recognizing: .all)

        let turns = messages[(opensWithSystem ? 1 : 0)...]
        for (index, message) in zip(turns.indices, turns) {
            guard message.role == .tool else {
                writer.append("<|im_start|>\(message.role.rawValue)\n", recognizing: .all)
                append(message.content, to: &writer, recognizing: message.role == .user ? .nothing : .tags)
                writer.append("<|im_end|>\n", recognizing: .all)
                continue
            }
            let isFirst = index == turns.startIndex || turns[index - 1].role != .tool
            let isLast = index + 1 == turns.endIndex || turns[index + 1].role != .tool
            if isFirst { writer.append("<|im_start|>user", recognizing: .all) }
            appendResponse(message.content, to: &writer)
            if isLast { writer.append("<|im_end|>\n", recognizing: .all) }
        }
        writer.append("<|im_start|>assistant\n", recognizing: .all)
        return .prompt(tokens: writer.finish(), images: system.images + turns.flatMap(\.images))
    }

    /// The tokens of a tool's observation, from the end of the completion to the start of the assistant's next turn.
    package func observation(_ content: [Message.Content], after finish: FinishReason) throws -> Segment {
        var writer = TokenWriter(tokenizer)
        writer.append("\(turnEnd(after: finish))\n<|im_start|>user", recognizing: .all)
        appendResponse(content, to: &writer)
        writer.append("<|im_end|>\n<|im_start|>assistant\n", recognizing: .all)
        return .observation(tokens: writer.finish(), images: content.compactMap(\.image))
    }

    /// The tokens of a later user or system message, from the end of the completion to the start of the assistant's next
    /// turn.
    package func turn(_ message: Message, after finish: FinishReason) -> Segment {
        var writer = TokenWriter(tokenizer)
        writer.append(
            "\(turnEnd(after: finish))\n<|im_start|>\(message.role.rawValue)\n", recognizing: .all)
        append(message.content, to: &writer, recognizing: message.role == .user ? .nothing : .tags)
        writer.append("<|im_end|>\n<|im_start|>assistant\n", recognizing: .all)
        return .observation(tokens: writer.finish(), images: message.images)
    }

    /// The tokens of a completion given as text, for supervised training.
    ///
    /// The token that ends a turn is appended if `finish` is `endOfTurn`.
    package func completion(_ text: String, finish: FinishReason) -> Segment {
        let turnEnd = finish == .endOfTurn ? [tokens.turnEnd] : []
        return .completion(tokens: tokenizer.encode(text, recognizing: .tags) + turnEnd)
    }

    package func text(of tokens: [Int32]) -> String { tokenizer.decode(tokens) }

    /// The fixed texts of conversations, for training a tokenizer.
    package static func fixedTexts(tools: [ToolSpecification]) -> [String] {
        let roles = ["system\n", "user\n", "assistant\n"]
        let tools = [ChatText.toolsStart] + tools.map { "\n" + $0.json } + [ChatText.toolsEnd]
        return roles + [ChatText.instruction, tools.joined(), ChatText.responseStart, ChatText.responseEnd]
    }

    // MARK: Parts

    /// The text that ends the assistant's turn; empty if the completion contains it already.
    private func turnEnd(after finish: FinishReason) -> String { finish == .endOfTurn ? "" : "<|im_end|>" }

    private func append(_ tools: [ToolSpecification], to writer: inout TokenWriter) {
        guard !tools.isEmpty else { return }
        writer.append(ChatText.toolsStart, recognizing: .all)
        for tool in tools { writer.append("\n" + tool.json, recognizing: .nothing) }
        writer.append(ChatText.toolsEnd, recognizing: .all)
    }

    private func appendResponse(_ content: [Message.Content], to writer: inout TokenWriter) {
        writer.append(ChatText.responseStart, recognizing: .all)
        append(content, to: &writer, recognizing: .nothing)
        writer.append(ChatText.responseEnd, recognizing: .all)
    }

    private func append(
        _ content: [Message.Content], to writer: inout TokenWriter, recognizing scope: Tokenizer.Recognition
    ) {
        for piece in content {
            switch piece {
            case .text(let text): writer.append(text, recognizing: scope)
            case .image(let image):
                writer.append(tokens.visionStart)
                writer.append(tokens.imagePad, count: image.tokenCount)
                writer.append(tokens.visionEnd)
            }
        }
    }
}
