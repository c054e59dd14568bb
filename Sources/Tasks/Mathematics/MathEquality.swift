import CounterRandom

/// Mathematical equality of answers.
///
/// Formulas are compared numerically: constants by value, others at random values of their variables. This decides identities
/// without a rule for each; an error is as unlikely as hitting a root by chance.
enum MathEquality {
    /// Numbers that differ by less are equal, as in math-verify, which rounds to six decimal places.
    private static let tolerance = 5e-7
    /// The number of random points at which formulas with variables are compared.
    private static let trialCount = 8

    static func areEqual(_ a: MathValue, _ b: MathValue) -> Bool {
        switch (canonical(a), canonical(b)) {
        case (.scalar(let a), .scalar(let b)): areEqual(a, b)
        case (.relation(let r, let left, let right), .relation(let s, let other, let value)):
            areEqual((r, left, right), (s, other, value))
        // x = 3 equals 3 and x ∈ A equals A, but 3 = 3 does not equal 3.
        case (.relation(let relation, .variable, let right), let other),
            (let other, .relation(let relation, .variable, let right)):
            (relation == .equal || relation == .member) && areEqual(right, other)
        case (.relation(.equal, let left, .scalar(let right)), .scalar(let other)),
            (.scalar(let other), .relation(.equal, let left, .scalar(let right))):
            left.variables.isEmpty == false && areEqual(right, other)
        case (.set(let a), .set(let b)): areEqual(unordered: a, b)
        case (.union(let a), .union(let b)): areEqual(unordered: a, b)
        case (.tuple(let a), .tuple(let b)): areEqual(ordered: a, b)
        case (.interval(let a, let openA, let b, let openB), .interval(let c, let openC, let d, let openD)):
            openA == openC && openB == openD && areEqual(a, c) && areEqual(b, d)
        // A single value equals the set that contains only it.
        case (.set(let values), let other), (let other, .set(let values)):
            values.count == 1 && areEqual(values[0], other)
        case (.tuple(let values), .interval(let a, true, let b, true)),
            (.interval(let a, true, let b, true), .tuple(let values)):
            areEqual(ordered: values, [.scalar(a), .scalar(b)])
        case (.matrix(let a), .matrix(let b)):
            a.map(\.count) == b.map(\.count) && zip(a, b).allSatisfy { zip($0, $1).allSatisfy(areEqual) }
        case (.words(let a), .words(let b)): a == b
        default: false
        }
    }

    /// The value with a lone variable moved to the left side, and bounds of a variable as an interval.
    private static func canonical(_ value: MathValue) -> MathValue {
        guard case .relation(let relation, let left, .scalar(let right)) = value else { return value }
        if case .variable = right, left.variables.isEmpty {
            return canonical(.relation(relation.reversed, right, .scalar(left)))
        }
        if case .variable = left, right.variables.isEmpty, let interval = interval(relation, right) {
            return .relation(.member, left, interval)
        }
        return value
    }

    // MARK: Formulas

    private static func areEqual(_ a: Expression, _ b: Expression) -> Bool {
        if a == b { return true }
        let variables = a.variables.union(b.variables).sorted()
        if variables.isEmpty {
            guard let x = a.constant, let y = b.constant else { return false }
            return isClose(x, y)
        }
        guard a.variables == b.variables else { return false }
        return agree {
            a.value($0)
        } and: {
            b.value($0)
        }
    }

    /// Random values for the variables, different in each trial; positive, so that roots and logarithms are real.
    private static func values(ofTrial trial: Int) -> (String) -> Complex {
        { name in
            var random = CounterRandom(seed: UInt64(trial), name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
            return Complex(0.3 + 1.9 * random.uniform())
        }
    }

    private static func agree(
        _ a: ((String) -> Complex) -> Complex, and b: ((String) -> Complex) -> Complex
    ) -> Bool {
        var agreeing = 0
        for trial in 0..<trialCount {
            let assignment = values(ofTrial: trial)
            let (x, y) = (a(assignment), b(assignment))
            guard x.isFinite && y.isFinite else { continue }
            guard isClose(x, y) else { return false }
            agreeing += 1
        }
        return agreeing > trialCount / 2
    }

    private static func isClose(_ a: Complex, _ b: Complex) -> Bool {
        if a == b { return true }
        guard a.isFinite && b.isFinite else { return false }
        let size = max(a.magnitude, b.magnitude)
        return (a - b).magnitude <= max(min(tolerance, size * 1e-4), size * 1e-12)
    }

    // MARK: Collections

    private static func areEqual(ordered a: [MathValue], _ b: [MathValue]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy(areEqual)
    }

    /// Whether the elements can be paired so that all pairs are equal.
    private static func areEqual(unordered a: [MathValue], _ b: [MathValue]) -> Bool {
        guard a.count == b.count else { return false }
        var rest = b
        for value in a {
            guard let index = rest.firstIndex(where: { areEqual(value, $0) }) else { return false }
            rest.remove(at: index)
        }
        return true
    }

    // MARK: Relations

    private typealias Statement = (relation: MathValue.Relation, left: Expression, right: MathValue)

    private static func areEqual(_ a: Statement, _ b: Statement) -> Bool {
        guard case .scalar(let x) = a.right, case .scalar(let y) = b.right else {
            return a.relation == b.relation && areEqual(a.left, b.left) && areEqual(a.right, b.right)
        }
        let (p, q) = (Expression.sum([a.left, .negative(x)]), Expression.sum([b.left, .negative(y)]))
        guard p.variables == q.variables, !p.variables.isEmpty else {
            // As in f(2) = 3: names may differ if the values are equal.
            return a.relation == b.relation && a.relation == .equal && areEqual(x, y)
        }
        // Two equations are equal if one is a multiple of the other.
        guard let factor = constantRatio(p, q) else { return false }
        if a.relation == .equal || a.relation == .unequal { return a.relation == b.relation }
        return factor > 0 ? a.relation == b.relation : a.relation == b.relation.reversed
    }

    /// p / q, if it is constant.
    private static func constantRatio(_ p: Expression, _ q: Expression) -> Double? {
        var ratio: Double?
        var agreeing = 0
        for trial in 0..<trialCount {
            let assignment = values(ofTrial: trial)
            let value = p.value(assignment) / q.value(assignment)
            guard value.isFinite, abs(value.imaginary) < 1e-9 else { continue }
            if let ratio, abs(value.real - ratio) > 1e-6 * abs(ratio) { return nil }
            ratio = ratio ?? value.real
            agreeing += 1
        }
        return agreeing > trialCount / 2 ? ratio.flatMap { $0 == 0 ? nil : $0 } : nil
    }

    /// The interval of numbers in `relation` to `bound`.
    private static func interval(_ relation: MathValue.Relation, _ bound: Expression) -> MathValue? {
        switch relation {
        case .less, .atMost:
            .interval(
                from: .negative(.infinity), isOpenBelow: true, to: bound, isOpenAbove: relation == .less)
        case .greater, .atLeast:
            .interval(from: bound, isOpenBelow: relation == .greater, to: .infinity, isOpenAbove: true)
        case .equal, .unequal, .member: nil
        }
    }
}
