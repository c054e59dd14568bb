import CounterRandom
import TestSupport
import Testing
import Torch

struct LayerTests {
    @Test func parametersCarryCheckpointNamesInOrder() {
        var random = CounterRandom(seed: 1)
        let linear = Linear(3, 2, hasBias: true, standardDeviation: 0.02, using: &random)
        let bare = Linear(3, 2, hasBias: false, standardDeviation: 0.02, using: &random)
        let table = Embedding(weight: .zeros([5, 4]))
        let norm = RMSNorm(weight: .zeros([4]), epsilon: 1e-6)
        #expect(linear.parameters("a.b").map(\.name) == ["a.b.weight", "a.b.bias"])
        #expect(linear.parameters("a").map(\.tensor.shape) == [[2, 3], [2]])
        #expect(bare.parameters("q").map(\.name) == ["q.weight"])
        #expect(table.parameters("embed").map(\.tensor.shape) == [[5, 4]])
        #expect(norm.parameters("norm").map(\.tensor.shape) == [[4]])
    }

    @Test func linearMultipliesByTheTransposedWeight() {
        let layer = Linear(
            weight: Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2]),
            bias: Tensor([10, 20, 30] as [Float]))
        #expect(layer(Tensor([1, 1] as [Float], shape: [1, 2])).values(as: Float.self) == [13, 27, 41])
    }

    @Test func embeddingLooksUpRows() {
        let table = Embedding(weight: Tensor([0, 1, 10, 11, 20, 21] as [Float], shape: [3, 2]))
        let rows = table(Tensor([2, 0] as [Int32]))
        #expect(rows.values(as: Float.self) == [20, 21, 0, 1])
    }

    @Test func newLayersStartFromTheGivenSpread() {
        var random = CounterRandom(seed: 3)
        let weight = Linear(64, 64, hasBias: true, standardDeviation: 0.5, using: &random).weight
        let deviation = (weight * weight).mean().item().squareRoot()
        #expect(abs(deviation - 0.5) < 0.02)
    }

    @Test func normDividesByTheRootMeanSquare() {
        let norm = RMSNorm(weight: Tensor([2, 2] as [Float]), epsilon: 0)
        expectClose(
            norm(Tensor([3, 4] as [Float], shape: [1, 2])), Tensor([1.6970563, 2.2627417], shape: [1, 2]))
    }
}
