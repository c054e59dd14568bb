/// Muon: momentum whose singular values are all brought near one (Jordan et al., 2024), for the matrices inside a
/// network; embeddings, norms and biases are for ``AdamW``.
///
/// Updates are scaled by `0.2 · √(longer side)`, so that a learning rate that suits AdamW suits it too (Liu et al.,
/// arXiv 2502.16982 §2.2).
package final class Muon {
    /// What stays the same over a run; the learning rate comes with each step.
    package struct Options: Hashable, Sendable, Codable {
        package var momentum: Double
        /// Newton-Schulz iterations.
        package var iterationCount: Int

        package init(momentum: Double = 0.95, iterationCount: Int = 5) {
            self.momentum = momentum
            self.iterationCount = iterationCount
        }
    }

    /// A matrix [out, in] to optimize: a parameter, or some rows of one that holds several matrices.
    package struct Matrix {
        package let name: String
        package let parameter: Tensor
        /// The rows of `parameter`; all if nil.
        package let rows: Range<Int>?

        package init(name: String, parameter: Tensor, rows: Range<Int>? = nil) {
            precondition(parameter.rank == 2, "\(name) is \(parameter), not a matrix")
            self.name = name
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
                let update = Self.orthogonalized(direction, iterationCount: options.iterationCount)
                let scale = 0.2 * Double(update.shape.max() ?? 1).squareRoot()
                matrix.slice(of: matrix.parameter).add_(update, factor: -learningRate * scale)
            }
        }
    }

    /// `matrix` with its singular values between about 0.7 and 1.2, by the quintic Newton-Schulz iteration.
    package static func orthogonalized(_ matrix: Tensor, iterationCount: Int = 5) -> Tensor {
        let isTall = matrix.size(0) > matrix.size(1)
        var x = isTall ? matrix.transposed(0, 1) : matrix  // [short, long]
        x = x / ((x * x).sum().sqrt() + 1e-7)
        for _ in 0..<iterationCount {
            let square = x.matmul(x.transposed(0, 1))  // [short, short]
            let polynomial = square * -4.7750 + square.matmul(square) * 2.0315
            x = x * 3.4445 + polynomial.matmul(x)
        }
        return isTall ? x.transposed(0, 1) : x
    }

    /// What a checkpoint has to keep: the momentum of each matrix under its name and `.momentum`.
    package var state: [NamedTensor] {
        slots.map { (name: $0.matrix.name + ".momentum", tensor: $0.momentum) }
    }

    /// Takes up the state that `state` gave.
    ///
    /// - Parameter tensor: finds a tensor by name and shape, and throws if there is none.
    package func restore(_ tensor: (_ name: String, _ shape: [Int]) throws -> Tensor) rethrows {
        for kept in state { kept.tensor.copy_(try tensor(kept.name, kept.tensor.shape)) }
    }
}
