import Agent
package import Foundation
import Imaging

/// The questions of a JSONL file.
package struct JSONLExamples: RowFile {
    private let lines: JSONLines

    /// - Throws: ``ExampleFileError`` if the file cannot be read or is empty.
    package init(_ url: URL) throws(ExampleFileError) {
        do { lines = try JSONLines(url) } catch {
            throw ExampleFileError(path: url.path, problem: error.problem)
        }
    }

    package var path: String { lines.url.path }
    package var count: Int { lines.count }
    package var unit: String { "line" }

    package func number(of row: Int) -> Int { lines.lineNumber(of: row) }

    package func example(at row: Int) throws -> Example {
        try lines.row(row, as: WrittenExample.self).example(
            named: "\(lines.url.lastPathComponent):\(number(of: row))",
            in: lines.url.deletingLastPathComponent())
    }
}

/// A question as a line of a JSONL file, in the format that `deepeyes scenes` writes:
///
///     {"id": "17", "kind": "shape", "answer": "circle", "reward": "perception", "tools": ["image_zoom_in_tool"],
///      "boxes": [[10, 10, 40, 40]], "messages": [{"role": "user", "content": [
///         {"type": "image_url", "image_url": {"url": "images/17.png"}}, {"type": "text", "text": "What shape is it?"}]}]}
///
/// `messages` (``WrittenMessage``) and `answer` are required; paths are relative to the file.
private struct WrittenExample: Decodable {
    private let id: String?
    private let kind: String?
    private let messages: [WrittenMessage]
    private let answer: String
    private let boxes: [[Double]]?
    private let tools: [String]?
    private let reward: RewardKind?

    /// - Parameters:
    ///   - name: the id, if the row has none.
    ///   - folder: the folder that paths are relative to.
    /// - Throws: ``RowError``, or `ImageError` for an image that cannot be read.
    func example(named name: String, in folder: URL) throws -> Example {
        var images: [any PixelSource] = []
        let messages = try messages.map { message in
            let parts = try message.content.map { part -> Example.Message.Part in
                switch part {
                case .text(let text): return .text(text)
                case .image(let address):
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
