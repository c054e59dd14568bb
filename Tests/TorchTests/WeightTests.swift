import CounterRandom
import Foundation
import TestFixtures
import TestSupport
import Testing
import Torch

/// Weights in bf16 and int8 against the same weights widened first.
struct WeightTests {
    private static func weight(
        _ rowCount: Int, _ width: Int, _ dtype: DType, _ random: inout CounterRandom
    ) -> Weight {
        Weight(converting: .normal([rowCount, width], using: &random), to: dtype)
    }

    private static func widened(_ weight: Weight) -> Tensor {
        let values = weight.values.to(.float32)
        guard let scales = weight.scales else { return values }
        let groups = (0..<weight.width).map { Int64($0 / 64) }
        return values * scales.indexSelect(1, Tensor(groups))
    }

    /// One row, some, tens and hundreds are computed in different ways, in tiles and groups with remainders on every side.
    @Test(
        arguments: [DType.bfloat16, .int8],
        [(1, 1), (7, 3), (64, 5), (65, 40), (200, 9), (448, 33), (1111, 19)])
    func aProductWidensItsWeights(dtype: DType, sides: (inner: Int, outer: Int)) {
        var random = CounterRandom(seed: 5, UInt64(sides.inner))
        let blocks = [sides.outer, 2 * sides.outer].map { Self.weight($0, sides.inner, dtype, &random) }
        let bias = Tensor.normal([3 * sides.outer], using: &random)
        let joined = Tensor.concatenated(blocks.map(Self.widened))
        withoutGradient {
            for rows in [1, 3, 4, 16, 17, 40, 128, 129, 300] {
                let input = Tensor.normal([rows, sides.inner], using: &random)
                let expected = input.linear(joined, bias)
                expectClose(input.linear(blocks, bias), expected, absolute: 1e-4, relative: 2e-5)
                let first = expected.narrow(1, start: 0, count: sides.outer)
                expectClose(
                    input.linear([blocks[0]]) + bias.narrow(0, start: 0, count: sides.outer), first,
                    absolute: 1e-4, relative: 2e-5)
            }
        }
    }

    @Test(arguments: [DType.bfloat16, .int8])
    func aRowsResultDoesNotDependOnTheOthers(dtype: DType) {
        var random = CounterRandom(seed: 6)
        let weight = Self.weight(37, 130, dtype, &random)
        let input = Tensor.normal([300, 130], using: &random)
        withoutGradient {
            for (few, many) in [(1, 16), (17, 128), (129, 300)] {
                let alone = input.narrow(0, start: 0, count: few).linear([weight]).values(as: Float.self)
                let together = input.narrow(0, start: 0, count: many).linear([weight])
                #expect(alone == Array(together.values(as: Float.self).prefix(few * 37)))
            }
        }
    }

