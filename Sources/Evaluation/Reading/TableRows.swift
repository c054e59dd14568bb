import Agent
import Foundation
import JSON

/// A memory-mapped table with a header (`TabSeparated`); rows are read on demand.
struct TableRows: BenchmarkRows {
    private let url: URL
    private let data: Data
    private let columns: [String]
    /// Byte offset of each row. [row]
    private let starts: [Int]
    /// Positions of rows by their `index` column, which image references use.
    private let positions: [String: Int]

    /// Shorter text in the image column is not an image but the index of the row that has it.
    private static let shortestImage = 64

    init(_ url: URL) throws(BenchmarkError) {
        func fail(_ problem: String) -> BenchmarkError { BenchmarkError(place: url.path, problem: problem) }
        guard let data = try? Data(contentsOf: url, options: .alwaysMapped) else {
            throw fail("cannot be read; check the path")
        }
        let table: (columns: [String], starts: [Int], positions: [String: Int])
        do { table = try data.withUnsafeBytes(Self.scanned) } catch {
            let problem = error as? TabSeparated.Problem
            throw fail("line \(problem?.line ?? 0) \(problem?.problem ?? "\(error)")")
        }
        guard table.columns.count > 1 else {
            throw fail("has only one column; columns must be separated by tabs")
        }
        guard !table.starts.isEmpty else { throw fail("has no rows below its header") }
        (self.url, self.data) = (url, data)
        (columns, starts, positions) = table
    }

    private static func scanned(
        _ bytes: UnsafeRawBufferPointer
    ) throws -> (columns: [String], starts: [Int], positions: [String: Int]) {
        var reader = TabSeparated.Reader(bytes: bytes)
        let columns = (try reader.row(omitting: { _ in false }) ?? []).map { $0 ?? "" }
        let indexColumn = columns.firstIndex(of: "index")
        var starts: [Int] = []
        var positions: [String: Int] = [:]
        while true {
            let start = reader.offset
            guard let cells = try reader.row(omitting: { $0 != indexColumn }) else { break }
            if cells.count == 1 && reader.offset - start <= 2 { continue }
            if let indexColumn, indexColumn < cells.count, let index = cells[indexColumn] {
                positions[index] = starts.count
            }
            starts.append(start)
        }
        return (columns, starts, positions)
    }

    var count: Int { starts.count }

    func row(at index: Int) throws(BenchmarkError) -> BenchmarkRow {
        let place = "\(url.path): row \(index + 1)"
        var values = try values(at: index, place)
        if case .string(let reference)? = values["image"], reference.utf8.count < Self.shortestImage,
            let position = positions[reference], position != index
        {
            values["image"] = try self.values(at: position, place)["image"]
        }
        values["file"] = .string(url.deletingPathExtension().lastPathComponent)
        return BenchmarkRow(place: place, folder: url.deletingLastPathComponent(), values: values)
    }

    private func values(at index: Int, _ place: String) throws(BenchmarkError) -> [String: JSONValue] {
        // The whole file was already parsed once without an error.
        let cells = data.withUnsafeBytes { bytes in
            var reader = TabSeparated.Reader(bytes: bytes, offset: starts[index])
            return (try? reader.row(omitting: { _ in false })) ?? []
        }
        guard cells.count == columns.count else {
            throw BenchmarkError(
                place: place, problem: "has \(cells.count) cells under \(columns.count) columns")
        }
        return Dictionary(zip(columns, cells.map { .string($0 ?? "") })) { first, _ in first }
    }
}
