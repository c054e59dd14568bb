import Agent
import Foundation

/// A table with a header, its columns separated by tabs and quoted as pandas writes them.
enum TabSeparated {
    /// The rows, without empty cells and without the columns of `omitting`, which may hold pictures of many
    /// megabytes.
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

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var place: Int
        /// Of the row read last, counted from 1.
        var line = 0
        private var lineFeeds = 0

        init(bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
            place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        }

        /// The cells of the next row, nil for those left out; nil at the end.
        mutating func row(omitting isOmitted: (Int) -> Bool) throws(Problem) -> [String?]? {
            guard place < bytes.count else { return nil }
            line = lineFeeds + 1
            var cells: [String?] = []
            while true {
                let cell = try cell()
                cells.append(isOmitted(cells.count) ? nil : String(decoding: cell, as: UTF8.self))
                let end = place < bytes.count ? bytes[place] : UInt8(ascii: "\n")
                place += 1
                if end == UInt8(ascii: "\n") {
                    lineFeeds += 1
                    return cells
                }
            }
        }

        /// The bytes up to the next tab or line feed outside quotes.
        private mutating func cell() throws(Problem) -> [UInt8] {
            guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
                let start = place
                while place < bytes.count, bytes[place] != UInt8(ascii: "\t"),
                    bytes[place] != UInt8(ascii: "\n")
                { place += 1 }
                let content = bytes[start..<place]
                return Array(content.last == UInt8(ascii: "\r") ? content.dropLast() : content)
            }
            var content: [UInt8] = []
            place += 1
            while place < bytes.count {
                let byte = bytes[place]
                place += 1
                if byte == UInt8(ascii: "\"") {
                    guard place < bytes.count, bytes[place] == byte else { return content + tail() }
                    place += 1
                }
                if byte == UInt8(ascii: "\n") { lineFeeds += 1 }
                content.append(byte)
            }
            throw Problem(line: line, problem: "has a quote that is not closed")
        }

        /// What stands between a closing quote and the end of the cell.
        private mutating func tail() -> [UInt8] {
            let start = place
            while place < bytes.count, bytes[place] != UInt8(ascii: "\t"), bytes[place] != UInt8(ascii: "\n")
            { place += 1 }
            return bytes[start..<place].filter { $0 != UInt8(ascii: "\r") }
        }
    }
}
