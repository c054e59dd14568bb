import Agent
import Foundation
import JSON

/// Tab-separated values with a header, quoted as pandas writes them.
enum TabSeparated {
    /// The rows, without empty cells and without the columns in `omitting`, which may contain images of many megabytes.
    ///
    /// - Throws: ``Problem`` that names the line.
    static func rows(of data: Data, omitting: Set<String>) throws -> [[String: JSONValue]] {
        try data.withUnsafeBytes { try rows(of: Reader(bytes: $0), omitting: omitting) }
    }

    private static func rows(of reader: Reader, omitting: Set<String>) throws(Problem) -> [[String:
        JSONValue]]
    {
        var reader = reader
        guard let header = try reader.row(omitting: { _ in false }) else { return [] }
        let names = header.map { $0 ?? "" }
        var rows: [[String: JSONValue]] = []
        while let cells = try reader.row(omitting: { $0 < names.count && omitting.contains(names[$0]) }) {
            guard cells.count <= names.count else {
                throw Problem(
                    line: reader.line, problem: "has \(cells.count) cells under \(names.count) columns")
            }
            var row: [String: JSONValue] = [:]
            for (name, cell) in zip(names, cells) where cell != nil && cell != "" {
                row[name] = cell.map { .string($0) }
            }
            if !row.isEmpty { rows.append(row) }
        }
        return rows
    }

    struct Problem: Error {
        let line: Int
        let problem: String
    }

    /// Reads row after row.
    struct Reader {
        private let bytes: UnsafeRawBufferPointer
        /// Byte offset of the next row.
        private(set) var offset: Int
        /// The 1-based line of the row read last.
        private(set) var line = 0
        private var lineFeeds = 0

        private static let (tab, lineFeed) = (UInt8(ascii: "\t"), UInt8(ascii: "\n"))

        /// - Parameter offset: byte offset of a row; nil for the first one.
        init(bytes: UnsafeRawBufferPointer, offset: Int? = nil) {
            self.bytes = bytes
            self.offset = offset ?? (bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
        }

        /// The cells of the next row, with nil for omitted ones; nil at the end of the table.
        mutating func row(omitting isOmitted: (Int) -> Bool) throws(Problem) -> [String?]? {
            guard offset < bytes.count else { return nil }
            line = lineFeeds + 1
            var cells: [String?] = []
            while true {
                cells.append(try cell(isOmitted: isOmitted(cells.count)))
                let end = offset < bytes.count ? bytes[offset] : Self.lineFeed
                offset += 1
                if end == Self.lineFeed {
                    lineFeeds += 1
                    return cells
                }
            }
        }

        /// The text up to the next tab or line feed outside quotes.
        private mutating func cell(isOmitted: Bool) throws(Problem) -> String? {
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
                let content = rest()
                return isOmitted ? nil : String(decoding: content, as: UTF8.self)
            }
            var content: [UInt8] = []
            offset += 1
            while offset < bytes.count {
                let byte = bytes[offset]
                offset += 1
                if byte == UInt8(ascii: "\"") {
                    guard offset < bytes.count, bytes[offset] == byte else {
                        content += rest()
                        return isOmitted ? nil : String(decoding: content, as: UTF8.self)
                    }
                    offset += 1
                }
                if byte == Self.lineFeed { lineFeeds += 1 }
                if !isOmitted { content.append(byte) }
            }
            throw Problem(line: line, problem: "has a quote that is not closed")
        }

        /// The bytes up to the end of the cell, without a carriage return before a line feed.
        private mutating func rest() -> Slice<UnsafeRawBufferPointer> {
            let start = offset
            while offset < bytes.count, bytes[offset] != Self.tab, bytes[offset] != Self.lineFeed {
                offset += 1
            }
            let content = bytes[start..<offset]
            return content.last == UInt8(ascii: "\r") ? content.dropLast() : content
        }
    }
}