    @Test(arguments: [DType.bfloat16, .int8], [3, 200])
    func theInputGetsItsGradient(dtype: DType, rows: Int) throws {
        var random = CounterRandom(seed: 7)
        let blocks = [20, 31].map { Self.weight($0, 70, dtype, &random) }
        let direction = Tensor.normal([rows, 51], using: &random)
        let input = Tensor.normal([rows, 70], using: &random)
        let bias = Tensor.normal([51], using: &random)
        func gradients(_ product: (Tensor, Tensor) -> Tensor) throws -> [Tensor] {
            let (input, bias) = (input.detached() * 1, bias.detached() * 1)
            input.requiresGrad = true
            bias.requiresGrad = true
            (product(input, bias) * direction).sum().backward()
            return [try #require(input.grad), try #require(bias.grad)]
        }
        let joined = Tensor.concatenated(blocks.map(Self.widened))
        let expected = try gradients { $0.linear(joined, $1) }
        for (gradient, expected) in zip(try gradients { $0.linear(blocks, $1) }, expected) {
            expectClose(gradient, expected, absolute: 5e-5, relative: 2e-5)
        }
    }

    @Test(arguments: [DType.bfloat16, .int8])
    func rowsOfATableAreWidened(dtype: DType) {
        var random = CounterRandom(seed: 8)
        let table = Self.weight(11, 70, dtype, &random)
        let indices = Tensor([3, 0, 10, 3] as [Int64])
        let expected = Self.widened(table).indexSelect(0, indices)
        let rows = indices.embedding(table, dtype: .float32)
        #expect(rows.dtype == .float32)
        #expect(rows.values(as: Float.self) == expected.values(as: Float.self))
    }

    @Test(arguments: [DType.bfloat16, .int8], [7, 300])
    func logProbabilitiesWidenTheHead(dtype: DType, tokenCount: Int) throws {
        var random = CounterRandom(seed: 9)
        let head = Self.weight(30_011, 6, dtype, &random)
        let targets = Tensor((0..<tokenCount).map { _ in Int64(random.integer(below: 30_011)) })
        let hidden = Tensor.normal([tokenCount, 6], using: &random)
        func results(_ weight: Weight) throws -> [Tensor] {
            let hidden = hidden.detached() * 1
            hidden.requiresGrad = true
            let (chosen, entropies) = Tensor.tokenLogProbabilities(
                hidden: hidden, weight: weight, targets: targets, temperature: 1.3)
            (chosen.sum() + entropies.sum()).backward()
            return [chosen, entropies, try #require(hidden.grad)]
        }
        let expected = try results(Weight(Self.widened(head)))
        for (result, expected) in zip(try results(head), expected) {
            expectClose(result.detached(), expected.detached(), absolute: 5e-5, relative: 2e-5)
        }
    }

    // MARK: Quantization

    @Test func aQuantizedElementIsOffByHalfAStep() throws {
        var random = CounterRandom(seed: 10)
        let matrix = Tensor.normal([5, 150], using: &random)
        let weight = Weight(quantizing: matrix)
        let scales = try #require(weight.scales)
        #expect(scales.shape == [5, 3])
        let values = matrix.values(as: Float.self)
        let codes = weight.values.to(.float32).values(as: Float.self)
        let result = Self.widened(weight).values(as: Float.self)
        let steps = scales.values(as: Float.self)
        for row in 0..<5 {
            for group in 0..<3 {
                let features = group * 64..<min(150, (group + 1) * 64)
                let step = steps[row * 3 + group]
                let largest = features.map { abs(values[row * 150 + $0]) }.max() ?? 0
                #expect(abs(step - largest / 127) <= 1e-7)
                #expect(features.map { abs(codes[row * 150 + $0]) }.max() == 127)
                for feature in features {
                    let index = row * 150 + feature
                    #expect(abs(result[index] - values[index]) <= step * 0.50001)
                }
            }
        }
    }

    /// Computed by hand: 1.27 / 127 = 0.01, so -0.5 is -50 steps.
    @Test func codesAreStepsOfTheLargestMagnitude() {
        let weight = Weight(quantizing: Tensor([1.27, -0.5, 0.004, 0.006] as [Float], shape: [1, 4]))
        #expect(weight.values.to(.int32).values(as: Int32.self) == [127, -50, 0, 1])
    }

    @Test func aGroupOfZerosStaysZero() {
        let weight = Weight(quantizing: .zeros([2, 64]))
        #expect(Self.widened(weight).values(as: Float.self).allSatisfy { $0 == 0 })
    }

    // MARK: Views of files

    @Test func aViewIsTheTensorInTheFileAndOutlivesIt() throws {
        try TemporaryFolder.with { folder in
            var random = CounterRandom(seed: 11)
            let matrix = Tensor.normal([30, 50], using: &random).to(.bfloat16)
            let url = folder.appending(path: "model.safetensors")
            try SafetensorsWriter.write([(name: "a", tensor: matrix)], to: url)
            let bytes = try Data(contentsOf: url)
            var file: SafetensorsFile? = try SafetensorsFile(url)
            let view = try #require(try file?.view("a", shape: [30, 50]))
            file = nil
            #expect(view.to(.float32).values(as: Float.self) == matrix.to(.float32).values(as: Float.self))
            // What is changed in memory stays out of the file.
            view.zero_()
            #expect(view.sum().item() == 0)
            #expect(try Data(contentsOf: url) == bytes)
        }
    }
}
