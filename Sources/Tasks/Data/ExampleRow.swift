import Agent
import Foundation
import Imaging

/// A question as a line of a JSONL file holds it, in the form that `deepeyes scenes` writes:
///
///     {"id": "17", "kind": "shape", "answer": "circle", "reward": "perception", "tools": ["image_zoom_in_tool"],
///      "boxes": [[10, 10, 40, 40]], "messages": [{"role": "user", "content": [
///         {"type": "image_url", "image_url": {"url": "images/17.png"}}, {"type": "text", "text": "What shape is it?"}]}]}
///
/// `messages` and `answer` are needed. An image is a path relative to the file, or a data URI; `content` may be a string,
/// and a part `{"type": "image", "image": "17.png"}`.
struct ExampleRow: Decodable {
    private let id: String?
    private let kind: String?
    private let messages: [Message]
    private let answer: String
    private let boxes: [[Double]]?
    private let tools: [String]?
    private let reward: RewardKind?

    private struct Message: Decodable {
        let role: Agent.Message.Role
        let content: Content
    }

    private enum Content: Decodable {
        case text(String)
        case parts([Part])

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                self = .text(text)
            } else {
                self = .parts(try value.decode([Part].self))
            }
        }
    }

    private struct Part: Decodable {
        let type: String
        let text: String?
        let image: String?
        let image_url: Address?

        struct Address: Decodable { let url: String }
    }

    /// - Parameters:
    ///   - name: of the row, if it has no id of its own.
    ///   - folder: that paths are relative to.
    /// - Throws: ``RowError``, or `ImageError` for an image that cannot be read.
    func example(named name: String, in folder: URL) throws -> Example {
        var images: [any PixelSource] = []
        let messages = try messages.map { message in
            let parts: [Example.Message.Part]
            switch message.content {
            case .text(let text): parts = [.text(text)]
            case .parts(let written):
                parts = try written.map { part in
                    if part.type == "text", let text = part.text { return .text(text) }
                    guard ["image", "image_url"].contains(part.type),
                        let address = part.image ?? part.image_url?.url
                    else {
                        throw RowError(problem: "a part of type \"\(part.type)\" is not text or an image")
                    }
                    images.append(try ImageAddress.image(at: address, in: folder))
                    return .image(images.count - 1)
                }
            }
            return Example.Message(role: message.role, parts: parts)
        }
        guard messages.last?.role == .user else {
            throw RowError(problem: "the last message is not the user's")
        }
        guard !answer.isEmpty else { throw RowError(problem: "the answer is empty") }
        let rectangles = try (boxes ?? []).map { box in
            guard box.count == 4 else { throw RowError(problem: "a box has \(box.count) numbers, not 4") }
            return Rectangle(x1: box[0], y1: box[1], x2: box[2], y2: box[3])
        }
        return Example(
            id: id ?? name, messages: messages, images: images, answer: answer, kind: kind ?? "question",
            tools: tools ?? [], groundTruthBoxes: rectangles, rewardKind: reward ?? .perception)
    }
}

/// What is wrong with a row of a file.
package struct RowError: Error, Hashable, CustomStringConvertible {
    package let problem: String

    package var description: String { problem }
}

/// An image where a message says that it is.
enum ImageAddress {
    /// - Parameters:
    ///   - address: a path, or a data URI with base64.
    ///   - folder: that paths are relative to.
    static func image(at address: String, in folder: URL) throws -> EncodedImage {
        guard address.hasPrefix("data:") else {
            return try EncodedImage(path: URL(filePath: address, relativeTo: folder).path)
        }
        guard let comma = address.firstIndex(of: ","), address[..<comma].hasSuffix(";base64"),
            let bytes = Data(base64Encoded: String(address[address.index(after: comma)...]))
        else { throw RowError(problem: "an image's data URI is not base64") }
        return try EncodedImage(bytes: [UInt8](bytes), name: "image in a data URI")
    }
}
