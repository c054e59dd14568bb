import TestSupport
import Testing
import Torch

/// Every operation and its gradients against PyTorch's Python front end.
struct OperationTests {
    typealias Operation = @Sendable ([Tensor]) -> Tensor

    static let operations: [String: Operation] = [
        "negate": { -$0[0] },
        "exp": { $0[0].exp() },
        "sin": { $0[0].sin() },
        "cos": { $0[0].cos() },
        "gelu": { $0[0].gelu() },
        "addNumber": { $0[0] + 2 },
        "clamp": { $0[0].clamp(-0.5, 0.5) },
        "logSoftmax": { $0[0].logSoftmax(dim: 0) },
        "sum": { $0[0].sum() },
        "sumRows": { $0[0].sum(dims: [0]) },
        "mean": { $0[0].mean(dims: [-1], keepDims: true) },
        "minimumOfColumn": { $0[0].min(dims: [0]) },
        "transposed": { $0[0].transposed(0, 1) },
        "reshape": { $0[0].reshape([2, -1]) },
        "narrow": { $0[0].narrow(1, start: 1, count: 2) },
        "select": { $0[0].select(0, 1) },
        "unsqueezed": { $0[0].unsqueezed(1) },
        "maximumOfNumber": { $0[0].maximum(0.1) },
        "cube": { $0[0].pow(Tensor([3] as [Float])) },
        "greaterThanNumber": { $0[0].greater(Tensor([0] as [Float])) },
        "sqrt": { $0[0].sqrt() },
        "divideNumber": { 2 / $0[0] },
        "add": { $0[0] + $0[1] },
        "subtract": { $0[0] - $0[1] },
        "multiply": { $0[0] * $0[1] },
        "divide": { $0[0] / $0[1] },
        "minimum": { $0[0].minimum($0[1]) },
        "maximum": { $0[0].maximum($0[1]) },
        "concatenated": { .concatenated($0, dim: 1) },
        "where": { .where($0[0].greater($0[1]), $0[0], $0[1] * 3) },
        "addRow": { $0[0] + $0[1] },
        "matmul": { $0[0].matmul($0[1]) },
        "linear": { $0[0].linear($0[1], $0[2]) },
        "embedding": { $0[1].embedding($0[0]) },
        "indexSelect": { $0[0].indexSelect(0, $0[1]) },
        "gather": { $0[0].gather(1, $0[1]) },
        "indexCopy": { $0[0].indexCopy(0, $0[1], $0[2]) },
    ]

    @Test(arguments: operations.keys.sorted())
    func agreesWithPyTorch(name: String) throws {
        let operation = try #require(Self.operations[name])
        try expectGolden(Goldens("operations"), name, operation)
    }

    @Test func goldensAndOperationsMatchOneToOne() throws {
        let results = try Goldens("operations").names.filter { $0.hasSuffix(".result") }
        #expect(Set(results) == Set(Self.operations.keys.map { "\($0).result" }))
    }

    @Test func integersStayIntegersBesideWholeNumbers() {
        let doubled = Tensor([1, 2, 3] as [Int64]) * 2 + 1
        #expect(doubled.dtype == .int64)
        #expect(doubled.values(as: Int64.self) == [3, 5, 7])
    }

    @Test func integersBecomeRealBesideFractions() {
        #expect((Tensor([1, 2] as [Int64]) * 0.5).values(as: Float.self) == [0.5, 1])
    }

    @Test func splitsIntoViewsOfTheSameStorage() {
        let whole = Tensor([1, 2, 3, 4, 5] as [Float])
        let parts = whole.split([2, 3])
        parts[1].zero_()
        #expect(whole.values(as: Float.self) == [1, 2, 0, 0, 0])
    }
}

/// Checks a result and the gradients of all its inputs against the goldens under `name`.
func expectGolden(
    _ goldens: Goldens, _ name: String, absolute: Double = 2e-6, relative: Double = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation, _ operation: ([Tensor]) throws -> Tensor
) throws {
    let inputs = try goldens.names(name).filter { $0.contains(".input") }.map { try goldens[$0] }
    let slope = goldens.contains("\(name).slope") ? try goldens["\(name).slope"] : nil
    if slope != nil {
        for input in inputs where input.dtype.isFloatingPoint { input.requiresGrad = true }
    }
    let result = try operation(inputs)
    expectClose(
        result, try goldens["\(name).result"], absolute: absolute, relative: relative, name,
        sourceLocation: sourceLocation)
    guard let slope else { return }
    result.backward(slope)
    for (index, input) in inputs.enumerated() where goldens.contains("\(name).gradient\(index)") {
        let gradient = try #require(input.grad, sourceLocation: sourceLocation)
        expectClose(
            gradient, try goldens["\(name).gradient\(index)"], absolute: absolute, relative: relative,
            "\(name), gradient of input \(index)", sourceLocation: sourceLocation)
    }
}
