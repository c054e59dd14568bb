package import Agent
package import Foundation
package import Imaging

/// A message in a file, in the format of the OpenAI chat API. An image is a path or a data URI, written as
/// `{"type": "image_url", "image_url": {"url": "scene.png"}}` or `{"type": "image", "image": "scene.png"}`; `content` may
/// also be a string.
package struct WrittenMessage: Decodable, Sendable {
    package let role: Message.Role
    package let content: [Part]

    private enum CodingKeys: CodingKey { case role, content }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        role = try values.decode(Message.Role.self, forKey: .role)
        if let text = try? values.decode(String.self, forKey: .content) {
            content = [.text(text)]
        } else {
            content = try values.decode([Part].self, forKey: .content)
        }
    }

    package enum Part: Decodable, Sendable {
        case text(String)
        /// Path or data URI.
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
}

/// Loads images from paths and data URIs.
package enum ImageAddress {
    /// - Parameters:
    ///   - address: a path, or a base64 data URI.
    ///   - folder: the folder that paths are relative to.
    /// - Throws: `ImageError`, or ``RowError`` for an invalid data URI.
    package static func image(at address: String, in folder: URL) throws -> EncodedImage {
        guard address.hasPrefix("data:") else {
            return try EncodedImage(path: URL(filePath: address, relativeTo: folder).path)
        }
        guard let comma = address.firstIndex(of: ","), address[..<comma].hasSuffix(";base64"),
            let bytes = Data(base64Encoded: String(address[address.index(after: comma)...]))
        else { throw RowError(problem: "an image's data URI is not base64") }
        return try EncodedImage(bytes: [UInt8](bytes), name: "image in a data URI")
    }
}
