/// JSON written with a fixed key order and the shortest digits that read back as the same number.
package enum JSONText {
    /// A finite number without its exponent's detours: `3`, `0.1`, `1e-06`; null for NaN and infinities.
    package static func number(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? (value.isFinite ? value.description : "null")
    }

    /// A string in quotes.
    package static func string(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{08}": text += "\\b"
            case "\u{0C}": text += "\\f"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// One object on one line, members in the order given; the values are JSON already.
    package static func object(_ members: [(key: String, value: String)]) -> String {
        "{" + members.map { "\(string($0.key)):\($0.value)" }.joined(separator: ",") + "}"
    }

    /// One object with a member on each line, two spaces deeper than `depth` levels; the values are JSON
    /// already.
    package static func indented(_ members: [(key: String, value: String)], depth: Int = 0) -> String {
        let margin = String(repeating: "  ", count: depth)
        let lines = members.map { "\(margin)  \(string($0.key)): \($0.value)" }
        return "{\n" + lines.joined(separator: ",\n") + "\n\(margin)}"
    }
}
