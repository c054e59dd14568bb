package import Foundation
import JSON

/// A file with a JSON object a line, mapped into memory: what is read of it are the lines asked for.
package struct JSONLines: Sendable {
    package let url: URL
    private let data: Data
    /// Bytes of the lines that hold something, and their numbers. [row]
    private let lines: [(number: Int, bytes: Range<Int>)]

    /// - Throws: ``RowError`` if the file cannot be read or holds nothing.
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
        guard !lines.isEmpty else { throw RowError(problem: "holds no row; write one JSON object a line") }
        self.lines = lines
    }

    /// Rows that hold something.
    package var count: Int { lines.count }

    /// The line of the file that row `index` is, counted from 1.
    package func lineNumber(of index: Int) -> Int { lines[index].number }

    /// - Throws: ``RowError`` for a row that is not of that form.
    package func row<Row: Decodable>(_ index: Int, as type: Row.Type = Row.self) throws -> Row {
        do { return try JSONDecoder().decode(Row.self, from: data[lines[index].bytes]) } catch let error
            as DecodingError
        {
            throw RowError(problem: error.summary)
        }
    }
}

/// What is wrong with a file of rows, or with one of them.
package struct RowError: Error, Hashable, CustomStringConvertible {
    package let problem: String

    package init(problem: String) { self.problem = problem }

    package var description: String { problem }
}
