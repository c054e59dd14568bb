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
            "data_source", "images", "ability", "env_name", "extra_info", "boxes",
        ]
    static let neededColumns = ["prompt", "reward_model"]

    private static let imageMark = "<image>"
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
        let written = try writtenMessages()
        let images = try images()
        return Example(
            id: id, messages: try messages(written, imageCount: images.count), images: images,
            answer: try answer(), kind: source.isEmpty ? "question" : source,
            tools: try tools(describedIn: written.first { $0.role == .system }?.text ?? ""),
            groundTruthBoxes: try boxes(), rewardKind: rewardKind)
    }
}

// MARK: Prompt

extension PublishedRow {
    private typealias Written = (role: Message.Role, text: String)

    private func writtenMessages() throws(RowError) -> [Written] {
        guard let list = row["prompt"]?.list else {
            throw RowError(problem: "prompt must be a list, not \((row["prompt"] ?? .null).kind)")
        }
        var messages: [Written] = []
        for message in list {
            guard let name = message["role"]?.string, let text = message["content"]?.string else {
                throw RowError(problem: "a message of the prompt lacks role or content")
            }
            guard let role = Message.Role(rawValue: name) else {
                throw RowError(problem: "there is no role \(name)")
            }
            messages.append((role, text))
        }
        guard messages.last?.role == .user else {
            throw RowError(problem: "the last message is not the user's")
        }
        return messages
    }

    private func messages(_ written: [Written], imageCount: Int) throws(RowError) -> [Example.Message] {
        let kept = written.filter { $0.role != .system || !$0.text.contains(Self.toolSection) }
        let markCount = kept.reduce(0) { $0 + $1.text.ranges(of: Self.imageMark).count }
        guard markCount == imageCount || markCount == 0 else {
            throw RowError(
                problem: "the prompt has \(markCount) \(Self.imageMark) marks for \(imageCount) images")
        }
        var shown = 0
        var messages = kept.map { message in
            var parts: [Example.Message.Part] = []
            for (index, text) in message.text.split(
                separator: Self.imageMark, omittingEmptySubsequences: false
            )
            .enumerated() {
                if index > 0 {
                    parts.append(.image(shown))
                    shown += 1
                }
                if !text.isEmpty { parts.append(.text(String(text))) }
            }
            return Example.Message(role: message.role, parts: parts)
        }
        if markCount == 0, imageCount > 0, let last = messages.popLast() {
            messages.append(
                Example.Message(role: last.role, parts: (0..<imageCount).map { .image($0) } + last.parts))
        }
        if messages.first?.role != .system { messages.insert(.instruction, at: 0) }
        return messages
    }

    private func images() throws -> [any PixelSource] {
        guard let value = row["images"], value != .null else { return [] }
        guard let list = value.list else {
            throw RowError(problem: "images must be a list, not \(value.kind)")
        }
        return try list.enumerated().map { index, image in
            if let bytes = image["bytes"]?.bytes {
                return try EncodedImage(bytes: bytes, name: "image \(index + 1)")
            }
            guard let path = image["path"]?.string, !path.isEmpty else {
                throw RowError(problem: "image \(index + 1) has neither bytes nor path")
            }
            return try EncodedImage(path: URL(filePath: path, relativeTo: folder).path)
        }
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
        let written = text("ground_truth", of: row["reward_model"]) ?? text("answer", of: row["extra_info"])
        guard let answer = written?.trimmingCharacters(in: .whitespacesAndNewlines), !answer.isEmpty else {
            throw RowError(problem: "neither reward_model.ground_truth nor extra_info.answer has an answer")
        }
        return answer
    }

    /// A field of a structure, or of an object stored as JSON text.
    private func text(_ name: String, of value: ColumnValue?) -> String? {
        if case .string(let written)? = value, let object = try? JSONValue(parsing: written) {
            return switch object[name] {
            case .string(let text): text
            case .number(let number): number.text
            default: nil
            }
        }
        return switch value?[name] {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .number(let number): JSONNumber(number).text
        default: nil
        }
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
