/// A key of a configuration.
package struct SettingEntry: Sendable {
    /// A value of a setting with named values.
    package struct Choice: Sendable {
        package let name: String
        package let meaning: String
    }

    /// The dotted key; `[]` stands for an element of a list.
    package let key: String
    package let meaning: String
    /// Nil for a group of keys.
    package let standard: String?
    /// The kind of value, such as "a whole number"; empty for a group of keys.
    package let kind: String
    /// What a value must be, such as "at least 2".
    package let range: String?
    package let choices: [Choice]

    package var isGroup: Bool { standard == nil }
}

/// A value that cannot work, with its key.
package struct SettingError: Error, Hashable, CustomStringConvertible {
    /// Dotted.
    package let key: String
    /// The rest of the sentence: "is 1; it must be at least 2".
    package let problem: String

    package init(_ key: String, _ problem: String) {
        self.key = key
        self.problem = problem
    }

    package var description: String { "configuration: \(key) \(problem)" }
}

/// The keys of a configuration, found by reflection of its settings.
package enum SettingTree {
    /// All keys in the order of declaration; a group precedes its keys.
    ///
    /// - Parameter defaults: a configuration with the default values.
    package static func entries(of defaults: Any) -> [SettingEntry] { entries(of: defaults, below: "") }

    private static func entries(of defaults: Any, below prefix: String) -> [SettingEntry] {
        settings(of: defaults).flatMap { name, setting in
            let key = prefix + name
            let own = setting.element.map { entries(of: $0, below: key + "[].") } ?? []
            let inner = entries(of: setting.anyValue, below: key + ".")
            return [setting.entry(key, isGroup: !inner.isEmpty)] + own + inner
        }
    }

    /// Checks every value against its range.
    ///
    /// - Parameters:
    ///   - value: a configuration.
    ///   - defaults: one of the same type with the default values, which has the ranges.
    /// - Throws: ``SettingError`` for the first value outside of its range.
    package static func check(_ value: Any, like defaults: Any) throws(SettingError) {
        if let error = problem(of: value, like: defaults, below: "") { throw error }
    }

    private static func problem(of value: Any, like defaults: Any, below prefix: String) -> SettingError? {
        for (found, standard) in zip(settings(of: value), settings(of: defaults)) {
            let key = prefix + standard.name
            if let problem = standard.setting.problem(of: found.setting.anyValue) {
                return SettingError(key, problem)
            }
            if let element = standard.setting.element {
                let elements = Mirror(reflecting: found.setting.anyValue).children.map(\.value)
                for (index, item) in elements.enumerated() {
                    if let error = problem(of: item, like: element, below: "\(key)[\(index)].") {
                        return error
                    }
                }
            }
            let inner = problem(
                of: found.setting.anyValue, like: standard.setting.anyValue, below: key + ".")
            if let inner { return inner }
        }
        return nil
    }

    private static func settings(of value: Any) -> [(name: String, setting: any AnySetting)] {
        Mirror(reflecting: value).children.compactMap { child in
            guard let label = child.label, let setting = child.value as? any AnySetting else { return nil }
            return (String(label.drop { $0 == "_" }), setting)
        }
    }
}

/// A ``Setting`` of any type.
private protocol AnySetting {
    var anyValue: Any { get }
    var element: (any Sendable)? { get }
    func problem(of value: Any) -> String?
    func entry(_ key: String, isGroup: Bool) -> SettingEntry
}

extension Setting: AnySetting {
    fileprivate var anyValue: Any { wrappedValue }
    fileprivate var element: (any Sendable)? { note?.element }

    fileprivate func problem(of value: Any) -> String? {
        (value as? Value).flatMap { note?.range?.problem(of: $0) }
    }

    fileprivate func entry(_ key: String, isGroup: Bool) -> SettingEntry {
        SettingEntry(
            key: key, meaning: note?.meaning ?? "", standard: isGroup ? nil : SettingText.value(wrappedValue),
            kind: isGroup ? "" : SettingText.kind(of: wrappedValue), range: note?.range?.text,
            choices: (Value.self as? any SettingChoice.Type)?.choices ?? [])
    }
}
