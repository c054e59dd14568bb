extension Tensor {
    /// This matrix with its singular values moved to between about 0.7 and 1.2, by the quintic Newton-Schulz iteration of
    /// ``Muon``.
    package func orthogonalized(iterationCount: Int = 5) -> Tensor {
        let isTall = size(0) > size(1)
        var x = isTall ? transposed(0, 1) : self  // [short, long]
        x = x / ((x * x).sum().sqrt() + 1e-7)
        for _ in 0..<iterationCount {
            let square = x.matmul(x.transposed(0, 1))  // [short, short]
            let polynomial = square * -4.7750 + square.matmul(square) * 2.0315
            x = x * 3.4445 + polynomial.matmul(x)
        }
        return isTall ? x.transposed(0, 1) : x
    }
}
