package import CounterRandom
package import Foundation
import Parquet

/// The questions of a Parquet file in the schema that the DeepEyes data is published in (`PublishedRow`).
package struct ParquetExamples: RowFile {
    /// Stretches that are shuffled together, and so are in memory at one time.
    package static let window = 16

    private let url: URL
    private let rows: ParquetRows

    /// - Throws: ``ExampleFileError`` if the file cannot be read, lacks a column that is needed, or holds no row.
    package init(_ url: URL) throws(ExampleFileError) {
        try self.init(url, stretchBytes: 8 << 20)
    }

    /// - Parameters:
    ///   - url: of the file.
    ///   - stretchBytes: of the rows that are read together, about.
    package init(_ url: URL, stretchBytes: Int) throws(ExampleFileError) {
        self.url = url
        do {
            let file = try ParquetFile(url.path, columns: PublishedRow.columns)
            rows = ParquetRows(file, stretchBytes: stretchBytes)
        } catch {
            throw ExampleFileError(path: url.path, problem: error.problem)
        }
        let missing = PublishedRow.neededColumns.filter { !rows.file.columns.contains($0) }
        guard missing.isEmpty else {
            throw ExampleFileError(
                path: url.path, problem: "lacks the column \(missing.joined(separator: ", "))")
        }
        guard rows.count > 0 else { throw ExampleFileError(path: url.path, problem: "holds no row") }
    }

    package var path: String { url.path }
    package var count: Int { rows.count }
    package var unit: String { "row" }

    package func number(of row: Int) -> Int { row + 1 }

    package func example(at index: Int) throws -> Example {
        do {
            return try PublishedRow(rows.row(index), folder: url.deletingLastPathComponent())
                .example(named: "\(url.lastPathComponent):\(number(of: index))")
        } catch let error as ParquetError {
            throw ExampleFileError(path: path, problem: error.problem)
        }
    }

    /// Row groups in a new order, their stretches one after the other; the rows of some stretches that follow each other
    /// are shuffled together. So all rows that are needed soon are in memory, and a file is read about once a round,
    /// whether it has many row groups or one.
    package func order(by random: CounterRandom) -> [Int32] {
        var random = random
        var groups = rows.stretches
        random.shuffle(&groups)
        let stretches = groups.flatMap { $0 }
        var order: [Int32] = []
        order.reserveCapacity(count)
        var start = 0
        // The first window differs in size, so that windows have other limits in each round.
        var length = 1 + random.integer(below: Self.window)
        while start < stretches.count {
            var rows = stretches[start..<min(start + length, stretches.count)].flatMap { $0.map(Int32.init) }
            random.shuffle(&rows)
            order += rows
            start += length
            length = Self.window
        }
        return order
    }
}
