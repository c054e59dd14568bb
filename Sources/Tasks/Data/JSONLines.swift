package import Foundation
import JSON

/// A memory-mapped JSONL file; lines are parsed on demand.
package struct JSONLines: Sendable {
    package let url: URL
    private let data: Data
    /// Line numbers and byte ranges of the non-empty lines. [row]
    private let lines: [(number: Int, bytes: Range<Int>)]

    /// - Throws: ``RowError`` if the file cannot be read or is empty.
    package init(_ url: URL) throws(RowError) {
        self.url = url
        do { data = try Data(contentsOf: url, options: .alwaysMapped) } catch {
            throw RowError(problem: "cannot be read; check the path")
        }
        var lines: [(number: Int, bytes: Range<Int>)] = []
        var start = data.startIndex
        var number = 0
        while start < data.endIndex {
            number += 1
            let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) ?? data.endIndex
            if data[start..<end].contains(where: { $0 > 0x20 }) { lines.append((number, start..<end)) }
            start = end == data.endIndex ? end : end + 1
        }
        guard !lines.isEmpty else { throw RowError(problem: "is empty; write one JSON object per line") }
        self.lines = lines
    }

    /// The number of non-empty lines.
    package var count: Int { lines.count }

    /// The 1-based line number of row `index`.
    package func lineNumber(of index: Int) -> Int { lines[index].number }

    /// - Throws: ``RowError`` for a row that cannot be decoded.
    package func row<Row: Decodable>(_ index: Int, as type: Row.Type = Row.self) throws -> Row {
        do { return try JSONDecoder().decode(Row.self, from: data[lines[index].bytes]) } catch let error
            as DecodingError
        {
            throw RowError(problem: error.summary)
        }
    }
}

/// An error in a file of rows or in one of its rows.
package struct RowError: Error, Hashable, CustomStringConvertible {
    package let problem: String

    package init(problem: String) { self.problem = problem }

    package var description: String { problem }
}
