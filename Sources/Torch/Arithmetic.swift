import CTorch

/// Operations on each element, with NumPy's broadcasting.
extension Tensor {
    @inline(__always)
    func unary(_ code: TorchUnary, _ operation: StaticString) -> Tensor {
        map(operation) { torch_unary(code, $0, $1) }
    }

    @inline(__always)
    func binary(_ code: TorchBinary, _ other: Tensor, _ operation: StaticString) -> Tensor {
        map(operation, other) { torch_binary(code, $0, $1, $2) }
    }

    @inline(__always)
    func binary(_ code: TorchBinary, _ number: Double, _ operation: StaticString) -> Tensor {
        map(operation) { torch_binary_scalar(code, $0, number, $1) }
    }

    // MARK: Arithmetic

    package static func + (left: Tensor, right: Tensor) -> Tensor { left.binary(.add, right, "+") }
    package static func - (left: Tensor, right: Tensor) -> Tensor { left.binary(.subtract, right, "-") }
    package static func * (left: Tensor, right: Tensor) -> Tensor { left.binary(.multiply, right, "*") }
    package static func / (left: Tensor, right: Tensor) -> Tensor { left.binary(.divide, right, "/") }

    package static func + (left: Tensor, right: Double) -> Tensor { left.binary(.add, right, "+") }
    package static func - (left: Tensor, right: Double) -> Tensor { left.binary(.subtract, right, "-") }
    package static func * (left: Tensor, right: Double) -> Tensor { left.binary(.multiply, right, "*") }
    package static func / (left: Tensor, right: Double) -> Tensor { left.binary(.divide, right, "/") }

    package static func + (left: Double, right: Tensor) -> Tensor { right + left }
    package static func * (left: Double, right: Tensor) -> Tensor { right * left }
    package static func - (left: Double, right: Tensor) -> Tensor {
        right.map("-") { torch_scalar_binary(.subtract, left, $0, $1) }
    }
    package static func / (left: Double, right: Tensor) -> Tensor {
        right.map("/") { torch_scalar_binary(.divide, left, $0, $1) }
    }

    package static prefix func - (tensor: Tensor) -> Tensor { tensor.unary(.negate, "-") }

    package func pow(_ exponent: Double) -> Tensor { binary(.power, exponent, "pow") }
    package func pow(_ exponent: Tensor) -> Tensor { binary(.power, exponent, "pow") }
    package func minimum(_ other: Tensor) -> Tensor { binary(.minimum, other, "minimum") }
    package func minimum(_ other: Double) -> Tensor { binary(.minimum, other, "minimum") }
    package func maximum(_ other: Tensor) -> Tensor { binary(.maximum, other, "maximum") }
    package func maximum(_ other: Double) -> Tensor { binary(.maximum, other, "maximum") }
    package func clamp(_ low: Double, _ high: Double) -> Tensor {
        map("clamp") { torch_clamp($0, low, high, $1) }
    }

    // MARK: Functions

    package func abs() -> Tensor { unary(.absolute, "abs") }
    package func exp() -> Tensor { unary(.exp, "exp") }
    package func log() -> Tensor { unary(.log, "log") }
    package func sqrt() -> Tensor { unary(.squareRoot, "sqrt") }
    package func rsqrt() -> Tensor { unary(.reciprocalSquareRoot, "rsqrt") }
    package func sin() -> Tensor { unary(.sine, "sin") }
    package func cos() -> Tensor { unary(.cosine, "cos") }
    package func tanh() -> Tensor { unary(.tanh, "tanh") }
    package func sigmoid() -> Tensor { unary(.sigmoid, "sigmoid") }
    package func silu() -> Tensor { unary(.silu, "silu") }
    /// The exact form, with the error function.
    package func gelu() -> Tensor { unary(.gelu, "gelu") }

    // MARK: Comparison; the results are `bool`

    package func equal(_ other: Tensor) -> Tensor { binary(.equal, other, "equal") }
    package func equal(_ number: Double) -> Tensor { binary(.equal, number, "equal") }
    package func notEqual(_ other: Tensor) -> Tensor { binary(.notEqual, other, "notEqual") }
    package func notEqual(_ number: Double) -> Tensor { binary(.notEqual, number, "notEqual") }
    package func less(_ other: Tensor) -> Tensor { binary(.less, other, "less") }
    package func less(_ number: Double) -> Tensor { binary(.less, number, "less") }
    package func lessEqual(_ other: Tensor) -> Tensor { binary(.lessEqual, other, "lessEqual") }
    package func lessEqual(_ number: Double) -> Tensor { binary(.lessEqual, number, "lessEqual") }
    package func greater(_ other: Tensor) -> Tensor { binary(.greater, other, "greater") }
    package func greater(_ number: Double) -> Tensor { binary(.greater, number, "greater") }
    package func greaterEqual(_ other: Tensor) -> Tensor { binary(.greaterEqual, other, "greaterEqual") }
    package func greaterEqual(_ number: Double) -> Tensor { binary(.greaterEqual, number, "greaterEqual") }
    package func logicalAnd(_ other: Tensor) -> Tensor { binary(.logicalAnd, other, "logicalAnd") }
    package func logicalOr(_ other: Tensor) -> Tensor { binary(.logicalOr, other, "logicalOr") }
    package func logicalNot() -> Tensor { unary(.logicalNot, "logicalNot") }

    // MARK: Choice

    /// Elements of `left` where `condition` is true, else of `right`.
    package static func `where`(_ condition: Tensor, _ left: Tensor, _ right: Tensor) -> Tensor {
        condition.map("where", left, right) { torch_where($0, $1, $2, $3) }
    }

    /// `value` where `mask` is true.
    package func maskedFill(_ mask: Tensor, _ value: Double) -> Tensor {
        map("maskedFill", mask) { torch_masked_fill($0, $1, value, $2) }
    }
}
