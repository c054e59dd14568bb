/// Splits an answer in LaTeX or plain text into tokens.
struct MathLexer {
    enum Token: Hashable, Sendable {
        case number(Double)
        /// A word of letters or a LaTeX command without its backslash.
        case word(String)
        case symbol(Character)
        /// Words that are not mathematics, such as the content of `\text{…}`.
        case text(String)
    }

    /// Nil if the text contains a character that is not part of formulas.
    static func tokens(of text: String) -> [Token]? {
        var lexer = MathLexer(rest: Substring(text))
        var tokens: [Token] = []
        while let token = lexer.next() { tokens.append(token) }
        return lexer.rest.isEmpty ? tokens : nil
    }

    private var rest: Substring

    /// Commands that only affect layout.
    private static let layout: Set<String> = [
        "left", "right", "displaystyle", "textstyle", "limits", "quad", "qquad", "big", "Big", "bigl", "bigr",
        "Bigl",
        "Bigr", "mathstrut", "phantom", "nolimits", "middle",
    ]
    /// Commands that only change the typeface of their argument.
    private static let typefaces: Set<String> = [
        "mathbf", "boldsymbol", "mathit", "mathsf", "bm",
    ]
    /// Commands whose argument is prose.
    private static let prose: Set<String> = [
        "text", "textbf", "textit", "mbox", "mathrm", "textrm", "operatorname",
    ]

    private static let substitutes: [Character: Token] = [
        "×": .word("times"), "·": .word("times"), "⋅": .word("times"), "÷": .symbol("/"), "−": .symbol("-"),
        "–": .symbol("-"), "π": .word("pi"), "√": .word("sqrt"), "∞": .word("infty"), "≤": .word("le"),
        "≥": .word("ge"), "≠": .word("ne"), "±": .word("pm"), "∪": .word("cup"), "∩": .word("cap"),
        "∈": .word("in"),
        "²": .text("^2"), "³": .text("^3"), "½": .number(0.5), "¼": .number(0.25), "¾": .number(0.75),
    ]

    private mutating func next() -> Token? {
        while let character = rest.first {
            if character.isWhitespace || character == "$" || character == "~" || character == "&" {
                rest.removeFirst()
            } else if character == "°" || character == "€" || character == "£" {
                rest.removeFirst()
            } else if character == "\\" {
                if let token = command() { return token }
            } else if character.isNumber && character.isASCII
                || character == "." && rest.dropFirst().first?.isNumber == true
            {
                return number()
            } else if let token = Self.substitutes[character] {
                rest.removeFirst()
                return token
            } else if character.isLetter {
                let word = rest.prefix { $0.isLetter }
                rest.removeFirst(word.count)
                return .word(String(word))
            } else if "+-*/^_()[]{},;=<>|!%:".contains(character) {
                rest.removeFirst()
                return .symbol(character)
            } else {
                return nil
            }
        }
        return nil
    }

    /// The token of a command; nil for a layout command.
    private mutating func command() -> Token? {
        rest.removeFirst()
        guard let first = rest.first else { return nil }
        guard first.isLetter else {
            rest.removeFirst()
            return switch first {
            case "%": .symbol("%")
            case "{", "}": .symbol(first == "{" ? "⟨" : "⟩")
            case "|": .symbol("|")
            case "\\": .symbol(";")
            default: nil
            }
        }
        let name = String(rest.prefix { $0.isLetter && $0.isASCII })
        rest.removeFirst(max(1, name.count))
        if Self.layout.contains(name) {
            if rest.first == "." { rest.removeFirst() }
            return nil
        }
        if Self.typefaces.contains(name) { return nil }
        if Self.prose.contains(name) { return argument().map { .text($0) } }
        return switch name {
        case "lbrace": .symbol("⟨")
        case "rbrace": .symbol("⟩")
        case "lvert", "rvert", "vert": .symbol("|")
        case "cdot", "ast": .word("times")
        case "div": .symbol("/")
        case "leq", "leqslant": .word("le")
        case "geq", "geqslant": .word("ge")
        case "neq": .word("ne")
        case "lt": .symbol("<")
        case "gt": .symbol(">")
        case "circ", "degree": .text("")
        case "dfrac", "tfrac", "cfrac": .word("frac")
        default: .word(name)
        }
    }

    /// The text of a braced argument with balanced braces.
    private mutating func argument() -> String? {
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        guard rest.first == "{" else { return nil }
        var depth = 0
        for index in rest.indices {
            if rest[index] == "{" { depth += 1 }
            if rest[index] == "}" { depth -= 1 }
            if depth == 0 {
                let text = rest[rest.index(after: rest.startIndex)..<index]
                rest = rest[rest.index(after: index)...]
                return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            }
        }
        return nil
    }

    /// Digits with decimals; thousands may be separated by commas, `{,}` or thin spaces.
    private mutating func number() -> Token {
        var digits = digitRun()
        rest.removeFirst(digits.count)
        if (1...3).contains(digits.count) && digits.first != "0" {
            while let mark = separator() {
                rest.removeFirst(mark)
                digits += rest.prefix(3)
                rest.removeFirst(3)
            }
        }
        if rest.first == ".", rest.dropFirst().first?.isNumber == true || !digits.isEmpty {
            let fraction = rest.dropFirst().prefix(while: { $0.isNumber && $0.isASCII })
            if fraction.isEmpty {
                // A period at the end of a sentence.
                rest.removeFirst()
            } else {
                digits += "." + fraction
                rest.removeFirst(1 + fraction.count)
            }
        }
        if let exponent = scientificExponent() { digits += "e" + exponent }
        return .number(Double(digits) ?? .nan)
    }

    private func digitRun() -> String { String(rest.prefix { $0.isNumber && $0.isASCII }) }

    /// The length of the separator before a group of exactly three digits; nil if no such group follows.
    private func separator() -> Int? {
        for mark in [",", "{,}", "\\,", "\\!", ",\\!"] where rest.hasPrefix(mark) {
            if rest.dropFirst(mark.count).prefix(while: { $0.isNumber && $0.isASCII }).count == 3 {
                return mark.count
            }
        }
        return nil
    }

    /// The exponent of `1e-5`.
    private mutating func scientificExponent() -> String? {
        guard rest.first == "e" || rest.first == "E" else { return nil }
        let tail = rest.dropFirst()
        let sign = tail.first == "-" || tail.first == "+" ? String(tail.first!) : ""
        let digits = tail.dropFirst(sign.count).prefix { $0.isNumber && $0.isASCII }
        guard !digits.isEmpty else { return nil }
        rest.removeFirst(1 + sign.count + digits.count)
        return sign + digits
    }
}
