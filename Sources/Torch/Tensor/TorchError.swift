import CTorch

/// A libtorch operation failed for a reason outside of this code.
package struct TorchError: Error, CustomStringConvertible {
    /// The operation, as a phrase that follows "cannot".
    package let operation: String
    /// libtorch's message.
    package let reason: String

    package var description: String { "cannot \(operation): \(reason)" }
}

/// Traps if `status` is a failure: an invalid shape or type is a programming error.
@inline(__always)
func require(_ status: TorchStatus, _ operation: StaticString, _ operands: Tensor...) {
    if status != .success { stop(operation, operands) }
}

@inline(never)
func stop(_ operation: StaticString, _ operands: [Tensor]) -> Never {
    let reason = String(cString: torch_last_message())
    let shapes = operands.map(\.description).joined(separator: ", ")
    fatalError("Tensor.\(operation) of \(shapes): \(reason)")
}
