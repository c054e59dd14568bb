/// A number of JSON: its value, and how a text wrote it.
///
/// Numbers are equal if their values are: `1`, `1.0` and `1e0` are the same number.
package struct JSONNumber: Sendable {
    package let value: Double
    /// As it was read, or the digits of an integer; nil for what was computed.
    private let literal: String?

    package init(_ value: Double) {
        self.value = value
        literal = nil
    }

    package init(_ value: some BinaryInteger) {
        self.value = Double(value)
        literal = String(value)
    }

    /// - Parameter literal: as JSON writes numbers.
    init(value: Double, literal: String) {
        self.value = value
        self.literal = literal
    }

    /// As it was read; else the shortest digits that read back as the same value, such as `3`, `0.1` or `1e-06`, and
    /// `null` for NaN and infinities.
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
