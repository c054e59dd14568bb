import Agent
import Imaging
import Parquet

/// Writes examples to a Parquet file in the schema that ``ParquetExamples`` reads, one row group at a time.
package final class ParquetExport {
    /// Numbers that are written with each example, into `extra_info`.
    package typealias Figures = [String: Double]

    private let writer: ParquetWriter
    private let figures: [String]
    private var rows: [Row] = []
    private var byteCount = 0

    /// Approximate size of a row group's images, which are in memory at the same time.
    private static let groupBytes = 32 << 20

    /// - Parameters:
    ///   - path: path of the file; it appears there once it is complete.
    ///   - figures: names of the numbers that are written with each example.
    /// - Throws: ``ExampleFileError`` if the file cannot be written.
    package init(to path: String, figures: [String] = []) throws(ExampleFileError) {
        self.figures = figures
        let columns: [ColumnType.Column] = [
            .init("data_source", .string),
            .init("prompt", .list(.structure([.init("role", .string), .init("content", .string)]))),
            .init("images", .list(.structure([.init("bytes", .bytes), .init("path", .string)]))),
            .init("ability", .string), .init("env_name", .string),
            .init("reward_model", .structure([.init("style", .string), .init("ground_truth", .string)])),
            .init(
                "extra_info",
                .structure(
                    [.init("id", .string), .init("question", .string), .init("answer", .string)]
                        + figures.map { .init($0, .number) })),
            .init("boxes", .list(.list(.number))),
        ]
        do { writer = try ParquetWriter(path, columns: columns) } catch {
            throw ExampleFileError(path: path, problem: error.problem)
        }
    }

    /// - Throws: ``ExampleFileError`` if the file cannot be written; an error of reading an image.
    package func append(_ example: Example, figures values: Figures = [:]) throws {
        let row = try row(example, values)
        rows.append(row)
        for image in row["images"]?.list ?? [] { byteCount += image["bytes"]?.bytes?.count ?? 0 }
        if byteCount >= Self.groupBytes { try flush() }
    }

    /// Completes the file and moves it to its path.
    ///
    /// - Throws: ``ExampleFileError`` if the file cannot be written.
    package func finish() throws(ExampleFileError) {
        try flush()
        do { try writer.finish() } catch {
            throw ExampleFileError(path: writer.path, problem: error.problem)
        }
    }

    private func flush() throws(ExampleFileError) {
        guard !rows.isEmpty else { return }
        do { try writer.append(rows) } catch {
            throw ExampleFileError(path: writer.path, problem: error.problem)
        }
        (rows, byteCount) = ([], 0)
    }

    // MARK: A row

    private func row(_ example: Example, _ values: Figures) throws -> Row {
        let images = try example.images.map { image -> ColumnValue in
            let known = image as? EncodedImage
            let bytes = try known?.bytes ?? image.pixels(region: image.bounds).encodedPNG()
            return .structure(["bytes": .bytes(bytes), "path": .null])
        }
        var information: [String: ColumnValue] = [
            "id": .string(example.id), "question": .string(example.question),
            "answer": .string(example.answer),
        ]
        for name in figures { information[name] = values[name].map(ColumnValue.number) ?? .null }
        return [
            "data_source": .string(example.kind), "prompt": .list(example.messages.map(message)),
            "images": .list(images),
            "ability": .string(example.rewardKind == .mathematics ? "math" : "vision"),
            "env_name": .string(example.tools.isEmpty ? "" : "visual_toolbox_v2"),
            "reward_model": .structure([
                "style": .string("rule"), "ground_truth": .string(example.answer),
            ]),
            "extra_info": .structure(information),
            "boxes": .list(
                example.groundTruthBoxes.map {
                    .list([.number($0.x1), .number($0.y1), .number($0.x2), .number($0.y2)])
                }),
        ]
    }

    private func message(_ message: Example.Message) -> ColumnValue {
        let text = message.parts.map { part in
            switch part {
            case .text(let text): text
            case .image: "<image>"
            }
        }.joined()
        return .structure(["role": .string(message.role.rawValue), "content": .string(text)])
    }
}
