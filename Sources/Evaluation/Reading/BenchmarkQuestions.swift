import Agent
package import Foundation
package import JSON
import Tasks

/// The questions of a benchmark, read from its files.
package struct BenchmarkQuestions: Sendable {
    package let benchmark: Benchmark
    private let rows: any BenchmarkRows

    /// - Parameters:
    ///   - benchmark: declares the layout of the data.
    ///   - data: the data file, or its folder.
    /// - Throws: ``BenchmarkError`` or ``PredictionError`` that names the invalid file or row.
    package init(_ benchmark: Benchmark, data: URL) throws {
        self.benchmark = benchmark
        switch benchmark.data.layout {
        case .folder: rows = try FolderRows(data)
        case .table:
            let files = try Self.files(benchmark, data)
            guard files.count == 1 else {
                let names = files.map(\.lastPathComponent).joined(separator: ", ")
                throw BenchmarkError(place: data.path, problem: "contains several tables, \(names); name one")
            }
            rows = try TableRows(files[0])
        case .json: rows = try JSONRows(Self.files(benchmark, data))
        case .scenes:
            throw BenchmarkError(
                place: benchmark.name, problem: "is generated and needs no data; omit --data")
        }
        try checkSample(of: min(8, rows.count))
    }

    /// Reads rows, spread evenly, up to the first usable one, so that data without any are refused before a model is loaded.
    private func checkSample(of sampleCount: Int) throws {
        var problem: (any Error)?
        for index in 0..<sampleCount {
            do {
                _ = try item(at: index * count / sampleCount)
                return
            } catch { problem = problem ?? error }
        }
        if let problem { throw problem }
    }

    package var count: Int { rows.count }

    /// - Throws: an error that names the invalid row.
    package func item(at index: Int) throws -> BenchmarkItem {
        try BenchmarkItem(rows.row(at: index), number: index, of: benchmark)
    }

    /// The item's values in each category that accuracy is reported for.
    ///
    /// - Throws: an error that names the invalid row.
    package func categories(at index: Int) throws -> [String: [String]] {
        let row = try rows.row(at: index)
        return (benchmark.data.fields?.categories ?? [:]).compactMapValues { row[$0]?.texts }
    }

    /// - Throws: an error that names the invalid row.
    package func values(at index: Int) throws -> [String: JSONValue] { try rows.row(at: index).values }

    private static func files(_ benchmark: Benchmark, _ data: URL) throws(BenchmarkError) -> [URL] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: data.path, isDirectory: &isFolder) else {
            throw BenchmarkError(place: data.path, problem: "does not exist; check the path")
        }
        guard isFolder.boolValue else { return [data] }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: data.path)) ?? []).sorted()
        // The first pattern with a match is used; declarations list smaller sets before larger ones.
        for pattern in benchmark.data.files ?? [] {
            let found = names.filter { matches($0, pattern) }
            if !found.isEmpty { return found.map { data.appending(path: $0) } }
        }
        let wanted = (benchmark.data.files ?? []).joined(separator: " or ")
        throw BenchmarkError(
            place: data.path,
            problem: "contains no \(wanted); name the data file of \(benchmark.title) itself")
    }

    /// Whether `name` matches `pattern`, in which `*` is a wildcard.
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
