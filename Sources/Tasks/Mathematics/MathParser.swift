/// Parses mathematical answers: LaTeX as models write it, or plain text such as `3/4` or `x = 2`.
struct MathParser {
    /// Longer texts and deeper nesting are rejected, because a model may write anything.
    private static let characterLimit = 1000
    static let depthLimit = 60

    var tokens: ArraySlice<MathLexer.Token>
    /// The nesting depth of sums.
    var depth = 0

    private init(tokens: ArraySlice<MathLexer.Token>) { self.tokens = tokens }

    /// The value of `text`; nil if it is not mathematics.
    static func value(of text: String) -> MathValue? {
        guard text.utf8.count <= characterLimit, let tokens = MathLexer.tokens(of: text), !tokens.isEmpty
        else { return nil }
        var parser = MathParser(tokens: tokens[...])
        if let value = parser.list(), parser.atEnd { return value }
        return words(tokens)
    }

    /// An answer that is only text, such as `\text{even}`.
    private static func words(_ tokens: [MathLexer.Token]) -> MathValue? {
        let words = tokens.compactMap { if case .text(let text) = $0 { text } else { nil } }
        guard words.count == tokens.count else { return nil }
        return .words(words.joined(separator: " ").lowercased())
    }

    // MARK: Tokens

    private var atEnd: Bool {
        tokens.allSatisfy { if case .text = $0 { true } else { false } }
    }

    func isNext(_ token: MathLexer.Token) -> Bool { tokens.first == token }

    mutating func take(_ token: MathLexer.Token) -> Bool {
        guard tokens.first == token else { return false }
        tokens.removeFirst()
        return true
    }

    mutating func take(_ symbol: Character) -> Bool { take(.symbol(symbol)) }

    /// Runs `body` and backtracks if it returns nil.
    mutating func attempt<Result>(_ body: (inout MathParser) -> Result?) -> Result? {
        var copy = self
        guard let result = body(&copy) else { return nil }
        self = copy
        return result
    }

    /// Skips units and other prose between terms; they do not affect the value.
    mutating func skipProse() {
        while case .text(let text)? = tokens.first, !Self.separators.contains(text.lowercased()),
            !Self.powers.keys.contains(text)
        {
            tokens.removeFirst()
        }
    }

    private static let separators: Set<String> = ["and", "or"]

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

    /// Statements separated by commas or "and"; they form a set.
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
            // In a chain such as a = b = c the last relation counts, in a < x < b both do.
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

    /// `2 ± 1` denotes two values.
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

    /// A set, tuple, interval or matrix; nil if brackets only group.
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
            // If an operator follows, the brackets enclosed a factor of a product.
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

    /// Skips the `{pmatrix}` of an environment.
    private mutating func skipGroup() -> Bool {
        guard take("{"), let end = tokens.firstIndex(of: .symbol("}")) else { return false }
        tokens = tokens[(end + 1)...]
        return true
    }
}
