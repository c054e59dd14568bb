import Testing
import Torch

struct DifferentiationTests {
    @Test func gradientsAddUpUntilTheyAreCleared() {
        let x = Tensor([3] as [Float])
        x.requiresGrad = true
        #expect(x.grad == nil)
        (x * x).sum().backward()
        (x * 2).sum().backward()
        #expect(x.grad?.values(as: Float.self) == [8])
        x.grad = nil
        #expect(x.grad == nil)
    }

    @Test func nothingIsRecordedWithoutGradient() {
        let x = Tensor([3] as [Float])
        x.requiresGrad = true
        let outcome = withoutGradient { x * 2 }
        #expect(!outcome.requiresGrad)
        #expect((x * 2).requiresGrad)
    }

    @Test func recordingResumesAfterAnError() {
        struct Stop: Error {}
        let x = Tensor([3] as [Float])
        x.requiresGrad = true
        #expect(throws: Stop.self) { try withoutGradient { throw Stop() } }
        #expect((x * 2).requiresGrad)
    }

    @Test func detachedTensorsPassNothingBack() {
        let x = Tensor([3] as [Float])
        x.requiresGrad = true
        (x * x.detached()).sum().backward()
        #expect(x.grad?.values(as: Float.self) == [3])
    }

    @Test func aGradientCanBeGivenFromOutside() {
        let x = Tensor([1, 2] as [Float])
        x.requiresGrad = true
        (x * 3).backward(Tensor([10, 100] as [Float]))
        #expect(x.grad?.values(as: Float.self) == [30, 300])
    }
}
