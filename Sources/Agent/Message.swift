/// One message of a conversation, before tokenization.
package struct Message: Sendable {
    package enum Role: String, Hashable, Sendable, Codable, CaseIterable {
        case system, user, assistant, tool
    }

    /// A part of a message; parts are in order.
    package enum Content: Sendable {
        case text(String)
        case image(ViewedImage)
    }

    package var role: Role
    package var content: [Content]

    package init(role: Role, content: [Content]) {
        self.role = role
        self.content = content
    }

    /// A message with a single text.
    package init(role: Role, _ text: String) {
        self.init(role: role, content: [.text(text)])
    }

    /// The images in order.
    package var images: [ViewedImage] { content.compactMap(\.image) }

    /// The concatenated texts, without the images.
    package var text: String { content.compactMap(\.text).joined() }
}

extension Message.Content {
    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    package var image: ViewedImage? {
        if case .image(let image) = self { image } else { nil }
    }
}
