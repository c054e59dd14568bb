/// A value of a configuration with its meaning and its range, written where the value is declared:
///
///     @Setting("Trajectories per prompt.", .atLeast(2)) package var groupSize = 8
///
/// It is encoded and decoded as the bare value. ``SettingTree`` reads meanings, ranges and defaults from a default instance, so
/// a decoded value need not have them.
@propertyWrapper
package struct Setting<Value: Codable & Sendable>: Sendable {
    package var wrappedValue: Value
    /// Nil in a decoded value.
    let note: SettingNote<Value>?

    /// A value of any kind.
    package init(wrappedValue: Value, _ meaning: String) {
        self.wrappedValue = wrappedValue
        note = SettingNote(meaning: meaning)
    }

    /// A value with a range.
    package init(wrappedValue: Value, _ meaning: String, _ range: SettingRange<Value>) {
        self.wrappedValue = wrappedValue
        note = SettingNote(meaning: meaning, range: range)
    }

    /// A list whose elements have settings of their own; `element` is one with the default values.
    package init(wrappedValue: Value, _ meaning: String, each element: any Sendable) {
        self.wrappedValue = wrappedValue
        note = SettingNote(meaning: meaning, element: element)
    }
}

/// The meaning and the range of a setting.
final class SettingNote<Value: Sendable>: Sendable {
    let meaning: String
    let range: SettingRange<Value>?
    /// The default of an element of a list.
    let element: (any Sendable)?

    init(meaning: String, range: SettingRange<Value>? = nil, element: (any Sendable)? = nil) {
        self.meaning = meaning
        self.range = range
        self.element = element
    }
}

extension Setting: Equatable where Value: Equatable {
    package static func == (left: Setting, right: Setting) -> Bool { left.wrappedValue == right.wrappedValue }
}

extension Setting: Hashable where Value: Hashable {
    package func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

extension Setting: Codable {
    /// - Throws: `DecodingError`; for an unknown choice it lists the valid ones.
    package init(from decoder: any Decoder) throws {
        if let choices = Value.self as? any SettingChoice.Type {
            let text = try String(from: decoder)
            if let problem = choices.problem(of: text) {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: problem))
            }
        }
        wrappedValue = try Value(from: decoder)
        note = nil
    }

    package func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}
