import CounterRandom
import TestSupport
import Testing
import Torch

/// The kernels against the reference on small inputs.
struct KernelGoldenTests {
    private func segments(_ goldens: Goldens) throws -> [AttentionSegment] {
        let numbers = try goldens["segments"].values(as: Int.self)
        return stride(from: 0, to: numbers.count, by: 3).map { index in
            AttentionSegment(
                start: numbers[index], count: numbers[index + 1],
                parent: numbers[index + 2] < 0 ? nil : numbers[index + 2])
        }
    }

    @Test(arguments: [("tree", true), ("windows", false)])
    func segmentAttentionIsMaskedAttention(name: String, isCausal: Bool) throws {
        let goldens = try Goldens("kernels")
        let segments = try segments(goldens)
        try expectGolden(goldens, name) {
            .segmentAttention($0[0], $0[1], $0[2], segments: segments, isCausal: isCausal, scale: 0.3)
        }
    }

    @Test func pagedAttentionIsCausalAttentionOverThePages() throws {
        let goldens = try Goldens("kernels")
        let pages = try goldens["paged.pages"].values(as: Int32.self)
        let lengths = try goldens["paged.lengths"].values(as: Int.self)
        let asking = try goldens["paged.asking"].values(as: Int.self)
        var sequences = PagedSequences()
        var used = 0
        for (length, count) in zip(lengths, asking) {
            let pageCount = (length + 3) / 4
            sequences.append(queryCount: count, length: length, pages: Array(pages[used..<used + pageCount]))
            used += pageCount
        }
        let result = Tensor.pagedAttention(
            try goldens["paged.query"], keyPages: try goldens["paged.keys"],
            valuePages: try goldens["paged.values"], sequences, scale: 0.3)
        expectClose(result, try goldens["paged.result"], absolute: 2e-6)
    }

    @Test func rmsNorm() throws {
        try expectGolden(Goldens("kernels"), "rmsNorm") { $0[0].rmsNorm($0[1], epsilon: 1e-5) }
    }

    @Test func swiGLU() throws {
        try expectGolden(Goldens("kernels"), "swiGLU") { $0[0].swiGLU($0[1]) }
    }

    @Test func rotary() throws {
        let goldens = try Goldens("kernels")
        let cosine = try goldens["rotary.cosine"]
        let sine = try goldens["rotary.sine"]
        try expectGolden(goldens, "rotary") { $0[0].applyRotary(cosine: cosine, sine: sine) }
    }

    @Test func tokenLogProbabilities() throws {
        let goldens = try Goldens("kernels")
        let targets = try goldens["logProbabilities.targets"]
        let bias = try goldens["logProbabilities.bias"]
        try expectGolden(goldens, "logProbabilities") {
            let (chosen, entropies) = Tensor.tokenLogProbabilities(
                hidden: $0[0], weight: Weight($0[1]), bias: bias, targets: targets, temperature: 0.7)
            return .concatenated([chosen, entropies].map { $0.unsqueezed(0) })
        }
    }
}

/// The kernels in single precision against the composition that serves double precision, over sizes that need
/// several tiles, blocks and chunks.
struct KernelCompositionTests {
    /// Compares the result of `body` and the gradients of all inputs in both precisions.
    private func compare(
        _ shapes: [[Int]], seed: UInt64, absolute: Double = 2e-5, relative: Double = 1e-4,
        sourceLocation: SourceLocation = #_sourceLocation, _ body: ([Tensor]) -> Tensor
    ) throws {
        var random = CounterRandom(seed: seed)
        let inputs = shapes.map { Tensor.normal($0, using: &random) }
        let doubled = inputs.map { $0.to(.float64) }
        for input in inputs + doubled { input.requiresGrad = true }
        let result = body(inputs)
        let expected = body(doubled)
        expectClose(
            result, expected, absolute: absolute, relative: relative, "result", sourceLocation: sourceLocation
        )
        let slope = Tensor.normal(result.shape, using: &random)
        result.backward(slope)
        expected.backward(slope.to(.float64))
        for (index, (input, double)) in zip(inputs, doubled).enumerated() {
            expectClose(
                try #require(input.grad), try #require(double.grad), absolute: absolute, relative: relative,
                "gradient of input \(index)", sourceLocation: sourceLocation)
        }
    }

