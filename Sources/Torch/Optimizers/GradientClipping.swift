import CTorch

/// Scales the gradients of `parameters` so that their joint Euclidean norm is at most `maximum`.
///
/// The norm is summed in double precision over blocks of fixed size, so that on a CPU it does not depend on the thread count.
///
/// - Returns: the norm before scaling; NaN or infinite if a gradient is.
package func clipGradientNorm(_ parameters: [Tensor], maximum: Double) -> Double {
    let ready = parameters.filter { $0.grad != nil }
    guard !ready.isEmpty else { return 0 }
    var norm = 0.0
    let status = Tensor.withHandles(ready) { torch_clip_gradients($0, $1, maximum, &norm) }
    if status != .success { stop("clipGradientNorm", ready) }
    return norm
}
