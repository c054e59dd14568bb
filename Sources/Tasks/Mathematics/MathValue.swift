/// The value of an answer: a number, a collection, a range, or an equation.
indirect enum MathValue: Hashable, Sendable {
    case scalar(Expression)
    /// Several values whose order does not matter.
    case set([MathValue])
    /// Several values in order; two in parentheses may also be an open interval.
    case tuple([MathValue])
    case interval(from: Expression, isOpenBelow: Bool, to: Expression, isOpenAbove: Bool)
    case union([MathValue])
    case relation(Relation, Expression, MathValue)
    /// Rows of a matrix.
    case matrix([[Expression]])
    /// Text, compared as text.
    case words(String)

    enum Relation: String, Hashable, Sendable {
        case equal = "=", less = "<", greater = ">", atMost = "≤", atLeast = "≥", unequal = "≠", member = "∈"

        var reversed: Relation {
            switch self {
            case .less: .greater
            case .greater: .less
            case .atMost: .atLeast
            case .atLeast: .atMost
            case .equal, .unequal, .member: self
            }
        }
    }
}
