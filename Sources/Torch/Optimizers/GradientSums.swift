/// Adds the gradients of `others` to those of `parameters`, which are in the same order, and clears them.
package func collectGradients(of others: [NamedTensor], into parameters: [NamedTensor]) {
    for (own, other) in zip(parameters, others) {
        guard let gradient = other.tensor.grad else { continue }
        if let sum = own.tensor.grad { sum.add_(gradient) } else { own.tensor.grad = gradient }
        other.tensor.grad = nil
    }
}
