import CTorch
package import CounterRandom

/// An n-dimensional array, stored and computed by libtorch.
///
/// A value refers to shared storage: views and in-place operations see the same elements. It is deliberately not `Sendable`: one
/// owner works with a device's tensors and passes on plain values only. An invalid shape or type is a programming error and
/// traps with the operation, the shapes and the reason.
package struct Tensor {
    private let owner: Owner

    /// Owns one handle.
    private final class Owner {
        let handle: TorchTensor

        init(_ handle: TorchTensor) { self.handle = handle }

        deinit { torch_tensor_release(handle) }
    }

    /// Takes ownership of a handle.
    init(owning handle: TorchTensor) {
        owner = Owner(handle)
    }

    /// Borrows the handle for the duration of `body`; a handle that outlives its tensor dangles.
    @inline(__always)
    func withHandle<Result>(_ body: (TorchTensor) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(owner) { try body(owner.handle) }
    }

    /// Whether both are the same tensor, not only equal or over the same elements.
    package func isSame(as other: Tensor) -> Bool { owner === other.owner }

    /// The number of live tensors in the process, for leak tests.
    package static var liveCount: Int { Int(torch_live_tensor_count()) }
}

// MARK: - Creation

extension Tensor {
    /// A copy of `values` in row-major order.
    package init<Element: TensorElement>(_ values: [Element], shape: [Int], device: Device = .cpu) {
        self = values.withUnsafeBytes {
            Tensor(bytes: $0, shape: shape, dtype: Element.dtype, device: device)
        }
    }

    /// A one-dimensional copy of `values`.
    package init<Element: TensorElement>(_ values: [Element], device: Device = .cpu) {
        self.init(values, shape: [values.count], device: device)
    }

    /// A copy of `bytes`, which contain the elements in row-major order and native byte order.
    package init(bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType, device: Device = .cpu) {
        var result = TorchTensor()
        require(
            torch_from_bytes(
                bytes.baseAddress, bytes.count, shape, shape.count, dtype.code, device.code, &result),
            "init(bytes:)")
        self.init(owning: result)
    }

    /// Elements in row-major order at `address`, without a copy; `owner` lives at least as long as they are used.
    init(at address: UnsafeMutableRawPointer, shape: [Int], dtype: DType, owner: AnyObject) {
        var result = TorchTensor()
        let retained = Unmanaged.passRetained(owner).toOpaque()
        let status = torch_from_memory(
            address, shape, shape.count, dtype.code, retained,
            { Unmanaged<AnyObject>.fromOpaque($0!).release() }, &result)
        require(status, "init(at:)")
        self.init(owning: result)
    }

    /// A tensor with uninitialized elements.
    package static func empty(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        var result = TorchTensor()
        require(torch_empty(shape, shape.count, dtype.code, device.code, &result), "empty")
        return Tensor(owning: result)
    }

    package static func full(
        _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu
    ) -> Tensor {
        var result = TorchTensor()
        require(torch_full(shape, shape.count, value, dtype.code, device.code, &result), "full")
        return Tensor(owning: result)
    }

    package static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        full(shape, 0, dtype: dtype, device: device)
    }

    /// Normally distributed numbers with mean 0, determined by the state of `random`.
    package static func normal(
        _ shape: [Int], standardDeviation: Double = 1, dtype: DType = .float32, device: Device = .cpu,
        using random: inout CounterRandom
    ) -> Tensor {
        let values = (0..<shape.reduce(1, *)).map { _ in Float(random.normal() * standardDeviation) }
        return Tensor(values, shape: shape).to(dtype).to(device)
    }

    /// Zeros of the same shape, type and device.
    package func zerosLike() -> Tensor { .zeros(shape, dtype: dtype, device: device) }
}

// MARK: - Inspection

extension Tensor: CustomStringConvertible {
    /// The size of each dimension.
    package var shape: [Int] {
        withHandle { handle in
            let rank = torch_tensor_rank(handle)
            return [Int](unsafeUninitializedCapacity: rank) { buffer, count in
                if let sizes = buffer.baseAddress, rank > 0 { torch_tensor_shape(handle, sizes) }
                count = rank
            }
        }
    }

    /// The number of dimensions.
    package var rank: Int { withHandle { torch_tensor_rank($0) } }

    /// The number of elements.
    package var count: Int { shape.reduce(1, *) }

    package var dtype: DType {
        withHandle { handle in
            var code = TorchType.float32
            require(torch_tensor_type(handle, &code), "dtype")
            return DType(code: code)
        }
    }

    package var device: Device { withHandle { Device(code: torch_tensor_device($0)) } }

    /// The size of dimension `dim`, counted from the end if negative.
    package func size(_ dim: Int) -> Int {
        let shape = shape
        precondition((-shape.count..<shape.count).contains(dim), "no dimension \(dim) in \(shape)")
        return shape[dim < 0 ? dim + shape.count : dim]
    }

    /// The elements in row-major order, converted to `Element`.
    package func values<Element: TensorElement>(as type: Element.Type = Element.self) -> [Element] {
        let total = count
        return [Element](unsafeUninitializedCapacity: total) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            withHandle { handle in
                require(
                    torch_copy_bytes(handle, Element.dtype.code, bytes.baseAddress, bytes.count), "values",
                    self)
            }
            initialized = total
        }
    }

    /// The only element, as a number.
    package func item() -> Double {
        withHandle { handle in
            var value = 0.0
            require(torch_item(handle, &value), "item", self)
            return value
        }
    }

    /// Accesses the elements of a contiguous CPU tensor without copying them.
    package func withUnsafeMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try withHandle { handle in
            var address: UnsafeMutableRawPointer?
            var byteCount = 0
            require(torch_data(handle, &address, &byteCount), "withUnsafeMutableBytes", self)
            return try body(UnsafeMutableRawBufferPointer(start: address, count: byteCount))
        }
    }

    /// Shape and type; never the elements.
    package var description: String {
        let suffix = device == .cpu ? "" : " on \(device)"
        return "\(shape) \(dtype.rawValue)\(suffix)"
    }
}

// MARK: - Process settings

extension Tensor {
    /// The maximum number of threads per operation.
    package static var threadCount: Int { Int(torch_thread_count()) }

    /// Sets the maximum number of threads per operation; it affects the rounding of results.
    package static func setThreadCount(_ count: Int) {
        precondition(count > 0, "an operation needs at least one thread")
        torch_set_thread_count(Int32(count))
    }

    /// Makes operations without a deterministic implementation fail.
    package static func setDeterministic(_ deterministic: Bool) {
        torch_set_deterministic(deterministic)
    }
}
