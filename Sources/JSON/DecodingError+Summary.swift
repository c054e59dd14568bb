extension DecodingError {
    /// The place and what is wrong there, on one line, in the words of the file and not of Swift.
    package var summary: String { summary { $0 } }

    /// The same for a file whose names are spelled in snake case, as those of Hugging Face are.
    package var snakeCaseSummary: String {
        summary { name in
            name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
        }
    }

    private func summary(_ spelled: (String) -> String) -> String {
        func place(_ keys: [any CodingKey]) -> String {
            let names = keys.map { $0.intValue.map { "[\($0)]" } ?? spelled($0.stringValue) }
            return names.isEmpty ? "it" : names.joined(separator: ".")
        }
        return switch self {
        case .typeMismatch(let type, let context):
            "\(place(context.codingPath)) must be \(Self.word(for: type))"
        case .valueNotFound(let type, let context):
            "\(place(context.codingPath)) is null and must be \(Self.word(for: type))"
        case .keyNotFound(let key, let context): "\(place(context.codingPath + [key])) is missing"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "not valid JSON or YAML"
        case .dataCorrupted(let context): "\(place(context.codingPath)): \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }

    private static func word(for type: Any.Type) -> String {
        switch type {
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is String.Type: "text"
        case is any AnyList.Type: "a list"
        default: "an object"
        }
    }
}

/// What decodes from a list, whatever its elements are.
private protocol AnyList {}
extension Array: AnyList {}
