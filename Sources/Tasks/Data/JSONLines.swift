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
        try Self.check(data.prefix(1 << 16), named: url.lastPathComponent)
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

    /// The row at `index` as a question or a conversation.
    ///
    /// - Throws: ``RowError`` for a row that is not a JSON object.
    package func row(_ index: Int) throws(RowError) -> WrittenRow {
        let value: JSONValue
        do { value = try JSONValue(parsingFile: data[lines[index].bytes]) } catch {
            throw RowError(problem: "not valid JSON: \(error)")
        }
        guard let fields = value.object else {
            throw RowError(problem: "a line must be a JSON object, not \(value.kind)")
        }
        return WrittenRow(fields)
    }

    /// Refuses a file that is not lines of text.
    private static func check(_ start: Data, named name: String) throws(RowError) {
        let first = start.first { $0 > 0x20 && ![0xEF, 0xBB, 0xBF].contains($0) }
        if start.starts(with: Array("PAR1".utf8)) {
            throw RowError(problem: "is a Parquet file; rename it to end in .parquet")
        }
        // A character may be cut at the end of the prefix.
        let isText =
            !start.contains(0)
            && (0..<4).contains { String(validating: start.dropLast($0), as: UTF8.self) != nil }
        guard isText else {
            throw RowError(
                problem: "is not text; give a JSONL file with one JSON object per line, or a Parquet file")
        }
        if first == UInt8(ascii: "[") {
            throw RowError(
                problem:
                    "is a JSON list, not JSONL; write one object per line: jq -c '.[]' \(name) > rows.jsonl")
        }
        let openings = start.split(separator: UInt8(ascii: "\n")).compactMap { line in
            line.first { $0 > 0x20 && ![0xEF, 0xBB, 0xBF].contains($0) }
        }
        guard openings.isEmpty || openings.contains(UInt8(ascii: "{")) else {
            throw RowError(
                problem: "has no line that begins a JSON object; give a JSONL file with one JSON object per "
                    + "line, or a Parquet file")
        }
    }
}

/// An error in a file of rows or in one of its rows.
package struct RowError: Error, Hashable, CustomStringConvertible {
    package let problem: String

    package init(problem: String) { self.problem = problem }

    package var description: String { problem }
}
