import CounterRandom
import TestSupport
import Testing
import Torch

@Suite struct MuonTests {
    private static func matrix(_ rows: Int, _ columns: Int) -> Tensor {
        var random = CounterRandom(seed: 7, UInt64(rows), UInt64(columns))
        return .normal([rows, columns], using: &random)
    }

    /// The squares of the singular values are the eigenvalues of X·Xᵀ; its trace and its square's bound them.
    @Test(arguments: [(6, 20), (20, 6), (9, 9)])
    func singularValuesComeNearOne(rows: Int, columns: Int) {
        let result = Self.matrix(rows, columns).orthogonalized()
        #expect(result.shape == [rows, columns])
        let short = rows > columns ? result.transposed(0, 1) : result
        let square = short.matmul(short.transposed(0, 1))
        let count = Double(min(rows, columns))
        let mean = (0..<Int(count)).reduce(0.0) { $0 + square.select(0, $1).select(0, $1).item() } / count
        let meanOfSquares = (square * square).sum().item() / count
        #expect(mean > 0.5 && mean < 1.4)
        #expect(meanOfSquares - mean * mean < 0.2)
    }

    @Test func aStepFollowsTheScaledOrthogonalDirectionOfTheGradient() {
        let parameter = Tensor.zeros([4, 9])
        let gradient = Self.matrix(4, 9)
        parameter.requiresGrad = true
        (parameter * gradient).sum().backward()
        Muon([Muon.Matrix(name: "m", parameter: parameter)]).step(learningRate: 0.1)
        let expected = gradient.orthogonalized() * (-0.1 * 0.2 * 3)
        expectClose(parameter.detached(), expected, absolute: 1e-5)
    }

    @Test func onlyTheRowsOfAMatrixMove() {
        let parameter = Tensor.zeros([6, 5])
        parameter.requiresGrad = true
        (parameter * Self.matrix(6, 5)).sum().backward()
        Muon([Muon.Matrix(name: "m", parameter: parameter, rows: 2..<4)]).step(learningRate: 0.1)
        let moved = (0..<6).map { row in
            parameter.detached().select(0, row).values(as: Float.self).contains { $0 != 0 }
        }
        #expect(moved == [false, false, true, true, false, false])
    }
}
