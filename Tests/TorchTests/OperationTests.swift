import TestSupport
import Testing
import Torch

/// Every operation and its gradients against PyTorch's Python front end.
struct OperationTests {
    typealias Operation = @Sendable ([Tensor]) -> Tensor

    static let operations: [String: Operation] = [
        "negate": { -$0[0] },
        "abs": { $0[0].abs() },
        "exp": { $0[0].exp() },
        "sin": { $0[0].sin() },
        "cos": { $0[0].cos() },
        "tanh": { $0[0].tanh() },
        "sigmoid": { $0[0].sigmoid() },
        "silu": { $0[0].silu() },
        "gelu": { $0[0].gelu() },
        "addNumber": { $0[0] + 2 },
        "subtractFromNumber": { 2 - $0[0] },
        "clamp": { $0[0].clamp(-0.5, 0.5) },
        "softmax": { $0[0].softmax(dim: -1) },
        "logSoftmax": { $0[0].logSoftmax(dim: 0) },
        "logSumExp": { $0[0].logSumExp(dim: -1) },
        "sum": { $0[0].sum() },
        "sumRows": { $0[0].sum(dims: [0]) },
        "mean": { $0[0].mean(dims: [-1], keepDims: true) },
        "maximumOfRow": { $0[0].max(dims: [-1]) },
        "minimumOfColumn": { $0[0].min(dims: [0]) },
        "cumulativeSum": { $0[0].cumulativeSum(dim: 1) },
        "topK": { $0[0].topK(2).values },
        "sort": { $0[0].sort(descending: true).values },
        "transposed": { $0[0].transposed(0, 1) },
        "reshape": { $0[0].reshape([2, -1]) },
        "narrow": { $0[0].narrow(1, start: 1, count: 2) },
        "select": { $0[0].select(0, 1) },
        "unsqueezed": { $0[0].unsqueezed(1) },
        "expanded": { $0[0].unsqueezed(0).expanded([2, -1, -1]) },
        "maximumOfNumber": { $0[0].maximum(0.1) },
        "cube": { $0[0].pow(3) },
        "argmax": { $0[0].argmax() },
        "greaterThanNumber": { $0[0].greater(0) },
        "log": { $0[0].log() },
        "sqrt": { $0[0].sqrt() },
        "rsqrt": { $0[0].rsqrt() },
        "divideNumber": { 2 / $0[0] },
        "add": { $0[0] + $0[1] },
        "subtract": { $0[0] - $0[1] },
        "multiply": { $0[0] * $0[1] },
        "divide": { $0[0] / $0[1] },
        "minimum": { $0[0].minimum($0[1]) },
        "maximum": { $0[0].maximum($0[1]) },
        "less": { $0[0].less($0[1]) },
        "concatenated": { .concatenated($0, dim: 1) },
        "stacked": { .stacked($0, dim: 1) },
        "where": { .where($0[0].greater($0[1]), $0[0], $0[1] * 3) },
        "maskedFill": { $0[0].maskedFill($0[1].greater(0), -2) },
        "addRow": { $0[0] + $0[1] },
        "matmul": { $0[0].matmul($0[1]) },
        "linear": { $0[0].linear($0[1], $0[2]) },
        "embedding": { $0[1].embedding($0[0]) },
        "indexSelect": { $0[0].indexSelect(0, $0[1]) },
        "gather": { $0[0].gather(1, $0[1]) },
        "indexAdd": { $0[0].indexAdd(0, $0[1], $0[2]) },
        "indexCopy": { $0[0].indexCopy(0, $0[1], $0[2]) },
        "indexPut": { $0[0].indexPut([$0[1], $0[2]], $0[3]) },
        "attention": {
            .scaledDotProductAttention($0[0], $0[1], $0[2], isCausal: true, groupedQuery: true)
        },
    ]

    @Test(arguments: operations.keys.sorted())
    func agreesWithPyTorch(name: String) throws {
        let operation = try #require(Self.operations[name])
        try expectGolden(Goldens("operations"), name, operation)
    }

    @Test func goldensAndOperationsMatchOneToOne() throws {
        let goldens = try Goldens("operations")
        #expect(Self.operations.keys.filter { !goldens.contains("\($0).result") } == [])
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

    @Test func logicalOperationsFollowTheTruthTable() {
        let left = Tensor([true, true, false, false])
        let right = Tensor([true, false, true, false])
        #expect(left.logicalAnd(right).values(as: Bool.self) == [true, false, false, false])
        #expect(left.logicalOr(right).values(as: Bool.self) == [true, true, true, false])
        #expect(left.logicalNot().values(as: Bool.self) == [false, false, true, true])
    }

    @Test func sortKeepsTheOrderOfEqualElements() {
        let (values, indices) = Tensor([2, 1, 2, 1] as [Float]).sort()
        #expect(values.values(as: Float.self) == [1, 1, 2, 2])
        #expect(indices.values(as: Int.self) == [1, 3, 0, 2])
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
