import Agent
import Foundation
import JSON

/// A file of predictions or questions is invalid.
package struct PredictionError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "\(path): \(problem)" }
}

/// The entries of a file of predictions or questions, in any supported format.
struct PredictionFile {
    struct Entry {
        /// The key in an object keyed by id, else the 1-based position in the file.
        let name: String
        let values: [String: JSONValue]

        func text(_ key: String) -> String? { values[key]?.plainText }
    }

    let url: URL
    let format: PredictionFormat
    let entries: [Entry]

    /// - Throws: ``PredictionError`` that names the file, the line and a remedy.
    init(_ url: URL) throws {
        self.url = url
        guard var data = try? Data(contentsOf: url, options: .mappedIfSafe) else {
            throw PredictionError(path: url.path, problem: "cannot be read; check the path")
        }
        if data.starts(with: [0xEF, 0xBB, 0xBF]) { data = data.dropFirst(3) }
        format = PredictionFormat(of: data, named: url.lastPathComponent)
        let read: [Entry]
        switch format {
        case .spreadsheet:
            throw PredictionError(
                path: url.path, problem: "is a spreadsheet; save it as TSV or JSON lines and score that file")
        case .table: read = try Self.rows(of: data, at: url)
        case .json: read = try Self.values(of: data, at: url)
        }
        guard !read.isEmpty else { throw PredictionError(path: url.path, problem: "is empty") }
        entries = read.map { Entry(name: $0.name, values: PredictionFormat.uniform($0.values)) }
    }

    private static func rows(of data: Data, at url: URL) throws -> [Entry] {
        do {
            return try TabSeparated.rows(of: data, omitting: ["image"]).enumerated().map {
                Entry(name: "\($0.offset + 1)", values: $0.element)
            }
        } catch let error as TabSeparated.Problem {
            throw PredictionError(path: url.path, problem: "line \(error.line) \(error.problem)")
        }
    }

    /// A list, an object keyed by id, or JSON lines.
    private static func values(of data: Data, at url: URL) throws -> [Entry] {
        func entry(_ name: String, _ value: JSONValue) throws -> Entry {
            guard let values = value.object?.dictionary else {
                throw PredictionError(path: url.path, problem: "entry \(name) is not an object")
            }
            return Entry(name: name, values: values)
        }
        let text = String(decoding: data, as: UTF8.self)
        switch try? JSONValue(parsing: text) {
        case .array(let list)?: return try list.enumerated().map { try entry("\($0.offset + 1)", $0.element) }
        case .object(let values)? where values.members.allSatisfy({ $0.value.object != nil }):
            return try values.members.sorted { $0.name < $1.name }.map { try entry($0.name, $0.value) }
        default:
            return try text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
                .compactMap {
                    (index, line) in
                    guard line.contains(where: { $0 > 0x20 }) else { return nil }
                    do { return try entry("\(index + 1)", try JSONValue(parsing: Substring(line))) } catch let
                        error as JSONError
                    {
                        throw PredictionError(
                            path: url.path, problem: "line \(index + 1) is not JSON: \(error)")
                    }
                }
        }
    }

    /// The entries keyed by the text of the field `key`.
    func byID(_ key: String) throws -> [String: Entry] {
        var found: [String: Entry] = [:]
        for entry in entries {
            guard let id = entry.text(key) else { throw missing(key, in: entry) }
            found[id] = entry
        }
        return found
    }

    func missing(_ key: String, in entry: Entry) -> PredictionError {
        PredictionError(path: url.path, problem: "entry \(entry.name) has no \(key)")
    }
}

extension JSONValue {
    /// The text of a scalar, or of each scalar in a list.
    var texts: [String]? {
        if case .array(let values) = self { return values.compactMap(\.plainText) }
        return plainText.map { [$0] }
    }

    /// A scalar as Python's `str` writes it; nil for null, lists and objects.
    var plainText: String? {
        switch self {
        case .string(let text): text
        case .number(let number): number.integer.map { String($0) } ?? String(number.value)
        case .boolean(let value): value ? "True" : "False"
        case .null, .array, .object: nil
        }
    }
}
