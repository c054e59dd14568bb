/// Reads answers: LaTeX as models write it, or plain text such as `3/4` or `x = 2`.
struct MathParser {
    /// Longer texts and deeper nesting are no answers; a model may write anything.
    private static let characterLimit = 1000, depthLimit = 60

    private var tokens: ArraySlice<MathLexer.Token>
    /// Sums that are being read inside each other.
    private var depth = 0

    private init(tokens: ArraySlice<MathLexer.Token>) { self.tokens = tokens }

    /// What `text` says; nil if it is no mathematics.
    static func value(of text: String) -> MathValue? {
        guard text.utf8.count <= characterLimit, let tokens = MathLexer.tokens(of: text), !tokens.isEmpty
        else { return nil }
        var parser = MathParser(tokens: tokens[...])
        if let value = parser.list(), parser.atEnd { return value }
        return words(tokens)
    }

    /// Text alone, such as `\text{even}`.
    private static func words(_ tokens: [MathLexer.Token]) -> MathValue? {
        let words = tokens.compactMap { if case .text(let text) = $0 { text } else { nil } }
        guard words.count == tokens.count else { return nil }
        return .words(words.joined(separator: " ").lowercased())
    }

    // MARK: Tokens

    private var atEnd: Bool {
        tokens.allSatisfy { if case .text = $0 { true } else { $0 == .symbol(".") } }
    }

    private func isNext(_ token: MathLexer.Token) -> Bool { tokens.first == token }

    private mutating func take(_ token: MathLexer.Token) -> Bool {
        guard tokens.first == token else { return false }
        tokens.removeFirst()
        return true
    }

    private mutating func take(_ symbol: Character) -> Bool { take(.symbol(symbol)) }

    /// Runs `body` and goes back if it finds nothing.
    private mutating func attempt<Result>(_ body: (inout MathParser) -> Result?) -> Result? {
        var copy = self
        guard let result = body(&copy) else { return nil }
        self = copy
        return result
    }

    /// Units and other prose between terms say nothing about the value.
    private mutating func skipProse() {
        while case .text(let text)? = tokens.first, !Self.separators.contains(text.lowercased()) {
            tokens.removeFirst()
        }
    }

    private static let separators: Set<String> = ["and", "or", "and ", "or "]

    private mutating func takeSeparator() -> Bool {
        if take(",") || take(";") {
            _ = takeConjunction()
            return true
        }
        return takeConjunction()
    }

    private mutating func takeConjunction() -> Bool {
        switch tokens.first {
        case .text(let text)? where Self.separators.contains(text.lowercased()): break
        case .word("and")?, .word("or")?: break
        default: return false
        }
        tokens.removeFirst()
        return true
    }

    // MARK: Statements

    /// Statements separated by commas or "and": together a set.
    private mutating func list() -> MathValue? {
        guard let first = union() else { return nil }
        var values = [first]
        while takeSeparator() {
            guard let next = union() else { return nil }
            values.append(next)
        }
        return values.count == 1 ? first : .set(values)
    }

    private mutating func union() -> MathValue? {
        guard let first = statement() else { return nil }
        var parts = [first]
        while take(.word("cup")) {
            guard let next = statement() else { return nil }
            parts.append(next)
        }
        return parts.count == 1 ? first : .union(parts)
    }

    private mutating func statement() -> MathValue? {
        skipProse()
        if let value = attempt({ $0.collection() }) {
            skipProse()
            return value
        }
        guard let left = sum(), var values = alternatives(left) else { return nil }
        while let relation = takeRelation() {
            if relation == .member {
                guard let right = union() else { return nil }
                return .relation(.member, left, right)
            }
            guard let right = attempt({ $0.collection() }) ?? attempt({ $0.scalar() }) else { return nil }
            // Of a chain such as a = b = c the last link counts, of a < x < b both.
            if case .relation(let first, let lower, .scalar(let middle)) = values,
                case .scalar(let upper) = right,
                let interval = Self.between(lower, first, middle, relation, upper)
            {
                values = interval
            } else if case .relation(_, let name, _) = values, relation == .equal {
                values = .relation(.equal, name, right)
            } else {
                values = .relation(relation, left, right)
            }
        }
        skipProse()
        return values
    }

    /// `2 ± 1` stands for two values.
    private mutating func alternatives(_ expression: Expression) -> MathValue? {
        guard take(.word("pm")) || take(.word("mp")) else { return .scalar(expression) }
        guard let deviation = product() else { return nil }
        return .set([
            .scalar(.sum([expression, deviation])), .scalar(.sum([expression, .negative(deviation)])),
        ])
    }

    private mutating func scalar() -> MathValue? {
        guard let value = sum() else { return nil }
        return alternatives(value)
    }

