/// Muon: momentum whose singular values are all brought near one (Jordan et al., 2024), for the matrices inside a
/// network; embeddings, norms and biases are for ``AdamW``.
///
/// Updates are scaled by `0.2 · √(longer side)`, so that a learning rate that suits AdamW suits it too (Liu et al.,
/// arXiv 2502.16982 §2.2).
package final class Muon {
    /// What stays the same over a run; the learning rate comes with each step.
    package struct Options: Hashable, Sendable, Codable {
        var momentum: Double
        /// Newton-Schulz iterations.
        var iterationCount: Int

        package init(momentum: Double = 0.95, iterationCount: Int = 5) {
            self.momentum = momentum
            self.iterationCount = iterationCount
        }
    }

    /// A matrix [out, in] to optimize: a parameter, or some rows of one that holds several matrices.
    package struct Matrix {
        let parameter: Tensor
        /// The rows of `parameter`; all if nil.
        let rows: Range<Int>?

        package init(name: String, parameter: Tensor, rows: Range<Int>? = nil) {
            precondition(parameter.rank == 2, "\(name) is \(parameter), not a matrix")
            self.parameter = parameter
            self.rows = rows
        }

        fileprivate func slice(of tensor: Tensor) -> Tensor {
            rows.map { tensor.narrow(0, start: $0.lowerBound, count: $0.count) } ?? tensor
        }
    }

    package let options: Options
    private let slots: [(matrix: Matrix, momentum: Tensor)]

    package init(_ matrices: [Matrix], _ options: Options = Options()) {
        self.options = options
        slots = matrices.map { ($0, $0.slice(of: $0.parameter).zerosLike()) }
    }

    /// Moves every matrix that has a gradient.
    package func step(learningRate: Double) {
        withoutGradient {
            for (matrix, momentum) in slots {
                guard let gradient = matrix.parameter.grad.map(matrix.slice) else { continue }
                momentum.mul_(options.momentum)
                momentum.add_(gradient)
                let direction = gradient + momentum * options.momentum
                let update = direction.orthogonalized(iterationCount: options.iterationCount)
                let scale = 0.2 * Double(update.shape.max() ?? 1).squareRoot()
                matrix.slice(of: matrix.parameter).add_(update, factor: -learningRate * scale)
            }
        }
    }
}
