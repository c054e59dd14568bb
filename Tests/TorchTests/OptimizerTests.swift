import CounterRandom
import TestSupport
import Testing
import Torch

struct OptimizerTests {
    private let names = ["matrix", "vector"]

    private func parameters(_ goldens: Goldens) throws -> [NamedTensor] {
        try names.map { name in
            let parameter = try goldens["start.\(name)"]
            parameter.requiresGrad = true
            return (name: name, tensor: parameter)
        }
    }

    private func optimizer(_ parameters: [NamedTensor]) -> AdamW {
        AdamW(parameters, AdamW.Options(beta1: 0.9, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1))
    }

    private func step(_ optimizer: AdamW, _ parameters: [NamedTensor], _ step: Int, _ goldens: Goldens) throws
    {
        for parameter in parameters {
            parameter.tensor.grad = try goldens["gradient\(step).\(parameter.name)"]
        }
        optimizer.step(learningRate: 0.01 / Double(step + 1))
    }

    @Test(arguments: 0..<4)
    func adamWFollowsPyTorchToStep(last: Int) throws {
        let goldens = try Goldens("optimizers")
        let parameters = try parameters(goldens)
        let optimizer = optimizer(parameters)
        for index in 0...last { try step(optimizer, parameters, index, goldens) }
        for (name, tensor) in parameters {
            expectClose(tensor, try goldens["after\(last).\(name)"], absolute: 1e-7, relative: 1e-6, name)
        }
    }

    @Test func aRestoredOptimizerGoesOnBitForBit() throws {
        let goldens = try Goldens("optimizers")
        let whole = try parameters(goldens)
        let first = optimizer(whole)
        for index in 0..<2 { try step(first, whole, index, goldens) }

        let resumed = whole.map { parameter in
            let copy = parameter.tensor.detached() * 1
            copy.requiresGrad = true
            return (name: parameter.name, tensor: copy)
        }
        let second = optimizer(resumed)
        let state = Dictionary(uniqueKeysWithValues: first.state.map { ($0.name, $0.tensor) })
        try second.restore { name, _ in try #require(state[name]) }
        for index in 2..<4 {
            try step(first, whole, index, goldens)
            try step(second, resumed, index, goldens)
        }
        for (left, right) in zip(whole, resumed) {
            #expect(left.tensor.values(as: Float.self) == right.tensor.values(as: Float.self))
        }
    }

    @Test func parametersWithoutGradientStayAsTheyAre() throws {
        let goldens = try Goldens("optimizers")
        let parameters = try parameters(goldens)
        let optimizer = optimizer(parameters)
        parameters[0].tensor.grad = try goldens["gradient0.matrix"]
        optimizer.step(learningRate: 0.01)
        expectClose(parameters[0].tensor, try goldens["after0.matrix"], absolute: 1e-7, relative: 1e-6)
        expectClose(parameters[1].tensor, try goldens["start.vector"], absolute: 0, relative: 0)
    }

    @Test func clippingFollowsPyTorch() throws {
        let goldens = try Goldens("optimizers")
        let parameters = try names.map { name in
            let gradient = try goldens["clip.before.\(name)"]
            let parameter = gradient.zerosLike()
            parameter.requiresGrad = true
            parameter.grad = gradient
            return parameter
        }
        let norm = clipGradientNorm(parameters, maximum: 1.5)
        #expect(abs(norm - (try goldens["clip.norm"].item())) < 1e-6)
        for (name, parameter) in zip(names, parameters) {
            expectClose(try #require(parameter.grad), try goldens["clip.after.\(name)"], absolute: 1e-7, name)
        }
    }

    @Test func smallGradientsAreNotClipped() {
        let parameter = Tensor.zeros([2])
        parameter.requiresGrad = true
        parameter.grad = Tensor([3, 4] as [Float])
        #expect(clipGradientNorm([parameter], maximum: 6) == 5)
        #expect(parameter.grad?.values(as: Float.self) == [3, 4])
        #expect(clipGradientNorm([Tensor.zeros([2])], maximum: 1) == 0)
    }

    /// In a process of its own, because the thread count belongs to the whole process.
    @Test func theGradientNormDoesNotDependOnTheThreadCount() async {
        await #expect(processExitsWith: .success) {
            var random = CounterRandom(seed: 5)
            let parameter = Tensor.zeros([300_000])
            parameter.requiresGrad = true
            parameter.grad = .normal([300_000], using: &random)
            let norms = [1, 2, 3].map { count in
                Tensor.setThreadCount(count)
                return clipGradientNorm([parameter], maximum: .infinity)
            }
            precondition(norms[0] == norms[1] && norms[1] == norms[2])
        }
    }
}

struct LearningRateScheduleTests {
    @Test(
        arguments: zip(
            LearningRateSchedule.Shape.allCases,
            [
                [0.5, 1, 1, 1, 1, 1, 1, 1],
                [0.5, 1, 1, 0.8, 0.6, 0.4, 0.2, 0.2],
                [0.5, 1, 1, 0.8828427, 0.6, 0.3171573, 0.2, 0.2],
            ]))
    func warmsUpThenFalls(shape: LearningRateSchedule.Shape, expected: [Double]) {
        let schedule = LearningRateSchedule(shape, peak: 1, warmUpSteps: 2, totalSteps: 6, finalFraction: 0.2)
        for (step, rate) in expected.enumerated() {
            #expect(abs(schedule.rate(at: step) - rate) < 1e-6, "step \(step)")
        }
    }

    @Test func withoutWarmUpTheFirstStepHasThePeak() {
        #expect(LearningRateSchedule(.cosine, peak: 3e-4, totalSteps: 10).rate(at: 0) == 3e-4)
    }
}
