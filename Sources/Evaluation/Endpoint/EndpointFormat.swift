package import Agent
import Endpoints
import Foundation
package import Imaging

/// The chat format for a model behind a chat API. A token is a Unicode scalar; values above them mark message starts and
/// images.
///
/// Images are resized as the model's processor would, so that requests are small and the server does not resize them
/// again; the model's boxes are in pixels of the resized image. An image for which no size within the processor's limits
/// exists is sent unresized.
package struct EndpointFormat: ChatFormat {
    package let boxFrame: BoxFrame
    private let geometry: any ImageGeometry

    private enum Mark {
        static let image: Int32 = 0x11_0000
        static let roles: [(role: ChatMessage.Role, mark: Int32)] = [
            (.system, 0x11_0001), (.user, 0x11_0002), (.assistant, 0x11_0003),
        ]

        static func of(_ role: ChatMessage.Role) -> Int32 { roles.first { $0.role == role }?.mark ?? image }
    }

    package init(geometry: any ImageGeometry, boxFrame: BoxFrame = .asViewed) {
        self.geometry = geometry
        self.boxFrame = boxFrame
    }

    package func view(
        _ source: any PixelSource, as root: ImageRoot, region: Rectangle?, rotation: QuarterTurn
    ) throws -> ViewedImage {
        let region = region ?? source.bounds
        let size = rotation.applied(to: ImageSize(width: Int(region.width), height: Int(region.height)))
        return ViewedImage(
            source: source, root: root, region: region, rotation: rotation,
            viewSize: try geometry.viewSize(of: size),
            tokenCount: 1)
    }

    package func prompt(_ messages: [Message], tools: [ToolSpecification]) -> Segment {
        var tokens: [Int32] = []
        var messages = messages
        if messages.first?.role != .system, !tools.isEmpty {
            messages.insert(Message(role: .system, ChatText.instruction), at: 0)
        }
        for message in messages {
            let role: ChatMessage.Role =
                switch message.role {
                case .system: .system
                case .assistant: .assistant
                case .user, .tool: .user
                }
            tokens.append(Mark.of(role))
            tokens += Self.tokens(message.content)
            if message.role == .system { tokens += Self.tokens(of: Self.text(tools)) }
        }
        return .prompt(tokens: tokens, images: messages.flatMap(\.images))
    }

    package func observation(_ content: [Message.Content], after finish: FinishReason) -> Segment {
        .observation(
            tokens: [Mark.of(.user)] + Self.tokens(of: ChatText.responseStart) + Self.tokens(content)
                + Self.tokens(of: ChatText.responseEnd), images: content.compactMap(\.image))
    }

    package func text(of tokens: [Int32]) -> String {
        var text = String.UnicodeScalarView()
        for token in tokens {
            if let scalar = UInt32(exactly: token).flatMap(UnicodeScalar.init) {
                text.append(scalar)
            } else if let known = Mark.roles.first(where: { $0.mark == token }) {
                text.append(contentsOf: (text.isEmpty ? "" : "\n\n").unicodeScalars)
                text.append(contentsOf: "\(known.role.rawValue): ".unicodeScalars)
            } else {
                text.append(contentsOf: "<|image|>".unicodeScalars)
            }
        }
        return String(text)
    }

    static func tokens(of text: String) -> [Int32] { text.unicodeScalars.map { Int32($0.value) } }

    private static func tokens(_ content: [Message.Content]) -> [Int32] {
        content.flatMap { piece in
            switch piece {
            case .text(let text): tokens(of: text)
            case .image: [Mark.image]
            }
        }
    }

    private static func text(_ tools: [ToolSpecification]) -> String {
        tools.isEmpty
            ? ""
            : ChatText.toolsStart + tools.map { "\n" + $0.json }.joined() + ChatText.toolsEnd
    }
}

extension EndpointFormat {
    /// The messages of a conversation, images as PNG.
    ///
    /// - Throws: an error of reading an image.
    func messages(of transcript: Transcript) throws -> [ChatMessage] {
        var messages: [ChatMessage] = []
        var images = transcript.images[...]
        var text = String.UnicodeScalarView()
        func endText() {
            if !text.isEmpty { messages[messages.count - 1].parts.append(.text(String(text))) }
            text = .init()
        }
        for segment in transcript.segments {
            if segment.kind == .completion {
                endText()
                messages.append(ChatMessage(.assistant, []))
            }
            for token in segment.tokens {
                if let scalar = UInt32(exactly: token).flatMap(UnicodeScalar.init) {
                    text.append(scalar)
                } else if let known = Mark.roles.first(where: { $0.mark == token }) {
                    endText()
                    messages.append(ChatMessage(known.role, []))
                } else if let image = images.popFirst() {
                    endText()
                    let bytes = try pixels(toSend: image).encodedPNG()
                    messages[messages.count - 1].parts.append(.image(Data(bytes), type: "image/png"))
                }
            }
        }
        endText()
        return messages
    }

    private func pixels(toSend image: ViewedImage) throws -> Image {
        let staysAsItIs = try geometry.viewSize(of: image.viewSize) == image.viewSize
        return try staysAsItIs ? image.resizedPixels() : image.pixels()
    }
}
