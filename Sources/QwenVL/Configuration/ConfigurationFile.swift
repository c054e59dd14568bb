import Foundation

/// One JSON file of a model directory, read and written whole. Its snake_case names are camelCase in `File`.
enum ConfigurationFile {
    /// Reads `url` as `File`; throws `ConfigurationError` for a missing file, broken JSON or a field of the
    /// wrong type, which it names.
    static func read<File: Decodable>(_ file: File.Type, at url: URL) throws(ConfigurationError) -> File {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            let isThere = FileManager.default.fileExists(atPath: url.path)
            throw ConfigurationError(
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
            throw ConfigurationError(
                path: url.path, problem: "\(error.summary); copy it again from the model's repository")
        } catch {
            throw ConfigurationError(path: url.path, problem: "\(error)")
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

extension DecodingError {
    /// The field and what is wrong with it, in one line.
    var summary: String {
        switch self {
        case .keyNotFound(let key, let context):
            "`\(Self.path(context.codingPath + [key]))` is missing"
        case .valueNotFound(_, let context):
            "`\(Self.path(context.codingPath))` is null"
        case .typeMismatch(let type, let context):
            "`\(Self.path(context.codingPath))` is not of type \(type)"
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            "not valid JSON"
        case .dataCorrupted(let context):
            "`\(Self.path(context.codingPath))`: \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map(String.init) ?? snakeCase($0.stringValue) }.joined(separator: ".")
    }

    private static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
}
