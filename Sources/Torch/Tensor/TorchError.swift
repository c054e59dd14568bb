import CTorch

/// What libtorch refused to do for a reason outside of this code.
package struct TorchError: Error, CustomStringConvertible {
    /// What was attempted, as a phrase that follows "cannot".
    package let operation: String
    /// libtorch's own words.
    package let reason: String

    package var description: String { "cannot \(operation): \(reason)" }
}

/// Stops the program if `status` is a failure: a shape or type that cannot be is a mistake in the code.
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
