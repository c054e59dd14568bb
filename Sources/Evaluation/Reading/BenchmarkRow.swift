import Agent
import Foundation
import JSON

/// A raw row of a benchmark file.
struct BenchmarkRow: Sendable {
    /// Path and row, for error messages.
    let place: String
    /// The file's folder; image paths are relative to it.
    let folder: URL
    let values: [String: JSONValue]

    /// The value of a field; `metadata.task` refers to a nested object. Empty text, null and NaN are nil.
    subscript(field: String) -> JSONValue? {
        let parts = field.split(separator: ".").map(String.init)
        let value = values[field] ?? parts.dropFirst().reduce(values[parts[0]]) { $0?[$1] }
        switch value {
        case .null, nil: return nil
        case .string(let text) where text.isEmpty || text == "nan": return nil
        default: return value
        }
    }

    func text(_ field: String) -> String? { self[field]?.plainText }

    /// The elements of a list, given as a list or as its textual representation.
    func list(_ field: String) -> [JSONValue]? {
        switch self[field] {
        case .array(let values)?: values
        case .string(let text)? where text.hasPrefix("["): PythonLiteral.value(of: text)?.array
        default: nil
        }
    }

    func error(_ problem: String) -> BenchmarkError { BenchmarkError(place: place, problem: problem) }
}

/// The rows of a benchmark, read on demand.
protocol BenchmarkRows: Sendable {
    var count: Int { get }
    func row(at index: Int) throws(BenchmarkError) -> BenchmarkRow
}

/// The entries of one or more JSON files, in sequence.
struct JSONRows: BenchmarkRows {
    private let files: [(file: PredictionFile, start: Int)]
    let count: Int

    init(_ urls: [URL]) throws {
        var start = 0
        files = try urls.map { url in
            let file = try PredictionFile(url)
            defer { start += file.entries.count }
            return (file, start)
        }
        count = start
    }

    func row(at index: Int) throws(BenchmarkError) -> BenchmarkRow {
        // The row is in the last file whose start is not beyond it.
        let (file, start) = files.last { $0.start <= index } ?? files[0]
        let entry = file.entries[index - start]
        var values = entry.values
        values["file"] = .string(file.url.deletingPathExtension().lastPathComponent)
        // In an object keyed by id, the key serves as the id.
        for key in ["pid", "id"] where values[key] == nil { values[key] = .string(entry.name) }
        return BenchmarkRow(
            place: "\(file.url.path): entry \(entry.name)",
            folder: file.url.deletingLastPathComponent(), values: values)
    }
}

/// Images, each with a JSON file of the same base name.
struct FolderRows: BenchmarkRows {
    private let rows: [(description: URL, image: URL?)]

    private static let endings = ["jpg", "jpeg", "png", "webp"]

    init(_ folder: URL) throws(BenchmarkError) {
        let found =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL } ?? []
        let images = Dictionary(
            found.filter { Self.endings.contains($0.pathExtension.lowercased()) }
                .map { ($0.deletingPathExtension().path, $0) }, uniquingKeysWith: { first, _ in first })
        let folders = Set(images.values.map { $0.deletingLastPathComponent().path })
        // A JSON file in a folder without images describes something else.
        rows = found.filter {
            $0.pathExtension == "json" && folders.contains($0.deletingLastPathComponent().path)
        }.map { ($0, images[$0.deletingPathExtension().path]) }
            .sorted { $0.description.path < $1.description.path }
        if !rows.contains(where: { $0.image != nil }) {
            throw BenchmarkError(
                place: folder.path, problem: "contains no image with a JSON file of the same base name")
        }
    }

    var count: Int { rows.count }

    func row(at index: Int) throws(BenchmarkError) -> BenchmarkRow {
        let (url, image) = rows[index]
        guard let image else {
            throw BenchmarkError(
                place: url.path,
                problem:
                    "has no image beside it: no .\(Self.endings.joined(separator: ", .")) file of the same name"
            )
        }
        guard let data = FileManager.default.contents(atPath: url.path),
            var values = try? JSONValue(parsingFile: data).object?.dictionary
        else { throw BenchmarkError(place: url.path, problem: "is not a JSON object") }
        let folder = url.deletingLastPathComponent()
        values["folder"] = .string(folder.lastPathComponent)
        values["id"] = .string("\(folder.lastPathComponent)/\(url.deletingPathExtension().lastPathComponent)")
        values["image"] = .string(image.path)
        return BenchmarkRow(place: url.path, folder: folder, values: values)
    }
}
