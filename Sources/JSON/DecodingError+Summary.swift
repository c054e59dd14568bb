extension DecodingError {
    /// Path and problem on one line, in terms of the file and not of Swift types.
    package var summary: String { summary { $0 } }

    /// The same for files with snake-case names, such as those of Hugging Face.
    package var snakeCaseSummary: String {
        summary { name in
            name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
        }
    }

    private func summary(_ spelled: (String) -> String) -> String {
        func path(_ keys: [any CodingKey]) -> String {
            let names = keys.map { $0.intValue.map { "[\($0)]" } ?? spelled($0.stringValue) }
            return names.isEmpty ? "it" : names.joined(separator: ".").replacing(".[", with: "[")
        }
        return switch self {
        case .typeMismatch(let type, let context):
            "\(path(context.codingPath)) must be \(Self.name(of: type))"
        case .valueNotFound(let type, let context):
            "\(path(context.codingPath)) is null and must be \(Self.name(of: type))"
        case .keyNotFound(let key, let context): "\(path(context.codingPath + [key])) is missing"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "not valid JSON or YAML"
        case .dataCorrupted(let context):
            "\(path(context.codingPath)): \(Self.problem(context.debugDescription))"
        @unknown default: "\(self)"
        }
    }

    /// The description of a problem; the standard library's descriptions of an unknown case and of a range name Swift types.
    private static func problem(_ description: String) -> String {
        if description.hasPrefix("Cannot initialize ClosedRange") {
            return "the first number is the lowest and must not exceed the second"
        }
        guard let match = description.firstMatch(of: /^Cannot initialize \S+ from invalid \S+ value (.*)$/)
        else { return description }
        return "\(match.1) is not one of its values"
    }

    private static func name(of type: Any.Type) -> String {
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

/// Types that decode from a list, with any element type.
private protocol AnyList {}
extension Array: AnyList {}
