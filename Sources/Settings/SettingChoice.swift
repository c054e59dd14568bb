/// A setting with named values.
package protocol SettingChoice: RawRepresentable, CaseIterable, Codable, Sendable where RawValue == String {
    /// What the value does.
    var meaning: String { get }
}

extension SettingChoice {
    /// The complaint about a text that is none of the values; nil if it is one.
    static func problem(of text: String) -> String? {
        if Self(rawValue: text) != nil { return nil }
        let names = allCases.map(\.rawValue)
        return "\(text) is not a value of it; use \(names.listed)" + NearestName.question(text, among: names)
    }

    static var choices: [SettingEntry.Choice] {
        allCases.map { .init(name: $0.rawValue, meaning: $0.meaning) }
    }
}

extension [String] {
    /// `a`, `a or b`, `a, b or c`.
    package var listed: String {
        count < 2 ? joined() : dropLast().joined(separator: ", ") + " or " + self[count - 1]
    }
}
