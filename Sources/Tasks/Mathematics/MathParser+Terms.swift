/// Terms: sums, products, powers, functions and variables.
extension MathParser {
    /// Superscript digits, as the lexer returns them.
    static let powers: [String: Double] = ["^2": 2, "^3": 3]

    mutating func sum() -> Expression? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit, let first = product() else { return nil }
        var terms = [first]
        while true {
            if take("+") {
                guard let next = product() else { return nil }
                terms.append(next)
            } else if take("-") {
                guard let next = product() else { return nil }
                terms.append(.negative(next))
            } else {
                return terms.count == 1 ? first : .sum(terms)
            }
        }
    }

    mutating func product() -> Expression? {
        guard var result = signed() else { return nil }
        while true {
            skipProse()
            if take("*") || take(.word("times")) {
                guard let next = signed() else { return nil }
                result = .product([result, next])
            } else if take("/") || take(":") {
                guard let next = signed() else { return nil }
                result = .quotient(result, next)
            } else if startsFactor {
                guard let next = power() else { return nil }
                result = Self.juxtaposed(result, next)
            } else {
                return result
            }
        }
    }

    /// An integer before a fraction of integers is a mixed number; any other juxtaposition is a product.
    private static func juxtaposed(_ left: Expression, _ right: Expression) -> Expression {
        guard case .quotient(.number(let above), .number(let below)) = right, above < below else {
            return .product([left, right])
        }
        return switch left {
        case .number(let whole) where whole == whole.rounded(): .sum([left, right])
        case .negative(.number(let whole)) where whole == whole.rounded():
            .negative(.sum([.number(whole), right]))
        default: .product([left, right])
        }
    }

    private var startsFactor: Bool {
        switch tokens.first {
        case .number?, .symbol("(")?, .symbol("{")?: true
        case .word(let word)?: !Self.relations.contains(word)
        default: false
        }
    }

    private static let relations: Set<String> = [
        "le", "ge", "ne", "in", "cup", "cap", "and", "or", "approx", "equiv", "times", "pm", "mp", "end",
        "rfloor", "rceil",
    ]

    private mutating func signed() -> Expression? {
        var isNegative = false
        while true {
            if take("-") {
                isNegative.toggle()
            } else if !take("+") {
                break
            }
        }
        return power().map { isNegative ? .negative($0) : $0 }
    }

    private mutating func power() -> Expression? {
        guard let base = postfixed() else { return nil }
        if case .text(let text)? = tokens.first, let exponent = Self.powers[text] {
            tokens.removeFirst()
            return .power(base, .number(exponent))
        }
        guard take("^") else { return base }
        if take(.text("")) { return base }  // degrees
        guard let exponent = argument() else { return nil }
        return .power(base, exponent)
    }

    private mutating func postfixed() -> Expression? {
        guard var result = primary() else { return nil }
        while true {
            if take("!") {
                result = .function(.factorial, result)
            } else if take("%") {
                result = .quotient(result, .number(100))
            } else {
                return result
            }
        }
    }

    /// The argument of a command or an exponent: a group, or a single token.
    private mutating func argument() -> Expression? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { return nil }
        if take("{") {
            if take(.text("")), take("}") { return .number(1) }
            guard let inner = sum(), take("}") else { return nil }
            return inner
        }
        if take("-") { return argument().map { .negative($0) } }
        if case .number(let number)? = tokens.first {
            tokens.removeFirst()
            return singleDigit(of: number)
        }
        return primary()
    }

    /// Takes a single digit, as in `\frac12`; the rest of the number remains.
    private mutating func singleDigit(of number: Double) -> Expression {
        guard number >= 10, number < 1e15, number == number.rounded() else { return .number(number) }
        let digits = String(Int(number))
        tokens = [.number(Double(digits.dropFirst()) ?? 0)] + tokens
        return .number(Double(String(digits.first!)) ?? 0)
    }

    private mutating func primary() -> Expression? {
        guard let token = tokens.popFirst() else { return nil }
        switch token {
        case .number(let number): return .number(number)
        case .word(let word): return named(word)
        case .symbol("("): return bracketed(")")
        case .symbol("["): return bracketed("]")
        case .symbol("{"): return bracketed("}")
        case .symbol("|"): return bracketed("|").map { .function(.abs, $0) }
        case .symbol, .text: return nil
        }
    }

    private mutating func bracketed(_ end: Character) -> Expression? {
        guard let inner = sum(), take(end) else { return nil }
        return inner
    }

    private mutating func named(_ word: String) -> Expression? {
        switch word {
        case "pi": return .number(.pi)
        case "e": return .function(.exp, .number(1))
        case "i": return .imaginaryUnit
        case "infty", "infinity", "inf", "oo": return .infinity
        case "frac":
            guard let above = argument(), let below = argument() else { return nil }
            return .quotient(above, below)
        case "sqrt":
            var degree: Expression?
            if take("[") {
                guard let inner = sum(), take("]") else { return nil }
                degree = inner
            }
            guard let inner = argument() else { return nil }
            return degree.map { .power(inner, .quotient(.number(1), $0)) } ?? .function(.sqrt, inner)
        case "binom", "dbinom":
            guard let above = argument(), let below = argument() else { return nil }
            let parts = [below, .sum([above, .negative(below)])].map { Expression.function(.factorial, $0) }
            return .quotient(.function(.factorial, above), .product(parts))
        case "log", "lg":
            let base = take("_") ? argument() : nil
            guard let inner = operand() else { return nil }
            return .logarithm(base ?? .number(10), inner)
        case "exp": return operand().map { .function(.exp, $0) }
        case "lfloor", "lceil":
            guard let inner = sum(), take(.word(word == "lfloor" ? "rfloor" : "rceil")) else { return nil }
            return .function(word == "lfloor" ? .floor : .ceil, inner)
        default:
            if let function = Expression.Function(rawValue: word) { return applied(function) }
            return variable(word)
        }
    }

    /// A function application, with an optional power as in sin² x.
    private mutating func applied(_ function: Expression.Function) -> Expression? {
        var exponent: Expression?
        if take("^") {
            guard let power = argument() else { return nil }
            exponent = power
        }
        guard let inner = operand() else { return nil }
        let value = Expression.function(function, inner)
        return exponent.map { .power(value, $0) } ?? value
    }

    /// The argument of a function: a group, or the product that follows.
    private mutating func operand() -> Expression? {
        if isNext(.symbol("(")) || isNext(.symbol("{")) { return primary() }
        guard var result = power() else { return nil }
        while startsFactor, !isNext(.symbol("(")), let next = attempt({ $0.power() }) {
            result = .product([result, next])
        }
        return result
    }

    /// A Greek letter or a one-letter name, with its subscript; several letters are a product of variables.
    private mutating func variable(_ word: String) -> Expression? {
        if take("_") {
            guard let index = argument() else { return nil }
            return .variable("\(word)_\(index)")
        }
        if word.count == 1 || Self.letters.contains(word) { return .variable(word) }
        guard word.count <= 3 else { return nil }
        return .product(word.map { named(String($0)) ?? .variable(String($0)) })
    }

    private static let letters: Set<String> = [
        "alpha", "beta", "gamma", "delta", "epsilon", "theta", "lambda", "mu", "nu", "rho", "sigma", "tau",
        "phi",
        "omega", "varphi", "varepsilon", "ell", "Delta", "Omega", "Gamma", "Phi", "psi", "eta", "kappa", "xi",
        "zeta",
    ]
}
