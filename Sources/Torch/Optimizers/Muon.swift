import Settings

/// Muon: orthogonalized momentum (Jordan et al., 2024), for the hidden matrices of a network; embeddings, norms and biases are
/// optimized by ``AdamW``.
///
/// Updates are scaled by `0.2 · √(longer side)`, so that learning rates for AdamW can be reused (Liu et al., arXiv 2502.16982
/// §2.2).
package final class Muon {
    /// The constant hyperparameters; the learning rate is given with each step.
    package struct Options: Hashable, Sendable, Codable {
        @Setting("Decay of the momentum.", .from(0, below: 1)) var momentum = 0.95
        @Setting("Newton-Schulz iterations.", .atLeast(1)) var iterationCount = 5

        package init(momentum: Double = 0.95, iterationCount: Int = 5) {
            self.momentum = momentum
            self.iterationCount = iterationCount
        }
    }

    /// A matrix [out, in] to optimize: a parameter, or some rows of a parameter that consists of several matrices.
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

    /// Updates all matrices that have a gradient.
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
