import Agent
package import Foundation

/// The questions of a JSONL file, in the format that `deepeyes scenes` writes or in a spelling of ``WrittenRow``:
///
///     {"id": "17", "kind": "shape", "answer": "circle", "reward": "perception", "tools": ["image_zoom_in_tool"],
///      "boxes": [[10, 10, 40, 40]], "messages": [{"role": "user", "content": [
///         {"type": "image_url", "image_url": {"url": "images/17.png"}}, {"type": "text", "text": "What shape is it?"}]}]}
///
/// Messages and answer are required; paths are relative to the file.
package struct JSONLExamples: RowFile {
    private let lines: JSONLines
    private let unread = UnreadKeys()

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

    package var unreadKeys: [UnreadKey] { unread.all }

    package func example(at row: Int) throws -> Example {
        let written = try lines.row(row)
        unread.record(written.unreadKeys, line: number(of: row))
        let name = "\(lines.url.lastPathComponent):\(number(of: row))"
        return try written.example(named: name, in: lines.url.deletingLastPathComponent())
    }
}

extension WrittenRow {
    /// The row as a question.
    ///
    /// - Parameters:
    ///   - name: the id, if the row has none.
    ///   - folder: the folder that paths are relative to.
    /// - Throws: ``RowError``, or `ImageError` for an image that cannot be read.
    fileprivate func example(named name: String, in folder: URL) throws -> Example {
        let conversation = try conversation(in: folder)
        guard conversation.messages.last?.role == .user else {
            throw RowError(
                problem: "the last message is not the user's; the right answer stands under answer")
        }
        return Example(
            id: try text("id") ?? name, messages: conversation.messages, images: conversation.images,
            answer: try answer(), kind: try text("kind") ?? "question",
            tools: try ToolBox.standard.checked(tools()), groundTruthBoxes: try boxes(),
            rewardKind: try reward())
    }
}