    /// lower < x < upper, as `x ∈ (lower, upper)`.
    private static func between(
        _ lower: Expression, _ first: MathValue.Relation, _ middle: Expression, _ second: MathValue.Relation,
        _ upper: Expression
    ) -> MathValue? {
        guard case .variable = middle else { return nil }
        switch (first, second) {
        case (.less, .less), (.less, .atMost), (.atMost, .less), (.atMost, .atMost):
            let interval = MathValue.interval(
                from: lower, isOpenBelow: first == .less, to: upper, isOpenAbove: second == .less)
            return .relation(.member, middle, interval)
        default: return nil
        }
    }

    private mutating func takeRelation() -> MathValue.Relation? {
        let relation: MathValue.Relation
        switch tokens.first {
        case .symbol("=")?, .word("approx")?, .word("equiv")?: relation = .equal
        case .symbol("<")?: relation = .less
        case .symbol(">")?: relation = .greater
        case .word("le")?: relation = .atMost
        case .word("ge")?: relation = .atLeast
        case .word("ne")?: relation = .unequal
        case .word("in")?: relation = .member
        default: return nil
        }
        tokens.removeFirst()
        if take("=") {
            return relation == .less ? .atMost : relation == .greater ? .atLeast : relation
        }
        return relation
    }

    // MARK: Collections

    /// A set, a tuple, an interval or a matrix; nothing where brackets only group.
    private mutating func collection() -> MathValue? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { return nil }
        if take(.symbol("⟨")) {
            if take(.symbol("⟩")) { return .set([]) }
            guard let values = elements(), take(.symbol("⟩")) else { return nil }
            return .set(values)
        }
        if take(.word("emptyset")) || take(.word("varnothing")) { return .set([]) }
        if take(.word("begin")) { return matrix() }
        for (open, isOpen) in [("(", true), ("[", false)] as [(Character, Bool)] where take(open) {
            guard let values = elements(), values.count > 1 else { return nil }
            let closesOpen = take(")")
            guard closesOpen || take("]") else { return nil }
            // What follows an operator was the factor of a product.
            if values.count == 2, case .scalar(let lower) = values[0], case .scalar(let upper) = values[1],
                !(isOpen && closesOpen)
            {
                return .interval(from: lower, isOpenBelow: isOpen, to: upper, isOpenAbove: closesOpen)
            }
            return .tuple(values)
        }
        return nil
    }

    private mutating func elements() -> [MathValue]? {
        var values: [MathValue] = []
        repeat {
            guard let value = union() else { return nil }
            values.append(value)
        } while takeSeparator()
        return values
    }

    private mutating func matrix() -> MathValue? {
        guard skipGroup() else { return nil }
        var rows: [[Expression]] = []
        var row: [Expression] = []
        while !isNext(.word("end")) {
            if take(";") {
                rows.append(row)
                row = []
            } else {
                guard let entry = sum() else { return nil }
                row.append(entry)
            }
        }
        tokens.removeFirst()
        guard skipGroup() else { return nil }
        if !row.isEmpty { rows.append(row) }
        return .matrix(rows)
    }

    /// Steps over the `{pmatrix}` of an environment.
    private mutating func skipGroup() -> Bool {
        guard take("{"), let end = tokens.firstIndex(of: .symbol("}")) else { return false }
        tokens = tokens[(end + 1)...]
        return true
    }

    // MARK: Expressions

    private mutating func sum() -> Expression? {
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

    private mutating func product() -> Expression? {
        guard var result = signed() else { return nil }
        while true {
            skipUnits()
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

    /// Prose directly after a number is its unit.
    private mutating func skipUnits() {
        while case .text(let text)? = tokens.first, !Self.separators.contains(text.lowercased()),
            !text.hasPrefix("^")
        {
            tokens.removeFirst()
        }
    }

    /// A whole number before a fraction of whole numbers is a mixed number; everything else is a product.
    private static func juxtaposed(_ left: Expression, _ right: Expression) -> Expression {
        if case .quotient(.number(let above), .number(let below)) = right, case .number(let whole) = left,
            whole == whole.rounded(), above < below
        {
            return .sum([left, right])
        }
        if case .quotient(.number(let above), .number(let below)) = right,
            case .negative(.number(let whole)) = left,
            whole == whole.rounded(), above < below
        {
            return .negative(.sum([.number(whole), right]))
        }
        return .product([left, right])
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
        if case .text(let text)? = tokens.first, text == "^2" || text == "^3" {
            tokens.removeFirst()
            return .power(base, .number(text == "^2" ? 2 : 3))
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

    /// The argument of a command or an exponent: a group, or one sign.
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

    /// `\frac12` takes one digit for each argument; the rest of the number stays.
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

    /// A function with its power, as in sin² x.
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

    /// What a function is applied to: a group, or the product that follows.
    private mutating func operand() -> Expression? {
        if isNext(.symbol("(")) || isNext(.symbol("{")) { return primary() }
        guard var result = power() else { return nil }
        while startsFactor, !isNext(.symbol("(")), let next = attempt({ $0.power() }) {
            result = .product([result, next])
        }
        return result
    }

    /// A Greek letter or a one-letter name, with its index; several letters are a product of them.
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
