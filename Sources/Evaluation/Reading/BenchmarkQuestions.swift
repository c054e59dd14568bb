import Agent
package import Foundation
package import JSON
import Tasks

/// The questions of a benchmark where it lies.
package struct BenchmarkQuestions: Sendable {
    package let benchmark: Benchmark
    private let rows: any BenchmarkRows

    /// - Parameters:
    ///   - benchmark: says how its questions lie on disk.
    ///   - data: the file, or the folder that holds it.
    /// - Throws: ``BenchmarkError`` or ``PredictionError`` naming what cannot be used.
    package init(_ benchmark: Benchmark, data: URL) throws {
        self.benchmark = benchmark
        switch benchmark.data.layout {
        case .folder: rows = try FolderRows(data)
        case .table:
            let files = try Self.files(benchmark, data)
            guard files.count == 1 else {
                let names = files.map(\.lastPathComponent).joined(separator: ", ")
                throw BenchmarkError(place: data.path, problem: "holds several tables, \(names); name one")
            }
            rows = try TableRows(files[0])
        case .json: rows = try JSONRows(Self.files(benchmark, data))
        case .scenes:
            throw BenchmarkError(place: benchmark.name, problem: "is made and has no data; leave --data out")
        }
    }

    package var count: Int { rows.count }

    /// - Throws: an error that names the row that cannot be used.
    package func item(at index: Int) throws -> BenchmarkItem {
        try BenchmarkItem(rows.row(at: index), number: index, of: benchmark)
    }

    /// The values of an item in the groups that accuracy is reported for.
    ///
    /// - Throws: an error that names the row that cannot be used.
    package func categories(at index: Int) throws -> [String: [String]] {
        let row = try rows.row(at: index)
        return (benchmark.data.fields?.categories ?? [:]).compactMapValues { row[$0]?.texts }
    }

    /// - Throws: an error that names the row that cannot be used.
    package func values(at index: Int) throws -> [String: JSONValue] { try rows.row(at: index).values }

    private static func files(_ benchmark: Benchmark, _ data: URL) throws(BenchmarkError) -> [URL] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: data.path, isDirectory: &isFolder) else {
            throw BenchmarkError(place: data.path, problem: "is not there; check the path")
        }
        guard isFolder.boolValue else { return [data] }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: data.path)) ?? []).sorted()
        // The first pattern that something matches counts: a smaller set stands before a larger one.
        for pattern in benchmark.data.files ?? [] {
            let found = names.filter { matches($0, pattern) }
            if !found.isEmpty { return found.map { data.appending(path: $0) } }
        }
        let wanted = (benchmark.data.files ?? []).joined(separator: " or ")
        throw BenchmarkError(
            place: data.path, problem: "holds no \(wanted); name the file of \(benchmark.title) itself")
    }

    /// Whether `name` fits `pattern`, in which `*` stands for anything.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        let parts = pattern.lowercased().split(separator: "*", omittingEmptySubsequences: false)
        var rest = name.lowercased()[...]
        for (index, part) in parts.enumerated() {
            if index == 0 {
                guard rest.hasPrefix(part) else { return false }
                rest = rest.dropFirst(part.count)
            } else if index == parts.count - 1 {
                return rest.hasSuffix(part)
            } else {
                guard let range = rest.firstRange(of: part) else { return false }
                rest = rest[range.upperBound...]
            }
        }
        return rest.isEmpty
    }
}
