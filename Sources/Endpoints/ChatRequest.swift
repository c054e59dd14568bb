package import Foundation

/// The body of a request to `POST /v1/chat/completions`.
package struct ChatRequest: Hashable, Sendable, Encodable {
    package var model: String
    package var messages: [ChatMessage]
    package var temperature: Double?
    /// Maximum tokens in a reply.
    package var maximumTokens: Int?
    /// Number of replies.
    package var count: Int?
    /// Stop sequences.
    package var stop: [String]?
    package var seed: Int?

    package init(
        model: String, messages: [ChatMessage], temperature: Double? = nil, maximumTokens: Int? = nil,
        count: Int? = nil, stop: [String]? = nil, seed: Int? = nil
    ) {
        self.model = model
        self.messages = messages
        self.temperature = temperature
        self.maximumTokens = maximumTokens
        self.count = count
        self.stop = stop
        self.seed = seed
    }

    private enum CodingKeys: String, CodingKey {
        case model, messages, temperature, stop, seed
        case maximumTokens = "max_tokens"
        case count = "n"
    }
}

/// One message of a chat request.
package struct ChatMessage: Hashable, Sendable, Encodable {
    package enum Role: String, Hashable, Sendable, Encodable { case system, user, assistant }

    package enum Part: Hashable, Sendable {
        case text(String)
        /// An image file of a type such as `image/png`, sent as a data URI.
        case image(Data, type: String)
    }

    package var role: Role
    package var parts: [Part]

    package init(_ role: Role, _ parts: [Part]) {
        self.role = role
        self.parts = parts
    }

    /// A message with a single text.
    package init(_ role: Role, _ text: String) { self.init(role, [.text(text)]) }

    private enum CodingKeys: String, CodingKey { case role, content }

    /// A single text is encoded as a string, which text-only servers accept too.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(role, forKey: .role)
        if case .text(let text)? = parts.first, parts.count == 1 {
            try values.encode(text, forKey: .content)
        } else {
            try values.encode(parts, forKey: .content)
        }
    }
}

extension ChatMessage.Part: Encodable {
    private enum CodingKeys: String, CodingKey {
        case type, text
        case image = "image_url"
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .text(let text):
            try values.encode("text", forKey: .type)
            try values.encode(text, forKey: .text)
        case .image(let bytes, let type):
            try values.encode("image_url", forKey: .type)
            try values.encode(
                ["url": "data:\(type);base64,\(bytes.base64EncodedString())"], forKey: .image)
        }
    }
}

/// The reply of a chat server.
package struct ChatReply: Hashable, Sendable, Decodable {
    package struct Choice: Hashable, Sendable, Decodable {
        package let text: String
        /// Whether the reply was truncated at the token limit.
        package let isCutOff: Bool

        private enum CodingKeys: String, CodingKey {
            case message
            case finishReason = "finish_reason"
        }

        private struct Message: Decodable { let content: String? }

        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            text = try values.decode(Message.self, forKey: .message).content ?? ""
            isCutOff = try values.decodeIfPresent(String.self, forKey: .finishReason) == "length"
        }
    }

    /// One choice per requested reply; never empty if returned by ``ChatClient``.
    package let choices: [Choice]
}
