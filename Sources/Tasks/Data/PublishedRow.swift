import Agent
import Foundation
import Imaging
import JSON
import Parquet

/// A row in the schema of the published DeepEyes data.
///
/// The prompt is kept with two changes: `<image>` markers are replaced by the images, and a system message that describes
/// the tools is replaced by this project's instruction, since the chat format describes the tools itself. A prompt without
/// a system message gets the instruction too.
struct PublishedRow {
    /// `boxes`, the ground-truth boxes as in JSONL files, is not part of the published schema.
    static let columns =
        neededColumns + [
            "data_source", "images", "image", "ability", "env_name", "extra_info", "boxes",
        ]
    static let neededColumns = ["prompt", "reward_model"]

    private static let toolSection = "<tools>"

    private let row: Row
    private let folder: URL

    /// - Parameter folder: the folder that image paths are relative to.
    init(_ row: Row, folder: URL) {
        self.row = row
        self.folder = folder
    }

    /// - Throws: ``RowError``, or `ImageError` for an image that cannot be read.
    func example(named id: String) throws -> Example {
        let written = try WrittenMessage.all(in: JSONValue(row["prompt"] ?? .null), at: "prompt")
        guard written.last?.role == .user else {
            throw RowError(problem: "the last message is not the user's")
        }
        let kept = written.filter { $0.role != .system || !$0.text.contains(Self.toolSection) }
        let images =
            try WrittenImage.all(in: row["images"], at: "images")
            + WrittenImage.all(in: row["image"], at: "image")
        let conversation = try WrittenConversation(kept, images: images, in: folder)
        let opensWithSystem = conversation.messages.first?.role == .system
        return Example(
            id: id, messages: (opensWithSystem ? [] : [.instruction]) + conversation.messages,
            images: conversation.images, answer: try answer(), kind: source.isEmpty ? "question" : source,
            tools: try tools(describedIn: written.first { $0.role == .system }?.text ?? ""),
            groundTruthBoxes: try boxes(), rewardKind: rewardKind)
    }
}

// MARK: Reward, tools and answer

extension PublishedRow {
    private var source: String { row["data_source"]?.string ?? "" }

    /// The original code rewards `thinklite_eureka` and `xince` as mathematics and everything else as perception; in other
    /// datasets `ability` or the name tells.
    private var rewardKind: RewardKind {
        let names = ["thinklite", "xince", "math", "geometry", "geo3k"]
        let text = source.lowercased()
        let isMathematics = row["ability"]?.string == "math" || names.contains { text.contains($0) }
        return isMathematics ? .mathematics : .perception
    }

    /// - Parameter section: the system message, where the original data describes the tools.
    private func tools(describedIn section: String) throws(RowError) -> [String] {
        switch row["env_name"] ?? .null {
        case .null, .string(""): return []
        case .string(let name) where name.hasPrefix("visual_toolbox"):
            return section.contains(RotateTool.name) ? [ZoomTool.name, RotateTool.name] : [ZoomTool.name]
        case .string(let name):
            throw RowError(problem: "env_name is \(name); only the tools of visual_toolbox are supported")
        case let value: throw RowError(problem: "env_name must be a string, not \(value.kind)")
        }
    }

    private func answer() throws(RowError) -> String {
        let fields = [("reward_model", "ground_truth"), ("extra_info", "answer")]
        for (column, name) in fields {
            guard let value = Self.field(name, of: row[column]), value != .null, value != .string("") else {
                continue
            }
            let texts = value.array.map { $0.map(\.scalarText) } ?? [value.scalarText]
            return try RowAnswer.text(texts, value.kind, "\(column).\(name)")
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        throw RowError(problem: "neither reward_model.ground_truth nor extra_info.answer has an answer")
    }

    /// A field of a structure, or of an object stored as JSON text.
    private static func field(_ name: String, of value: ColumnValue?) -> JSONValue? {
        if case .string(let written)? = value { return (try? JSONValue(parsing: written))?[name] }
        return value?[name].map(JSONValue.init)
    }

    private func boxes() throws(RowError) -> [Rectangle] {
        guard let value = row["boxes"], value != .null else { return [] }
        var boxes: [Rectangle] = []
        for box in value.list ?? [] {
            let numbers = box.list?.compactMap(\.number) ?? []
            guard numbers.count == 4 else {
                throw RowError(problem: "a box has \(numbers.count) numbers, not 4")
            }
            boxes.append(Rectangle(x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3]))
        }
        return boxes
    }
}

extension JSONValue {
    /// A column's value, without the fields that are null. Bytes and unsupported types are null.
    fileprivate init(_ value: ColumnValue) {
        switch value {
        case .null, .bytes, .unread: self = .null
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .number(value)
        case .number(let value): self = .number(value)
        case .string(let text): self = .string(text)
        case .list(let elements): self = .array(elements.map(JSONValue.init))
        case .structure(let fields):
            self = .object(JSONObject(sorting: fields.filter { $0.value != .null }.mapValues(JSONValue.init)))
        }
    }
}
