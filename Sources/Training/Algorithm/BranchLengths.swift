import Torch

/// The lengths of the trajectories that a list of tokens belongs to: first the tokens of the first, then those of the second, and so
/// on.
package struct BranchLengths: Sendable, Equatable {
    package let counts: [Int]

    package init(_ counts: [Int]) { self.counts = counts }

    /// The mean over the tokens of its trajectory, for each token. `[token]`
    ///
    /// - Parameter values: `[token]`
    func means(_ values: Tensor) -> Tensor { reduced(values) { $0.mean() } }

    /// The sum over the tokens of its trajectory, for each token. `[token]`
    ///
    /// - Parameter values: `[token]`
    func sums(_ values: Tensor) -> Tensor { reduced(values) { $0.sum() } }

    private func reduced(_ values: Tensor, _ reduce: (Tensor) -> Tensor) -> Tensor {
        precondition(counts.reduce(0, +) == values.count, "\(counts) of \(values.count) tokens")
        let results = values.split(counts).map { reduce($0).unsqueezed(0) }  // [1] each
        let places = counts.enumerated().flatMap { Array(repeating: Int64($0), count: $1) }
        return Tensor.concatenated(results).indexSelect(0, Tensor(places, device: values.device))
    }
}
