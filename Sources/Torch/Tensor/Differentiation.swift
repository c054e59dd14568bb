import CTorch

extension Tensor {
    /// Whether operations on this tensor are recorded and `backward` accumulates a gradient here.
    package var requiresGrad: Bool {
        get { withHandle { torch_requires_gradient($0) } }
        nonmutating set {
            mutate("requiresGrad") { torch_set_requires_gradient($0, newValue) }
        }
    }

    /// The accumulated gradient; nil before the first `backward`.
    package var grad: Tensor? {
        get {
            var gradient = TorchTensor()
            mutate("grad") { torch_gradient($0, &gradient) }
            return gradient.object == nil ? nil : Tensor(owning: gradient)
        }
        nonmutating set {
            mutate("grad") { tensor in Tensor.withHandle(newValue) { torch_set_gradient(tensor, $0) } }
        }
    }

    /// Backpropagates: adds the derivative of this tensor to the gradients of all tensors it was computed from. A tensor with more
    /// than one element needs the `gradient` of its own elements.
    package func backward(_ gradient: Tensor? = nil) {
        mutate("backward") { tensor in Tensor.withHandle(gradient) { torch_backward(tensor, $0) } }
    }

    /// The same elements, without the recorded operations.
    package func detached() -> Tensor { map("detached") { torch_detach($0, $1) } }

    // MARK: In place

    /// Adds `factor · other`.
    package func add_(_ other: Tensor, factor: Double = 1) {
        mutate("add_", other) { tensor in other.withHandle { torch_add_in_place(tensor, $0, factor) } }
    }

    package func mul_(_ factor: Double) { mutate("mul_") { torch_multiply_in_place($0, factor) } }
    package func fill_(_ value: Double) { mutate("fill_") { torch_fill_in_place($0, value) } }
    package func zero_() { fill_(0) }

    /// Replaces the elements by those of `source`, converted and broadcast.
    package func copy_(_ source: Tensor) {
        mutate("copy_", source) { tensor in source.withHandle { torch_copy_in_place(tensor, $0) } }
    }

    /// Makes this tensor refer to the elements of `source`, which must have the same shape; both keep separate gradients.
    package func share_(_ source: Tensor) {
        mutate("share_", source) { tensor in source.withHandle { torch_share_elements(tensor, $0) } }
    }

    /// Replaces the entries of `dim` at `indices` by `source`.
    package func indexCopy_(_ dim: Int, _ indices: Tensor, _ source: Tensor) {
        mutate("indexCopy_", indices, source) { tensor in
            indices.withHandle { indices in
                source.withHandle { torch_index_copy_in_place(tensor, dim, indices, $0) }
            }
        }
    }
}

/// Runs `body` without recording its operations. The setting is thread-local, so `body` cannot be asynchronous.
package func withoutGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
    let former = torch_set_gradient_recording(false)
    defer { _ = torch_set_gradient_recording(former) }
    return try body()
}
