import Agent
import Foundation

/// A file of tab-separated columns with a header, mapped into memory; a field in double quotes may hold tabs, line ends and
/// doubled quotes.
struct TableRows: BenchmarkRows {
    private let url: URL
    private let data: Data
    private let columns: [String]
    /// Bytes of the rows. [row]
    private let rows: [Range<Int>]
    /// Rows by their index, to which short images refer.
    private let positions: [String: Int]

    /// A text this short is no image but the index of the row that holds it.
    private static let shortestImage = 64

    init(_ url: URL) throws(BenchmarkError) {
        func fail(_ problem: String) -> BenchmarkError { BenchmarkError(place: url.path, problem: problem) }
        guard let data = try? Data(contentsOf: url, options: .alwaysMapped) else {
            throw fail("cannot be read; check the path")
        }
        var rows = Self.rows(of: data)
        guard !rows.isEmpty else { throw fail("is empty; its first line must name the columns") }
        let columns = Self.fields(of: data, rows.removeFirst())
        guard columns.count > 1 else { throw fail("has one column; columns must be separated by tabs") }
        guard !rows.isEmpty else { throw fail("holds no row below its header") }
        (self.url, self.data, self.columns, self.rows) = (url, data, columns, rows)
        var positions: [String: Int] = [:]
        if let column = columns.firstIndex(of: "index") {
            for (row, bytes) in rows.enumerated() {
                let fields = Self.fields(of: data, bytes, upTo: column)
                if fields.count > column { positions[fields[column]] = row }
            }
        }
        self.positions = positions
    }

    var count: Int { rows.count }

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
        let fields = Self.fields(of: data, rows[index])
        guard fields.count == columns.count else {
            throw BenchmarkError(
                place: place, problem: "has \(fields.count) fields where the header names \(columns.count)")
        }
        return Dictionary(zip(columns, fields.map(JSONValue.string))) { first, _ in first }
    }

    // MARK: Bytes

    private static let (tab, newline, quote) = (UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\""))

    /// Where rows that hold something lie; a line end within quotes ends none.
    private static func rows(of data: Data) -> [Range<Int>] {
        data.withUnsafeBytes { bytes in
            var rows: [Range<Int>] = []
            var (start, isQuoted, startsField) = (0, false, true)
            for position in 0...bytes.count {
                let byte = position < bytes.count ? bytes[position] : newline
                if isQuoted && position < bytes.count {
                    if byte == quote { isQuoted = false }
                } else if byte == quote && (startsField || bytes[position - 1] == quote) {
                    isQuoted = true
                } else if byte == newline {
                    let end = position > start && bytes[position - 1] == 13 ? position - 1 : position
                    if end > start { rows.append(start..<end) }
                    start = position + 1
                }
                startsField = byte == tab || byte == newline
            }
            return rows
        }
    }

    /// The fields of a row, or those up to and including the column given.
    private static func fields(of data: Data, _ row: Range<Int>, upTo column: Int = .max) -> [String] {
        data.withUnsafeBytes { bytes in
            var fields: [String] = []
            var position = row.lowerBound
            while position <= row.upperBound && fields.count <= column {
                guard position < row.upperBound, bytes[position] == quote else {
                    let end = bytes[position..<row.upperBound].firstIndex(of: tab) ?? row.upperBound
                    fields.append(String(decoding: bytes[position..<end], as: UTF8.self))
                    position = end + 1
                    continue
                }
                var text: [UInt8] = []
                position += 1
                while position < row.upperBound {
                    if bytes[position] == quote {
                        guard position + 1 < row.upperBound, bytes[position + 1] == quote else { break }
                        position += 1
                    }
                    text.append(bytes[position])
                    position += 1
                }
                fields.append(String(decoding: text, as: UTF8.self))
                position = (bytes[position..<row.upperBound].firstIndex(of: tab) ?? row.upperBound) + 1
            }
            return fields
        }
    }
}
