import CounterRandom
import TestSupport
import Testing
import Torch

struct TensorTests {
    @Test func knowsItsShapeTypeAndDevice() {
        let tensor = Tensor([1, 2, 3, 4, 5, 6] as [Int32], shape: [2, 3])
        #expect(tensor.shape == [2, 3])
        #expect(tensor.rank == 2)
        #expect(tensor.count == 6)
        #expect(tensor.dtype == .int32)
        #expect(tensor.device == .cpu)
        #expect(tensor.size(-1) == 3)
        #expect(tensor.description == "[2, 3] int32")
    }

    @Test func emptyAndSingleElementTensorsRoundTrip() {
        #expect(Tensor([] as [Float], shape: [0, 3]).values(as: Float.self) == [])
        #expect(Tensor([2.5], shape: []).shape == [])
        #expect(Tensor([2.5], shape: []).item() == 2.5)
    }

    @Test func valuesFollowTheViewAndNotTheStorage() {
        let tensor = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]).transposed(0, 1)
        #expect(tensor.values(as: Float.self) == [1, 4, 2, 5, 3, 6])
        #expect(tensor.values(as: Int.self) == [1, 4, 2, 5, 3, 6])
    }

    @Test(arguments: DType.allCases)
    func createsEveryType(dtype: DType) {
        let tensor = Tensor.ones([2], dtype: dtype)
        #expect(tensor.dtype == dtype)
        #expect(tensor.values(as: Double.self) == [1, 1])
        #expect(Tensor.zeros([2], dtype: dtype).values(as: Double.self) == [0, 0])
    }

    @Test(arguments: [DType.float16, .bfloat16])
    func halfPrecisionRoundTripsWhatItCanHold(dtype: DType) {
        let values: [Float] = [0, 1, -2.5, 0.15625, 128]
        let half = Tensor(values).to(dtype)
        #expect(half.dtype == dtype)
        #expect(half.to(.float32).values(as: Float.self) == values)
    }

    @Test func normalNumbersComeFromTheGivenGenerator() {
        var first = CounterRandom(seed: 7, 1)
        var second = first
        let a = Tensor.normal([3, 5], standardDeviation: 2, using: &first)
        let b = Tensor.normal([15], standardDeviation: 2, using: &second)
        #expect(a.values(as: Float.self) == b.values(as: Float.self))
        #expect(first.next() == second.next())
    }

    @Test func lendsItsBytesForWriting() {
        let tensor = Tensor.zeros([3])
        tensor.withUnsafeMutableBytes { $0.bindMemory(to: Float.self)[1] = 4 }
        #expect(tensor.values(as: Float.self) == [0, 4, 0])
    }

    @Test func inPlaceOperationsChangeTheStorage() {
        let tensor = Tensor([1, 2, 3] as [Float])
        let view = tensor.narrow(0, start: 1, count: 2)
        view.add_(Tensor([10, 20] as [Float]), factor: 0.5)
        tensor.mul_(2)
        tensor.indexCopy_(0, Tensor([0] as [Int64]), Tensor([-1] as [Float]))
        #expect(tensor.values(as: Float.self) == [-1, 14, 26])
        tensor.copy_(Tensor([5] as [Int64], shape: []))
        #expect(tensor.values(as: Float.self) == [5, 5, 5])
    }

    @Test func unknownDevicesThrowTheirName() {
        #expect { try Device("abacus") } throws: { error in
            (error as? TorchError)?.description.contains("abacus") == true
        }
    }

    @Test func devicesCompareByKindAndIndex() throws {
        #expect(try Device("cpu") == .cpu)
        #expect(Device.cpu.description == "cpu")
        #expect(Tensor.ones([1]).to(.cpu).device == .cpu)
    }

    @Test func aMistakeInShapeStopsWithOperationShapesAndReason() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.ones([2, 3]).matmul(Tensor.ones([2, 4]))
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("Tensor.matmul of [2, 3] float32, [2, 4] float32: mat1 and mat2 shapes"))
    }

    /// In a process of its own, where no other test holds tensors.
    @Test func everyTensorIsReleased() async {
        await #expect(processExitsWith: .success) {
            func work() {
                let weight = Tensor.ones([3, 3])
                weight.requiresGrad = true
                let optimizer = AdamW([(name: "weight", tensor: weight)])
                for _ in 0..<3 {
                    let values = Tensor.ones([4, 3]).linear(weight).swiGLU(.ones([4, 3])).narrow(
                        1, start: 0, count: 2)
                    let parts = Tensor.concatenated(values.split([2, 2])).sum()
                    parts.backward()
                    precondition(clipGradientNorm([weight], maximum: 1).isFinite)
                    optimizer.step(learningRate: 0.1)
                    optimizer.clearGradients()
                }
                precondition(Tensor.liveCount == 4, "the weight and its three pieces of state")
            }
            precondition(Tensor.liveCount == 0)
            work()
            precondition(Tensor.liveCount == 0)
        }
    }

    @Test func threadCountCanBeSet() async {
        await #expect(processExitsWith: .success) {
            Tensor.setThreadCount(1)
            precondition(Tensor.threadCount == 1)
            Tensor.setThreadCount(2)
            precondition(Tensor.threadCount == 2)
        }
    }

    @Test func deterministicModeRefusesWhatIsNot() async {
        await #expect(processExitsWith: .success) {
            Tensor.setDeterministic(true)
            let x = Tensor.ones([2, 2])
            x.requiresGrad = true
            x.indexSelect(0, Tensor([0, 0] as [Int64])).sum().backward()
            precondition(x.grad?.values(as: Float.self) == [2, 2, 0, 0])
        }
    }
}
