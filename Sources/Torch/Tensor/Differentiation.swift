import CTorch

extension Tensor {
    /// Whether operations on this tensor are recorded and `backward` leaves a gradient here.
    package var requiresGrad: Bool {
        get { withHandle { torch_requires_gradient($0) } }
        nonmutating set {
            mutate("requiresGrad") { torch_set_requires_gradient($0, newValue) }
        }
    }

    /// What `backward` has accumulated; nil before the first time.
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

    /// Adds the derivative of this tensor, which is one number or comes with the gradient of its own elements, to
    /// the gradient of every tensor it was computed from.
    package func backward(_ gradient: Tensor? = nil) {
        mutate("backward") { tensor in Tensor.withHandle(gradient) { torch_backward(tensor, $0) } }
    }

    /// The same elements, apart from what was recorded.
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

    /// Gives up this tensor's elements and refers to those of `source`, of the same shape, from now on; each of the two
    /// keeps a gradient of its own.
    package func share_(_ source: Tensor) {
        mutate("share_", source) { tensor in source.withHandle { torch_share_elements(tensor, $0) } }
    }

    /// Replaces the places of `dim` that `indices` name by `source`.
    package func indexCopy_(_ dim: Int, _ indices: Tensor, _ source: Tensor) {
        mutate("indexCopy_", indices, source) { tensor in
            indices.withHandle { indices in
                source.withHandle { torch_index_copy_in_place(tensor, dim, indices, $0) }
            }
        }
    }
}

/// Runs `body` without recording its operations. The setting belongs to the thread: `body` cannot suspend.
package func withoutGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
    let former = torch_set_gradient_recording(false)
    defer { _ = torch_set_gradient_recording(former) }
    return try body()
}
