#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The expression tree of a formula; it can be evaluated once its variables have values.
indirect enum Expression: Hashable, Sendable {
    case number(Double)
    case infinity
    case imaginaryUnit
    case variable(String)
    case sum([Expression])
    case product([Expression])
    case quotient(Expression, Expression)
    case power(Expression, Expression)
    case negative(Expression)
    case function(Function, Expression)
    /// The logarithm of the second expression to the base of the first.
    case logarithm(Expression, Expression)

    enum Function: String, Hashable, Sendable, CaseIterable {
        case sin, cos, tan, cot, sec, csc, arcsin, arccos, arctan, sinh, cosh, tanh, ln, exp, sqrt, abs,
            factorial
        case floor, ceil
    }

    /// The variables in the expression.
    var variables: Set<String> {
        switch self {
        case .number, .infinity, .imaginaryUnit: []
        case .variable(let name): [name]
        case .sum(let terms), .product(let terms): terms.reduce(into: []) { $0.formUnion($1.variables) }
        case .quotient(let a, let b), .power(let a, let b), .logarithm(let a, let b):
            a.variables.union(b.variables)
        case .negative(let inner), .function(_, let inner): inner.variables
        }
    }

    /// The value, with variables replaced by the values of `assignment`.
    func value(_ assignment: (String) -> Complex) -> Complex {
        func value(_ expression: Expression) -> Complex { expression.value(assignment) }
        switch self {
        case .number(let number): return Complex(number)
        case .infinity: return Complex(.infinity)
        case .imaginaryUnit: return Complex(0, 1)
        case .variable(let name): return assignment(name)
        case .sum(let terms): return terms.reduce(Complex(0)) { $0 + value($1) }
        case .product(let factors): return factors.reduce(Complex(1)) { $0 * value($1) }
        case .quotient(let a, let b): return value(a) / value(b)
        case .power(let base, let exponent): return value(base).raised(to: value(exponent))
        case .negative(let inner): return Complex(0) - value(inner)
        case .logarithm(let base, let inner): return value(inner).logarithm / value(base).logarithm
        case .function(let function, let inner): return value(inner).applying(function)
        }
    }

    /// The value of an expression without variables, else nil.
    var constant: Complex? { variables.isEmpty ? value { _ in Complex(.nan) } : nil }
}

/// A complex number, with the operations that answers need.
struct Complex: Hashable, Sendable {
    let real: Double
    let imaginary: Double

    init(_ real: Double, _ imaginary: Double = 0) {
        self.real = real
        self.imaginary = imaginary
    }

    var magnitude: Double { hypot(real, imaginary) }
    var isReal: Bool { imaginary == 0 }
    var isFinite: Bool { real.isFinite && imaginary.isFinite }

    static func + (a: Complex, b: Complex) -> Complex { Complex(a.real + b.real, a.imaginary + b.imaginary) }
    static func - (a: Complex, b: Complex) -> Complex { Complex(a.real - b.real, a.imaginary - b.imaginary) }

    static func * (a: Complex, b: Complex) -> Complex {
        if a.isReal && b.isReal { return Complex(a.real * b.real) }
        return Complex(
            a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
    }

    static func / (a: Complex, b: Complex) -> Complex {
        if a.isReal && b.isReal { return Complex(a.real / b.real) }
        let size = b.real * b.real + b.imaginary * b.imaginary
        return a * Complex(b.real / size, -b.imaginary / size)
    }

    /// The principal value.
    var logarithm: Complex {
        isReal && real > 0 ? Complex(log(real)) : Complex(log(magnitude), atan2(imaginary, real))
    }

    var exponential: Complex {
        let size = exp(real)
        return isReal ? Complex(size) : Complex(size * cos(imaginary), size * sin(imaginary))
    }

    /// The principal value.
    func raised(to exponent: Complex) -> Complex {
        if exponent.isReal {
            let power = exponent.real
            if isReal && (real >= 0 || power == power.rounded()) { return Complex(pow(real, power)) }
            if power == power.rounded(), abs(power) <= 64 {
                let product = (0..<Int(abs(power))).reduce(Complex(1)) { result, _ in result * self }
                return power < 0 ? Complex(1) / product : product
            }
        }
        return magnitude == 0 ? Complex(0) : (logarithm * exponent).exponential
    }

    /// NaN if a function of real numbers is applied to a complex number.
    func applying(_ function: Expression.Function) -> Complex {
        switch function {
        case .sqrt: return isReal && real < 0 ? Complex(0, (-real).squareRoot()) : raised(to: Complex(0.5))
        case .ln: return logarithm
        case .exp: return exponential
        case .abs: return Complex(magnitude)
        default: break
        }
        guard isReal else { return Complex(.nan) }
        return switch function {
        case .sin: Complex(sin(real))
        case .cos: Complex(cos(real))
        case .tan: Complex(tan(real))
        case .cot: Complex(1 / tan(real))
        case .sec: Complex(1 / cos(real))
        case .csc: Complex(1 / sin(real))
        case .arcsin: Complex(asin(real))
        case .arccos: Complex(acos(real))
        case .arctan: Complex(atan(real))
        case .sinh: Complex(sinh(real))
        case .cosh: Complex(cosh(real))
        case .tanh: Complex(tanh(real))
        case .factorial: Complex(real >= 0 && real == real.rounded() ? tgamma(real + 1).rounded() : .nan)
        case .floor: Complex(real.rounded(.down))
        case .ceil: Complex(real.rounded(.up))
        case .sqrt, .ln, .exp, .abs: self
        }
    }
}