    /// Trees for which the derivative is computed in one pass (two equal trees, or two key heads) and in two.
    @Test(
        arguments: [
            (name: "one long segment", counts: [(330, -1)], keyHeads: 1),
            (
                name: "a prompt and its responses", counts: [(150, -1), (90, 0), (70, 0), (300, 0), (1, 0)],
                keyHeads: 2
            ),
            (
                name: "turns of turns", counts: [(20, -1), (65, 0), (0, 1), (64, 2), (30, 0), (63, 3)],
                keyHeads: 1
            ),
            (
                name: "many trees", counts: [(40, -1), (9, 0), (50, -1), (17, 2), (30, -1), (44, -1)],
                keyHeads: 3
            ),
        ])
    func segmentAttention(name: String, counts: [(Int, Int)], keyHeads: Int) throws {
        var start = 0
        let segments = counts.map { count, parent in
            defer { start += count }
            return AttentionSegment(start: start, count: count, parent: parent < 0 ? nil : parent)
        }
        try compare([[start, 2 * keyHeads, 20], [start, keyHeads, 20], [start, keyHeads, 20]], seed: 1) {
            .segmentAttention($0[0], $0[1], $0[2], segments: segments)
        }
    }

    @Test func windowAttention() throws {
        let counts = [64, 64, 16, 300, 1]
        var start = 0
        let segments = counts.map { count in
            defer { start += count }
            return AttentionSegment(start: start, count: count)
        }
        try compare([[start, 2, 32], [start, 2, 32], [start, 2, 32]], seed: 2) {
            .segmentAttention($0[0], $0[1], $0[2], segments: segments, isCausal: false)
        }
    }

    @Test func segmentAttentionOfViews() throws {
        try compare([[50, 8 * 16]], seed: 3) {
            let parts = $0[0].reshape([50, 8, 16]).split([4, 2, 2], dim: 1)
            return .segmentAttention(parts[0], parts[1], parts[2], segments: [.init(start: 0, count: 50)])
        }
    }

    @Test(arguments: [DType.bfloat16, .float16])
    func segmentAttentionInHalfPrecision(dtype: DType) {
        var random = CounterRandom(seed: 15)
        let inputs = (0..<3).map { _ in Tensor.normal([70, 2, 16], using: &random).to(dtype) }
        let segments = [
            AttentionSegment(start: 0, count: 40), AttentionSegment(start: 40, count: 30, parent: 0),
        ]
        let half = Tensor.segmentAttention(inputs[0], inputs[1], inputs[2], segments: segments)
        let full = inputs.map { $0.to(.float32) }
        #expect(half.dtype == dtype)
        expectClose(
            half, .segmentAttention(full[0], full[1], full[2], segments: segments), absolute: 0.02,
            relative: 0.01)
    }

