#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A real number as sign and logarithm of its magnitude, for formulas such as (3¹⁰⁰⁸ - 1) / 3¹⁰⁰⁹ whose parts overflow
/// `Double`.
struct ScaledNumber {
    let sign: Double
    let logarithm: Double

    var value: Double { sign * exp(logarithm) }

    private init(sign: Double, logarithm: Double) {
        self.sign = sign
        self.logarithm = logarithm
    }

    private init(_ number: Double) {
        sign = number < 0 ? -1 : number == 0 ? 0 : 1
        logarithm = log(abs(number))
    }

    /// The value of a formula without variables; nil if it is not real, or if a function is applied to a number that is too
    /// large.
    init?(_ expression: Expression) {
        switch expression {
        case .number(let number): self.init(number)
        case .negative(let inner):
            guard let inner = ScaledNumber(inner) else { return nil }
            self.init(sign: -inner.sign, logarithm: inner.logarithm)
        case .product(let factors):
            var (sign, sum) = (1.0, 0.0)
            for factor in factors {
                guard let factor = ScaledNumber(factor) else { return nil }
                sign *= factor.sign
                sum += factor.logarithm
            }
            self.init(sign: sign, logarithm: sum)
        case .quotient(let above, let below):
            guard let above = ScaledNumber(above), let below = ScaledNumber(below), below.sign != 0 else {
                return nil
            }
            self.init(sign: above.sign * below.sign, logarithm: above.logarithm - below.logarithm)
        case .power(let base, let exponent):
            guard let base = ScaledNumber(base), let exponent = exponent.constant, exponent.isReal else {
                return nil
            }
            let isWhole = exponent.real == exponent.real.rounded()
            guard base.sign > 0 || isWhole else { return nil }
            let isOdd = isWhole && exponent.real.truncatingRemainder(dividingBy: 2) != 0
            self.init(sign: isOdd ? base.sign : abs(base.sign), logarithm: base.logarithm * exponent.real)
        case .sum(let terms):
            let parts = terms.compactMap(ScaledNumber.init)
            guard parts.count == terms.count, let greatest = parts.map(\.logarithm).max(), greatest.isFinite
            else {
                return nil
            }
            let sum = ScaledNumber(parts.reduce(0) { $0 + $1.sign * exp($1.logarithm - greatest) })
            self.init(sign: sum.sign, logarithm: sum.logarithm + greatest)
        case .function, .logarithm, .infinity, .imaginaryUnit, .variable:
            guard let value = expression.constant, value.isReal, value.isFinite else { return nil }
            self.init(value.real)
        }
    }
}
