import Agent
import Foundation
package import Imaging

/// The messages of a row with the images that they show.
package struct WrittenConversation: Sendable {
    package let messages: [Example.Message]
    package let images: [EncodedImage]

    /// The images beside the messages take the places marked for them. Without a mark they open the first message of the
    /// user.
    ///
    /// - Parameters:
    ///   - messages: the messages as written.
    ///   - listed: the images beside them.
    ///   - folder: the folder that paths are relative to.
    /// - Throws: ``RowError`` if there are more or fewer marks than images; `ImageError` for an image that cannot be read.
    init(_ messages: [WrittenMessage], images listed: [WrittenImage], in folder: URL) throws {
        let parts = messages.flatMap(\.parts)
        let markCount = parts.count { if case .image(nil) = $0 { true } else { false } }
        let hasOwn = parts.contains { if case .image(.some) = $0 { true } else { false } }
        guard markCount == listed.count || markCount == 0 && !hasOwn else {
            throw RowError(
                problem: markCount == 0
                    ? "images are given both in the messages and beside them; give each once"
                    : "the messages have \(markCount) <image> marks for \(listed.count) images")
        }
        let opening = markCount == 0 ? messages.firstIndex { $0.role == .user } : nil
        if markCount == 0, !listed.isEmpty, opening == nil {
            throw RowError(problem: "no message of the user can show the images")
        }
        var images: [EncodedImage] = []
        func place(_ image: WrittenImage) throws -> Example.Message.Part {
            images.append(try image.image(named: "image \(images.count + 1)", in: folder))
            return .image(images.count - 1)
        }
        var next = 0
        self.messages = try messages.enumerated().map { index, message in
            var parts: [Example.Message.Part] = []
            if index == opening { for image in listed { parts.append(try place(image)) } }
            for part in message.parts {
                switch part {
                case .text(let text): parts.append(.text(text))
                case .image(let own):
                    parts.append(try place(own ?? listed[next]))
                    if own == nil { next += 1 }
                }
            }
            return Example.Message(role: message.role, parts: parts)
        }
        self.images = images
    }
}
