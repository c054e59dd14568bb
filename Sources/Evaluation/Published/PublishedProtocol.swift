import Agent
package import Foundation

/// The official scorer of a benchmark, warts included, for predictions made anywhere.
package enum PublishedProtocol: String, CaseIterable, Sendable, Decodable {
    case pope, mathvista, mathvision

    /// What `--rescore` reads and `--data` adds.
    package var summary: String {
        switch self {
        case .pope:
            "JSON lines with question_id and answer, or text; data: the benchmark's JSON lines with question_id and label"
        case .mathvista:
            "the object by pid that the official scripts write, with extraction; data: testmini.json, or nothing"
        case .mathvision: "JSON lines with id and model_answer; data: test.jsonl"
        }
    }

    /// Scores the predictions in a file.
    ///
    /// - Parameters:
    ///   - predictions: the file to score.
    ///   - data: the benchmark's own file with the right answers.
    /// - Throws: ``PredictionError`` that names the file and the entry that cannot be used.
    package func score(_ predictions: URL, data: URL?) throws -> Score {
        switch self {
        case .pope: try POPE.score(PredictionFile(predictions), truth: PredictionFile(try required(data)))
        case .mathvista:
            try MathVista.score(PredictionFile(predictions), truth: data.map { try PredictionFile($0) })
        case .mathvision:
            try MathVision.score(PredictionFile(predictions), truth: PredictionFile(try required(data)))
        }
    }

    private func required(_ data: URL?) throws -> URL {
        guard let data else {
            throw PredictionError(
                path: "--data", problem: "\(rawValue) needs the benchmark's file with the right answers")
        }
        return data
    }
}

/// Predictions or questions that cannot be read.
package struct PredictionError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "\(path): \(problem)" }
}

/// The entries of a JSON or JSONL file: a list, an object by id, or one object a line.
struct PredictionFile {
    struct Entry {
        /// The key in an object by id, else the place in the file, counted from 1.
        let name: String
        let values: [String: JSONValue]

        func text(_ key: String) -> String? { values[key]?.plainText }
    }

    let url: URL
    let entries: [Entry]

    init(_ url: URL) throws {
        self.url = url
        guard let data = FileManager.default.contents(atPath: url.path) else {
            throw PredictionError(path: url.path, problem: "cannot be read; check the path")
        }
        func object(_ value: JSONValue, _ name: String) throws -> Entry {
            guard case .object(let values) = value else {
                throw PredictionError(path: url.path, problem: "entry \(name) is not an object")
            }
            return Entry(name: name, values: values)
        }
        let text = String(decoding: data, as: UTF8.self)
        switch try? JSONValue(parsing: text) {
        case .array(let list)?:
            entries = try list.enumerated().map { try object($0.element, "\($0.offset + 1)") }
        case .object(let values)?
        where values.values.allSatisfy({ if case .object = $0 { true } else { false } }):
            entries = try values.sorted { $0.key < $1.key }.map { try object($0.value, $0.key) }
        default:
            entries = try text.split(separator: "\n").enumerated().compactMap { number, line in
                if line.allSatisfy(\.isWhitespace) { return nil }
                guard let value = try? JSONValue(parsing: line) else {
                    throw PredictionError(path: url.path, problem: "line \(number + 1) is not JSON")
                }
                return try object(value, "\(number + 1)")
            }
        }
        guard !entries.isEmpty else { throw PredictionError(path: url.path, problem: "holds no entry") }
    }

    /// The entries under the text of `key`.
    func byID(_ key: String) throws -> [String: Entry] {
        var found: [String: Entry] = [:]
        for entry in entries {
            guard let id = entry.text(key) else {
                throw PredictionError(path: url.path, problem: "entry \(entry.name) has no \(key)")
            }
            found[id] = entry
        }
        return found
    }

    func missing(_ key: String, in entry: Entry) -> PredictionError {
        PredictionError(path: url.path, problem: "entry \(entry.name) has no \(key)")
    }
}

extension JSONValue {
    /// A scalar, or the scalars of a list.
    var texts: [String]? {
        if case .array(let values) = self { return values.compactMap(\.plainText) }
        return plainText.map { [$0] }
    }

    /// A scalar as Python's `str` writes it; nil for null and what has parts.
    var plainText: String? {
        switch self {
        case .string(let text): text
        case .number(let number):
            number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
        case .boolean(let value): value ? "True" : "False"
        case .null, .array, .object: nil
        }
    }
}