    @Test func segmentsThatLeaveTokensOutStopTheProgram() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Tensor.ones([5, 1, 8])
            _ = Tensor.segmentAttention(x, x, x, segments: [.init(start: 0, count: 4)])
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("the segments cover 4 of 5 tokens"))
    }

    @Test func pagesThatDoNotExistStopTheProgram() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let pages = Tensor.ones([2, 4, 1, 8])
            var sequences = PagedSequences()
            sequences.append(length: 3, pages: [2])
            _ = Tensor.pagedAttention(.ones([1, 1, 8]), keyPages: pages, valuePages: pages, sequences)
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("refers to page 2 of 2"))
    }

    /// Largely different scores make weights of exactly zero and sums that shrink from block to block.
    @Test func segmentAttentionOfLargeScores() throws {
        try compare([[300, 1, 8], [300, 1, 8], [300, 1, 8]], seed: 4, absolute: 2e-3, relative: 2e-3) {
            .segmentAttention($0[0], $0[1], $0[2], segments: [.init(start: 0, count: 300)], scale: 40)
        }
    }

    @Test(arguments: [16, 32, 64, 12, 80, 128], [(4, 2), (6, 1), (5, 1), (3, 3)])
    func pagedAttention(width: Int, heads: (Int, Int)) {
        var random = CounterRandom(seed: 5, UInt64(width))
        let pageSize = 16
        let lengths = [(1, 1), (1, 17), (1, 1500), (40, 40), (3, 300), (70, 650), (1, 64)]
        let pageCount = lengths.reduce(0) { $0 + ($1.1 + pageSize - 1) / pageSize }
        var pages = (0..<Int32(pageCount)).map { $0 }
        random.shuffle(&pages)
        // The pages of the sixth sequence follow each other, those of the others do not.
        var sequences = PagedSequences()
        for (asking, length) in lengths {
            let count = (length + pageSize - 1) / pageSize
            let own = Array(pages.prefix(count))
            sequences.append(
                queryCount: asking, length: length, pages: length == 650 ? own.sorted() : own)
            pages.removeFirst(count)
        }
        let rows = lengths.reduce(0) { $0 + $1.0 }
        let query = Tensor.normal([rows, heads.0, width], using: &random)
        let keys = Tensor.normal([pageCount, pageSize, heads.1, width], using: &random)
        let values = Tensor.normal([pageCount, pageSize, heads.1, width], using: &random)
        let result = Tensor.pagedAttention(query, keyPages: keys, valuePages: values, sequences)
        let expected = Tensor.pagedAttention(
            query.to(.float64), keyPages: keys.to(.float64), valuePages: values.to(.float64), sequences)
        expectClose(result, expected, absolute: 1e-5)
    }

    @Test func aSequenceIsDecodedTheSameAloneAndAmongOthers() {
        var random = CounterRandom(seed: 6)
        let query = Tensor.normal([3, 4, 16], using: &random)
        let keys = Tensor.normal([200, 16, 2, 16], using: &random)
        let values = Tensor.normal([200, 16, 2, 16], using: &random)
        let pages = (0..<200).map { Int32($0) }
        let lengths = [30, 2100, 700]
        var together = PagedSequences()
        for length in lengths { together.append(length: length, pages: pages) }
        let all = Tensor.pagedAttention(query, keyPages: keys, valuePages: values, together)
        for (index, length) in lengths.enumerated() {
            var alone = PagedSequences()
            alone.append(length: length, pages: pages)
            let row = query.narrow(0, start: index, count: 1)
            let single = Tensor.pagedAttention(row, keyPages: keys, valuePages: values, alone)
            #expect(
                single.values(as: Float.self) == all.narrow(0, start: index, count: 1).values(as: Float.self))
        }
    }

    @Test(arguments: [[3, 1], [130, 33], [1, 4, 64]])
    func rmsNorm(shape: [Int]) throws {
        try compare([shape, [shape.last ?? 1]], seed: 7) { $0[0].rmsNorm($0[1], epsilon: 1e-6) }
    }

    @Test func swiGLU() throws {
        try compare([[70, 501], [70, 501]], seed: 8) { ($0[0] * 8).swiGLU($0[1]) }
    }

    @Test func swiGLUOfExtremes() {
        let gate = Tensor([-1000, -90, -88, 0, 88, 90, 1000] as [Float])
        let result = gate.swiGLU(.ones([7]))
        expectClose(result, Tensor([0, 0, 0, 0, 88, 90, 1000] as [Float]), absolute: 1e-30, relative: 1e-6)
    }

    @Test(arguments: [2, 14, 80])
    func rotary(width: Int) throws {
        var random = CounterRandom(seed: 9)
        let half = Tensor.normal([90, width / 2], using: &random)
        let angles = Tensor.concatenated([half, half], dim: -1)
        try compare([[90, 5, width]], seed: 10) {
            $0[0].applyRotary(cosine: angles.cos().to($0[0].dtype), sine: angles.sin().to($0[0].dtype))
        }
    }

    /// With 30,011 words a chunk has 139 tokens: the first size takes one chunk, the second takes three.
    @Test(arguments: [7, 300])
    func tokenLogProbabilities(tokenCount: Int) throws {
        var random = CounterRandom(seed: 11)
        let targets = Tensor((0..<tokenCount).map { _ in Int64(random.integer(below: 30_011)) })
        let bias = Tensor.normal([30_011], using: &random)
        try compare([[tokenCount, 6], [30_011, 6]], seed: 12, absolute: 5e-5) {
            let (chosen, entropies) = Tensor.tokenLogProbabilities(
                hidden: $0[0], weight: Weight($0[1]), bias: bias, targets: targets, temperature: 1.3)
            return .concatenated([chosen, entropies].map { $0.unsqueezed(0) })
        }
    }

    @Test func logProbabilitiesPassNothingToAFrozenWeight() throws {
        var random = CounterRandom(seed: 13)
        let hidden = Tensor.normal([4, 6], using: &random)
        let weight = Tensor.normal([9, 6], using: &random)
        hidden.requiresGrad = true
        let targets = Tensor([0, 8, 3, 3] as [Int64])
        Tensor.tokenLogProbabilities(hidden: hidden, weight: Weight(weight), targets: targets)
            .logProbabilities.sum()
            .backward()
        #expect(weight.grad == nil)
        let copy = hidden.detached()
        copy.requiresGrad = true
        copy.linear(weight).logSoftmax().gather(1, targets.unsqueezed(1)).sum().backward()
        expectClose(try #require(hidden.grad), try #require(copy.grad), absolute: 2e-6)
    }

    @Test func notANumberIsNotHidden() {
        let q = Tensor([Float](repeating: .nan, count: 8), shape: [1, 1, 8])
        let k = Tensor.ones([1, 1, 8])
        let mixed = Tensor.segmentAttention(q, k, k, segments: [.init(start: 0, count: 1)])
        #expect(!mixed.values(as: Float.self).allSatisfy { $0.isFinite })
        #expect(Tensor([Float.nan]).swiGLU(.ones([1])).item().isNaN)
    }

    /// In a process of its own, because the thread count belongs to the whole process.
    @Test func segmentAttentionDoesNotDependOnTheThreadCount() async {
        await #expect(processExitsWith: .success) {
            var random = CounterRandom(seed: 14)
            let q = Tensor.normal([500, 4, 32], using: &random)
            let k = Tensor.normal([500, 2, 32], using: &random)
            let segments = [
                AttentionSegment(start: 0, count: 300), AttentionSegment(start: 300, count: 120, parent: 0),
                AttentionSegment(start: 420, count: 80, parent: 0),
            ]
            let results = [1, 2, 4].map { threadCount in
                Tensor.setThreadCount(threadCount)
                let inputs = [q * 1, k * 1, k * 1]
                for input in inputs { input.requiresGrad = true }
                let output = Tensor.segmentAttention(inputs[0], inputs[1], inputs[2], segments: segments)
                (output * output).sum().backward()
                return [output.values(as: Float.self)] + inputs.map { $0.grad?.values(as: Float.self) ?? [] }
            }
            precondition(results[0] == results[1] && results[1] == results[2])
        }
    }

    /// Products of few rows, and those of some tens, go other ways than BLAS, in tiles with remainders on every side and
    /// blocks of features.
    @Test(
        arguments: [1, 2, 5, 16, 17, 24, 31, 48, 128],
        [(1, 1), (7, 3), (128, 96), (65, 40), (200, 9), (400, 11)])
    func aProductOfFewRowsIsThatOfMany(rows: Int, sides: (inner: Int, outer: Int)) {
        var random = CounterRandom(seed: 3, UInt64(rows), UInt64(sides.inner))
        let input = Tensor.normal([150, sides.inner], using: &random)
        let weight = Tensor.normal([sides.outer, sides.inner], using: &random)
        let bias = Tensor.normal([sides.outer], using: &random)
        withoutGradient {
            let many = input.linear(weight, bias).narrow(0, start: 0, count: rows)
            let few = input.narrow(0, start: 0, count: rows).linear(weight, bias)
            expectClose(few, many, absolute: 5e-5)
            expectClose(
                few - input.narrow(0, start: 0, count: rows).linear(weight), bias + few * 0, absolute: 2e-5)
            let leastCount = rows <= 16 ? 1 : 17
            let fewer = input.narrow(0, start: 0, count: leastCount).linear(weight, bias)
            #expect(
                fewer.values(as: Float.self)
                    == Array(few.values(as: Float.self).prefix(leastCount * sides.outer)))
        }
    }
}
