package import CounterRandom
package import Foundation
import Parquet

/// The questions of a Parquet file in the schema of the published DeepEyes data (`PublishedRow`).
package struct ParquetExamples: RowFile {
    /// The number of chunks that are shuffled together and are therefore in memory at the same time.
    package static let window = 16

    private let url: URL
    private let rows: ParquetRows

    /// - Throws: ``ExampleFileError`` if the file cannot be read, lacks a required column, or is empty.
    package init(_ url: URL) throws(ExampleFileError) {
        try self.init(url, stretchBytes: 8 << 20)
    }

    /// - Parameters:
    ///   - url: the file.
    ///   - stretchBytes: approximate size of the chunks in which rows are read.
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
        guard rows.count > 0 else { throw ExampleFileError(path: url.path, problem: "has no rows") }
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

    /// Shuffles in windows: row groups are shuffled and split into chunks, and the rows of consecutive chunks are shuffled
    /// together. All rows of a window fit in memory, and the file is read about once per epoch, however many row groups it
    /// has.
    package func order(by random: CounterRandom) -> [Int32] {
        var random = random
        var groups = rows.stretches
        random.shuffle(&groups)
        let stretches = groups.flatMap { $0 }
        var order: [Int32] = []
        order.reserveCapacity(count)
        var start = 0
        // The size of the first window is random, so that window boundaries differ between epochs.
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
