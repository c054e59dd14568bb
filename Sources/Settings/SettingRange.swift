import JSON

/// The values that a setting may have.
package struct SettingRange<Value: Sendable>: Sendable {
    /// What a value must be, such as "at least 2".
    package let text: String
    /// Why, if the reader cannot guess it.
    package let reason: String?
    private let isMet: @Sendable (Value) -> Bool

    package init(_ text: String, because reason: String? = nil, isMet: @escaping @Sendable (Value) -> Bool) {
        self.text = text
        self.reason = reason
        self.isMet = isMet
    }

    package func contains(_ value: Value) -> Bool { isMet(value) }

    /// The complaint about a value outside of the range; nil for a value within it.
    package func problem(of value: Value) -> String? {
        if isMet(value) { return nil }
        return "is \(SettingText.value(value)); it must be \(text)" + (reason.map { ": \($0)" } ?? "")
    }
}

/// Ranges of numbers. NaN and infinity are in none of them.
extension SettingRange where Value: SettingNumber {
    package static func atLeast(_ low: Value, because reason: String? = nil) -> Self {
        Self("at least \(low.spelled)", because: reason) { $0 >= low && $0.isUsable }
    }

    package static func above(_ low: Value, because reason: String? = nil) -> Self {
        Self("above \(low.spelled)", because: reason) { $0 > low && $0.isUsable }
    }

    package static func from(_ low: Value, to high: Value, because reason: String? = nil) -> Self {
        Self("from \(low.spelled) to \(high.spelled)", because: reason) { $0 >= low && $0 <= high }
    }

    package static func from(_ low: Value, below high: Value, because reason: String? = nil) -> Self {
        Self("at least \(low.spelled) and below \(high.spelled)", because: reason) { $0 >= low && $0 < high }
    }

    package static func above(_ low: Value, below high: Value, because reason: String? = nil) -> Self {
        Self("above \(low.spelled) and below \(high.spelled)", because: reason) { $0 > low && $0 < high }
    }

    package static func above(_ low: Value, atMost high: Value, because reason: String? = nil) -> Self {
        Self("above \(low.spelled) and at most \(high.spelled)", because: reason) { $0 > low && $0 <= high }
    }
}

/// A number that can have a range.
package protocol SettingNumber: Comparable, Sendable {
    /// The shortest spelling: `1`, `0.5`, `1e-06`.
    var spelled: String { get }
    /// Whether it is neither NaN nor infinite.
    var isUsable: Bool { get }
    /// Parses the spelling on a command line.
    init?(spelling: String)
    /// What a spelling must be, such as "a whole number".
    static var expectation: String { get }
}

extension SettingNumber where Self: FixedWidthInteger {
    package var spelled: String { String(self) }
    package var isUsable: Bool { true }
    package init?(spelling: String) { self.init(spelling) }
    package static var expectation: String { isSigned ? "a whole number" : "a whole number, at least 0" }
}

extension Int: SettingNumber {}
extension UInt64: SettingNumber {}

extension Double: SettingNumber {
    package var spelled: String { isFinite ? JSONNumber(self).text : description }
    package var isUsable: Bool { isFinite }
    package init?(spelling: String) { self.init(spelling) }
    package static var expectation: String { "a number" }
}

extension SettingRange<Double> {
    /// Every number but NaN and infinity.
    package static var anyNumber: Self { Self("any number") { $0.isFinite } }
}
