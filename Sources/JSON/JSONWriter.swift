/// The layout of written JSON.
package enum JSONLayout: Sendable {
    /// `{"a": [1, 2]}`, as `json.dumps` of Python writes it.
    case spaced
    /// `{"a":[1,2]}`.
    case compact
    /// One line per member and element, indented by two spaces per level, as in files of the `tokenizers` package.
    case indented
}

extension JSONValue {
    /// The value on one line, with `", "` and `": "` as separators.
    package var text: String { text(.spaced) }

    /// The value as JSON, with members in order and non-ASCII characters unescaped.
    package func text(_ layout: JSONLayout) -> String {
        var writer = JSONWriter(layout: layout)
        writer.write(self)
        return writer.text
    }
}

private struct JSONWriter {
    private(set) var text = ""
    private var depth = 0
    private let isIndented: Bool
    private let comma: String
    private let colon: String

    init(layout: JSONLayout) {
        isIndented = layout == .indented
        comma = layout == .spaced ? ", " : ","
        colon = layout == .compact ? ":" : ": "
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .number(let number): text += number.text
        case .string(let string): write(string)
        case .array(let values): write(values, from: "[", to: "]") { $0.write($1) }
        case .object(let object):
            write(object.members, from: "{", to: "}") { writer, member in
                writer.write(member.name)
                writer.text += writer.colon
                writer.write(member.value)
            }
        }
    }

    private mutating func write<Part>(
        _ parts: [Part], from opening: String, to closing: String, each: (inout JSONWriter, Part) -> Void
    ) {
        text += opening
        depth += 1
        for (index, part) in parts.enumerated() {
            if index > 0 { text += comma }
            breakLine()
            each(&self, part)
        }
        depth -= 1
        if !parts.isEmpty { breakLine() }
        text += closing
    }

    private mutating func breakLine() {
        if isIndented { text += "\n" + String(repeating: "  ", count: depth) }
    }

    private mutating func write(_ string: String) {
        text += "\""
        if string.utf8.contains(where: Self.mustBeEscaped) {
            for scalar in string.unicodeScalars { writeEscaping(scalar) }
        } else {
            text += string
        }
        text += "\""
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func writeEscaping(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\u{8}": text += "\\b"
        case "\u{C}": text += "\\f"
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        case "\u{0}"..."\u{1F}":
            text += (scalar.value < 0x10 ? "\\u000" : "\\u00") + String(scalar.value, radix: 16)
        default: text.unicodeScalars.append(scalar)
        }
    }
}
