import Foundation
import JSON

/// Names of the files in model directories of every family.
package enum ModelFileName {
    package static let configuration = "config.json"
}

/// Reads and writes JSON files of a Hugging Face directory; snake_case keys are camelCase properties in Swift.
enum HubFile {
    /// Reads `url` as `File`.
    ///
    /// Throws `ModelFileError` for a missing file, invalid JSON, and a field of the wrong type, with its name.
    static func read<File: Decodable>(_ file: File.Type, at url: URL) throws(ModelFileError) -> File {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw ModelFileError(
                path: url.path,
                problem: exists
                    ? "cannot be read; check its permissions"
                    : "the file does not exist; copy it from the model's repository")
        }
        do {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(file, from: data)
        } catch let error as DecodingError {
            throw ModelFileError(
                path: url.path,
                problem: "\(error.snakeCaseSummary); copy it again from the model's repository")
        } catch {
            throw ModelFileError(path: url.path, problem: "\(error)")
        }
    }

    /// Indented JSON with sorted keys, so that equal values have equal files.
    static func data(of file: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(file) + Data("\n".utf8)
    }
}

/// A field that is either a single value or a list.
struct OneOrMany<Value: Codable & Sendable>: Codable, Sendable {
    let values: [Value]

    init(_ values: [Value]) { self.values = values }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        values = try (try? container.decode([Value].self)) ?? [container.decode(Value.self)]
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if values.count == 1 { try container.encode(values[0]) } else { try container.encode(values) }
    }
}
