/// A JSON value, for texts of unknown shape and for texts whose order and spelling matter: what a model or a client
/// wrote, and files that must have the same bytes again.
///
/// Files and messages of a fixed shape are `Codable` types, read and written by Foundation's `JSONDecoder` and
/// `JSONEncoder`.
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

    /// The value of a number without a fraction, exactly.
    package var integer: Int? {
        if case .number(let number) = self { number.integer } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// What kind of value this is, in the words of an observation.
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

    /// A string that holds this text; nothing is parsed.
    package init(stringLiteral value: String) { self = .string(value) }

    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { ($0, $1) }))
    }
}
