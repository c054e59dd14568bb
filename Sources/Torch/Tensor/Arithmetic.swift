import CTorch

/// Elementwise operations with NumPy's broadcasting.
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
    package static func * (left: Tensor, right: Double) -> Tensor { left.binary(.multiply, right, "*") }
    package static func / (left: Tensor, right: Double) -> Tensor { left.binary(.divide, right, "/") }

    package static func / (left: Double, right: Tensor) -> Tensor { right.unary(.reciprocal, "/") * left }

    package static prefix func - (tensor: Tensor) -> Tensor { tensor.unary(.negate, "-") }

    package func pow(_ exponent: Tensor) -> Tensor { binary(.power, exponent, "pow") }
    package func minimum(_ other: Tensor) -> Tensor { binary(.minimum, other, "minimum") }
    package func maximum(_ other: Tensor) -> Tensor { binary(.maximum, other, "maximum") }
    package func maximum(_ other: Double) -> Tensor { binary(.maximum, other, "maximum") }
    package func clamp(_ low: Double, _ high: Double) -> Tensor {
        map("clamp") { torch_clamp($0, low, high, $1) }
    }

    // MARK: Functions

    package func exp() -> Tensor { unary(.exp, "exp") }
    package func sqrt() -> Tensor { unary(.squareRoot, "sqrt") }
    package func sin() -> Tensor { unary(.sine, "sin") }
    package func cos() -> Tensor { unary(.cosine, "cos") }
    /// The exact GELU, with the error function.
    package func gelu() -> Tensor { unary(.gelu, "gelu") }

    // MARK: Comparison; the results are `bool`

    package func equal(_ other: Tensor) -> Tensor { binary(.equal, other, "equal") }
    package func less(_ number: Double) -> Tensor { binary(.less, number, "less") }
    package func greater(_ other: Tensor) -> Tensor { binary(.greater, other, "greater") }

    // MARK: Choice

    /// Elements of `left` where `condition` is true, else of `right`.
    package static func `where`(_ condition: Tensor, _ left: Tensor, _ right: Tensor) -> Tensor {
        condition.map("where", left, right) { torch_where($0, $1, $2, $3) }
    }
}
