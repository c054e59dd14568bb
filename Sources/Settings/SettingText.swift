import Foundation
import JSON

/// Spells values and kinds of values for people.
enum SettingText {
    /// A value as in a configuration file: `8`, `1e-06`, `[3, 7]`.
    static func value(_ value: Any) -> String {
        if let number = value as? any SettingNumber { return number.spelled }
        guard let value = value as? any Encodable, let data = try? JSONEncoder().encode(value),
            let json = try? JSONValue(parsing: data)
        else { return "\(value)" }
        return text(json)
    }

    private static func text(_ json: JSONValue) -> String {
        switch json {
        case .string(let text): text.isEmpty ? "''" : text
        case .array(let values): "[" + values.map(text).joined(separator: ", ") + "]"
        case .object(let object):
            "{" + object.members.map { "\($0.name): \(text($0.value))" }.sorted().joined(separator: ", ")
                + "}"
        case .null, .boolean, .number: json.text(.compact)
        }
    }

    /// The kind of a value: "a whole number", "a list".
    static func kind(of value: Any) -> String {
        switch value {
        case is Bool: "true or false"
        case let number as any SettingNumber: type(of: number).expectation
        case is String: "text"
        case is any SettingChoice: "a name"
        case is ClosedRange<Int>, is ClosedRange<Double>: "a list of the lowest and the highest number"
        case _ where Mirror(reflecting: value).displayStyle == .dictionary: "an object"
        default: "a list"
        }
    }
}
