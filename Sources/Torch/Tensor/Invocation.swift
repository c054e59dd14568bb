import CTorch

/// Calls into the C API: they borrow the operands, own the result, and trap with the operands' shapes on an error.
extension Tensor {
    @inline(__always)
    func map(
        _ operation: StaticString, _ body: (TorchTensor, UnsafeMutablePointer<TorchTensor>) -> TorchStatus
    ) -> Tensor {
        var result = TorchTensor()
        let status = withHandle { body($0, &result) }
        if status != .success { stop(operation, [self]) }
        return Tensor(owning: result)
    }

    @inline(__always)
    func map(
        _ operation: StaticString, _ other: Tensor,
        _ body: (TorchTensor, TorchTensor, UnsafeMutablePointer<TorchTensor>) -> TorchStatus
    ) -> Tensor {
        var result = TorchTensor()
        let status = withHandle { first in other.withHandle { second in body(first, second, &result) } }
        if status != .success { stop(operation, [self, other]) }
        return Tensor(owning: result)
    }

    @inline(__always)
    func map(
        _ operation: StaticString, _ other: Tensor, _ third: Tensor,
        _ body: (TorchTensor, TorchTensor, TorchTensor, UnsafeMutablePointer<TorchTensor>) -> TorchStatus
    ) -> Tensor {
        var result = TorchTensor()
        let status = withHandle { first in
            other.withHandle { second in third.withHandle { body(first, second, $0, &result) } }
        }
        if status != .success { stop(operation, [self, other, third]) }
        return Tensor(owning: result)
    }

    /// An in-place operation.
    @inline(__always)
    func mutate(_ operation: StaticString, _ others: Tensor..., body: (TorchTensor) -> TorchStatus) {
        if withHandle(body) != .success { stop(operation, [self] + others) }
    }

    /// Borrows the handles of several tensors.
    static func withHandles<Result>(
        _ tensors: [Tensor], _ body: (UnsafePointer<TorchTensor>, Int) throws -> Result
    ) rethrows -> Result {
        precondition(!tensors.isEmpty, "an operation over tensors needs at least one")
        return try withExtendedLifetime(tensors) {
            let handles = tensors.map { $0.withHandle { $0 } }
            return try handles.withUnsafeBufferPointer { try body($0.baseAddress!, $0.count) }
        }
    }

    /// Borrows the handle of an optional tensor.
    @inline(__always)
    static func withHandle<Result>(_ tensor: Tensor?, _ body: (TorchTensor) -> Result) -> Result {
        tensor?.withHandle(body) ?? body(TorchTensor(object: nil))
    }
}
