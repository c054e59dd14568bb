import Foundation
import JSON

/// Names of files in a model directory that every family has.
package enum ModelFileName {
    package static let configuration = "config.json"
}

/// A JSON file of a Hugging Face folder, read and written whole. Its snake_case names are camelCase in `File`.
enum HubFile {
    /// Reads `url` as `File`; throws `ModelFileError` for a missing file, broken JSON or a field of the
    /// wrong type, which it names.
    static func read<File: Decodable>(_ file: File.Type, at url: URL) throws(ModelFileError) -> File {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            let isThere = FileManager.default.fileExists(atPath: url.path)
            throw ModelFileError(
                path: url.path,
                problem: isThere
                    ? "cannot be read; check its permissions"
                    : "there is no such file; copy it from the model's repository")
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

    /// Indented JSON with sorted names, so that equal values give equal files.
    static func data(of file: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(file) + Data("\n".utf8)
    }
}

/// A field that files write either as one value or as a list.
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
