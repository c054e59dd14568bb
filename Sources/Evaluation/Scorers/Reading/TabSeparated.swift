import Agent
import Foundation
import JSON

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

    /// Reads row after row.
    struct Reader {
        private let bytes: UnsafeRawBufferPointer
        /// Where the next row begins.
        private(set) var place: Int
        /// Of the row read last, counted from 1.
        private(set) var line = 0
        private var lineFeeds = 0

        private static let (tab, lineFeed) = (UInt8(ascii: "\t"), UInt8(ascii: "\n"))

        /// - Parameter place: where a row begins; nil for the first one.
        init(bytes: UnsafeRawBufferPointer, place: Int? = nil) {
            self.bytes = bytes
            self.place = place ?? (bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
        }

        /// The cells of the next row, nil for those left out; nil at the end.
        mutating func row(omitting isOmitted: (Int) -> Bool) throws(Problem) -> [String?]? {
            guard place < bytes.count else { return nil }
            line = lineFeeds + 1
            var cells: [String?] = []
            while true {
                cells.append(try cell(isOmitted: isOmitted(cells.count)))
                let end = place < bytes.count ? bytes[place] : Self.lineFeed
                place += 1
                if end == Self.lineFeed {
                    lineFeeds += 1
                    return cells
                }
            }
        }

        /// What stands before the next tab or line feed outside quotes.
        private mutating func cell(isOmitted: Bool) throws(Problem) -> String? {
            guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
                let content = rest()
                return isOmitted ? nil : String(decoding: content, as: UTF8.self)
            }
            var content: [UInt8] = []
            place += 1
            while place < bytes.count {
                let byte = bytes[place]
                place += 1
                if byte == UInt8(ascii: "\"") {
                    guard place < bytes.count, bytes[place] == byte else {
                        content += rest()
                        return isOmitted ? nil : String(decoding: content, as: UTF8.self)
                    }
                    place += 1
                }
                if byte == Self.lineFeed { lineFeeds += 1 }
                if !isOmitted { content.append(byte) }
            }
            throw Problem(line: line, problem: "has a quote that is not closed")
        }

        /// The bytes up to the end of the cell, without a carriage return before a line feed.
        private mutating func rest() -> Slice<UnsafeRawBufferPointer> {
            let start = place
            while place < bytes.count, bytes[place] != Self.tab, bytes[place] != Self.lineFeed { place += 1 }
            let content = bytes[start..<place]
            return content.last == UInt8(ascii: "\r") ? content.dropLast() : content
        }
    }
}
