/// A JSON number: its value and its spelling.
///
/// Numbers are compared by value: `1`, `1.0` and `1e0` are equal.
package struct JSONNumber: Sendable {
    package let value: Double
    /// The spelling as read, or the digits of an integer; nil for a computed value.
    private let literal: String?

    package init(_ value: Double) {
        self.value = value
        literal = nil
    }

    package init(_ value: some BinaryInteger) {
        self.value = Double(value)
        literal = String(value)
    }

    /// - Parameter literal: the spelling in JSON syntax.
    init(value: Double, literal: String) {
        self.value = value
        self.literal = literal
    }

    /// The spelling as read, else the shortest round-trip spelling, such as `3`, `0.1` or `1e-06`; `null` for NaN and infinite
    /// values.
    package var text: String {
        literal ?? Int64(exactly: value).map(String.init) ?? (value.isFinite ? value.description : "null")
    }

    /// The value exactly; nil if it has a fraction or is too large.
    package var integer: Int? { literal.flatMap { Int($0) } ?? Int(exactly: value) }
}

extension JSONNumber: Hashable {
    package static func == (left: JSONNumber, right: JSONNumber) -> Bool { left.value == right.value }

    package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
