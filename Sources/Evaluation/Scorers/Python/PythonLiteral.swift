import Agent
import JSON

/// Parses Python literals (lists, dictionaries, strings, numbers) as `repr` writes them; benchmark tables contain them.
struct PythonLiteral {
    private let text: [Character]
    private var position = 0

    /// The value of the whole `text`; nil if it is not a literal.
    static func value(of text: String) -> JSONValue? {
        var literal = PythonLiteral(text: Array(text))
        let value = literal.value(depth: 0)
        literal.skipSpace()
        return literal.position == literal.text.count ? value : nil
    }

    private init(text: [Character]) { self.text = text }

    private var next: Character? { position < text.count ? text[position] : nil }

    private mutating func skipSpace() { while next?.isWhitespace == true { position += 1 } }

    private mutating func take(_ character: Character) -> Bool {
        skipSpace()
        guard next == character else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) -> JSONValue? {
        guard depth < 32 else { return nil }
        skipSpace()
        switch next {
        case "[": return list(closedBy: "]", depth: depth)
        case "(": return list(closedBy: ")", depth: depth)
        case "{": return dictionary(depth: depth)
        case "'", "\"": return string().map { .string($0) }
        default: return word()
        }
    }

    private mutating func list(closedBy end: Character, depth: Int) -> JSONValue? {
        position += 1
        var values: [JSONValue] = []
        while !take(end) {
            guard let value = value(depth: depth + 1) else { return nil }
            values.append(value)
            guard take(",") else { return take(end) ? .array(values) : nil }
        }
        return .array(values)
    }

    private mutating func dictionary(depth: Int) -> JSONValue? {
        position += 1
        var members = JSONObject()
        while !take("}") {
            skipSpace()
            guard let name = string(), take(":"), let value = value(depth: depth + 1) else { return nil }
            members[name] = value
            guard take(",") else { return take("}") ? .object(members) : nil }
        }
        return .object(members)
    }

    private mutating func string() -> String? {
        guard let quote = next, quote == "'" || quote == "\"" else { return nil }
        position += 1
        var content = ""
        while let character = next {
            position += 1
            if character == quote { return content }
            if character == "\\", let escaped = next {
                position += 1
                switch escaped {
                case "n": content += "\n"
                case "t": content += "\t"
                case "\\", "'", "\"": content.append(escaped)
                default: content += "\\\(escaped)"
                }
            } else {
                content.append(character)
            }
        }
        return nil
    }

    private mutating func word() -> JSONValue? {
        let start = position
        while let character = next, !",]})".contains(character), !character.isWhitespace { position += 1 }
        switch String(text[start..<position]) {
        case "None", "nan": return .null
        case "True": return .boolean(true)
        case "False": return .boolean(false)
        case let word: return PythonNumber.float(word).map { .number($0) }
        }
    }
}
