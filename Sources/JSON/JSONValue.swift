/// A JSON value, for data of unknown structure (from a model or a client), and for files whose member order and number
/// spelling must be preserved.
///
/// Data of a fixed structure uses `Codable` types with Foundation's `JSONDecoder` and `JSONEncoder`.
package enum JSONValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package static func number(_ value: Double) -> JSONValue { .number(JSONNumber(value)) }

    package static func number(_ value: some BinaryInteger) -> JSONValue { .number(JSONNumber(value)) }

    package subscript(name: String) -> JSONValue? { object?[name] }

    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var number: Double? {
        if case .number(let number) = self { number.value } else { nil }
    }

    /// The exact value of an integer.
    package var integer: Int? {
        if case .number(let number) = self { number.integer } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The kind of value, for messages and observations.
    package var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

// MARK: Literals

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(booleanLiteral value: Bool) { self = .boolean(value) }

    package init(integerLiteral value: Int) { self = .number(value) }

    package init(floatLiteral value: Double) { self = .number(value) }

    /// A string value; the text is not parsed.
    package init(stringLiteral value: String) { self = .string(value) }

    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { ($0, $1) }))
    }
}
