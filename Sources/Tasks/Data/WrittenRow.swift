import Agent
package import Foundation
import Imaging
import JSON

/// A line of a JSONL file: a question or a conversation.
///
/// Messages are under `messages`, or under LLaVA's `conversations`; images are in them, or beside them under `images` or
/// `image`.
package struct WrittenRow: Sendable {
    private let fields: JSONObject

    init(_ fields: JSONObject) { self.fields = fields }

    private static let keys: Set = [
        "messages", "conversations", "system", "images", "image", "tools", "id", "kind", "answer", "solution",
        "boxes", "reward",
    ]

    /// The keys of the row and its messages that have no effect.
    package var unreadKeys: [String] {
        let own = fields.members.map(\.name).filter { !Self.keys.contains($0) }
        let key = messagesKey
        return own + WrittenMessage.unreadKeys(in: fields[key]).map { "\(key)[].\($0)" }
    }

    private var messagesKey: String { fields.given("messages") == nil ? "conversations" : "messages" }

    /// - Parameter folder: the folder that paths are relative to.
    /// - Throws: ``RowError`` that names the invalid key; `ImageError` for an image that cannot be read.
    package func conversation(in folder: URL) throws -> WrittenConversation {
        for name in ["videos", "video", "audios", "audio"] {
            guard let value = fields.given(name), value != [], value != "" else { continue }
            throw RowError(problem: "\(name): only images are read; leave the row out")
        }
        let key = messagesKey
        guard let written = fields.given(key) else { throw RowError(problem: "messages is missing") }
        var messages = try WrittenMessage.all(in: written, at: key)
        if let system = fields.given("system")?.string, messages.first?.role != .system {
            messages.insert(WrittenMessage(role: .system, parts: [.text(system)]), at: 0)
        }
        let images =
            try WrittenImage.all(in: fields["images"], at: "images")
            + WrittenImage.all(in: fields["image"], at: "image")
        return try WrittenConversation(messages, images: images, in: folder)
    }

    /// Names of the offered tools: a list of names or of OpenAI's tool objects, either also as JSON text, or one name.
    ///
    /// - Throws: ``RowError`` if they have no names.
    package func tools() throws(RowError) -> [String] {
        guard var value = fields.given("tools") else { return [] }
        if let text = value.string { value = (try? JSONValue(parsing: text)) ?? [.string(text)] }
        guard let list = value.array else {
            throw RowError(problem: "tools must be a list of names, not \(value.kind)")
        }
        var names: [String] = []
        for (index, tool) in list.enumerated() {
            guard let name = (tool["function"] ?? tool)["name"]?.string ?? tool.string else {
                throw RowError(problem: "tools[\(index)] has no name")
            }
            names.append(name)
        }
        return names
    }

    // MARK: Questions

    /// The row's identifier and kind, if it has them.
    ///
    /// - Throws: ``RowError`` unless it is a text or a number.
    func text(_ key: String) throws(RowError) -> String? {
        guard let value = fields.given(key) else { return nil }
        guard let text = value.scalarText else {
            throw RowError(problem: "\(key) must be text or a number, not \(value.kind)")
        }
        return text
    }

    /// The right answer, under `answer` or `solution`: a text, a number, or a list of one of them.
    ///
    /// - Throws: ``RowError`` for any other value.
    func answer() throws(RowError) -> String {
        guard let key = ["answer", "solution"].first(where: { fields.given($0) != nil }),
            let value = fields.given(key)
        else { throw RowError(problem: "answer is missing") }
        return try RowAnswer.text(
            value.array.map { $0.map(\.scalarText) } ?? [value.scalarText], value.kind, key)
    }

    /// - Throws: ``RowError`` unless it is a list of boxes of four numbers.
    func boxes() throws(RowError) -> [Rectangle] {
        guard let value = fields.given("boxes") else { return [] }
        guard let list = value.array else {
            throw RowError(problem: "boxes must be a list, not \(value.kind)")
        }
        var boxes: [Rectangle] = []
        for (index, box) in list.enumerated() {
            guard let numbers = box.array?.compactMap(\.number), numbers.count == box.array?.count else {
                throw RowError(problem: "boxes[\(index)] must be a list of 4 numbers")
            }
            guard numbers.count == 4 else {
                throw RowError(problem: "a box has \(numbers.count) numbers, not 4")
            }
            boxes.append(Rectangle(x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3]))
        }
        return boxes
    }

    /// - Throws: ``RowError`` for an unknown name.
    func reward() throws(RowError) -> RewardKind {
        guard let value = fields.given("reward") else { return .perception }
        guard let kind = value.string.flatMap(RewardKind.init) else {
            let names = RewardKind.allCases.map(\.rawValue).joined(separator: " or ")
            throw RowError(problem: "reward must be \(names), not \(value.text)")
        }
        return kind
    }
}

/// The rules for a right answer in both file formats.
enum RowAnswer {
    /// - Parameters:
    ///   - texts: the texts of the value's elements, nil for one that is neither text nor number.
    ///   - kind: the kind of the value, for messages.
    ///   - key: its key.
    /// - Throws: ``RowError`` unless there is exactly one text.
    static func text(_ texts: [String?], _ kind: String, _ key: String) throws(RowError) -> String {
        guard texts.count == 1 else {
            throw RowError(
                problem: "\(key) is a list of \(texts.count); give the one right answer as text")
        }
        guard let text = texts[0] else {
            throw RowError(problem: "\(key) must be text or a number, not \(kind)")
        }
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw RowError(problem: "the \(key) is empty")
        }
        return text
    }
}

extension JSONValue {
    /// A text, or a number as written; nil for other values.
    var scalarText: String? {
        if case .number(let number) = self { number.text } else { string }
    }
}
