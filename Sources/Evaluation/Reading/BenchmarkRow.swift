import Agent
import Foundation
import JSON

/// A row of a benchmark as it lies on disk.
struct BenchmarkRow: Sendable {
    /// For messages: the path, and the row in it.
    let place: String
    /// Of the file; paths of images are relative to it.
    let folder: URL
    let values: [String: JSONValue]

    /// The value of a field; `metadata.task` goes into an object. Nothing, null and NaN are nil.
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

    /// The parts of a list, whether it is one or is written as one in a text.
    func list(_ field: String) -> [JSONValue]? {
        switch self[field] {
        case .array(let values)?: values
        case .string(let text)? where text.hasPrefix("["): PythonLiteral.value(of: text)?.array
        default: nil
        }
    }

    func error(_ problem: String) -> BenchmarkError { BenchmarkError(place: place, problem: problem) }
}

/// The rows of a benchmark, read where they are asked for.
protocol BenchmarkRows: Sendable {
    var count: Int { get }
    func row(at index: Int) throws(BenchmarkError) -> BenchmarkRow
}

/// JSON files of entries, one after the other.
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
        // The last file that does not start after it holds the row.
        let (file, start) = files.last { $0.start <= index } ?? files[0]
        let entry = file.entries[index - start]
        var values = entry.values
        values["file"] = .string(file.url.deletingPathExtension().lastPathComponent)
        // The key of an object by id is an id like any other.
        for key in ["pid", "id"] where values[key] == nil { values[key] = .string(entry.name) }
        return BenchmarkRow(
            place: "\(file.url.path): entry \(entry.name)",
            folder: file.url.deletingLastPathComponent(), values: values)
    }
}

/// Images with a JSON file of the same name beside each.
struct FolderRows: BenchmarkRows {
    private let rows: [(description: URL, image: URL)]

    private static let endings = ["jpg", "jpeg", "png", "webp"]

    init(_ folder: URL) throws(BenchmarkError) {
        let found =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL } ?? []
        let images = Dictionary(
            found.filter { Self.endings.contains($0.pathExtension.lowercased()) }
                .map { ($0.deletingPathExtension().path, $0) }, uniquingKeysWith: { first, _ in first })
        rows = found.filter { $0.pathExtension == "json" }.compactMap { description in
            images[description.deletingPathExtension().path].map { (description, $0) }
        }.sorted { $0.description.path < $1.description.path }
        if rows.isEmpty {
            throw BenchmarkError(
                place: folder.path, problem: "holds no image with a JSON file of the same name beside it")
        }
    }

    var count: Int { rows.count }

    func row(at index: Int) throws(BenchmarkError) -> BenchmarkRow {
        let (url, image) = rows[index]
        guard let data = FileManager.default.contents(atPath: url.path),
            var values = try? JSONValue(parsing: String(decoding: data, as: UTF8.self)).object?.dictionary
        else { throw BenchmarkError(place: url.path, problem: "is no JSON object") }
        let folder = url.deletingLastPathComponent()
        values["folder"] = .string(folder.lastPathComponent)
        values["id"] = .string("\(folder.lastPathComponent)/\(url.deletingPathExtension().lastPathComponent)")
        values["image"] = .string(image.path)
        return BenchmarkRow(place: url.path, folder: folder, values: values)
    }
}
