import Evaluation
import Foundation
import TestFixtures
import Testing

/// Figures that were worked out by hand.
@Suite struct ResultTests {
    private func outcome(
        _ index: Int, _ isCorrect: Bool?, sample: Int = 0, category: String = "a",
        isParsed: Bool = true
    ) -> Outcome {
        Outcome(
            id: "item \(index)", index: index, sample: sample, isCorrect: isCorrect, answer: "x",
            isParsed: isParsed, expected: "x", categories: ["category": [category]])
    }

    private func result(
        _ outcomes: [EvaluationSettings.Condition: [Outcome]], benchmark: String = "hrbench-4k"
    ) throws -> EvaluationResult {
        EvaluationResult(
            of: try Benchmark(named: benchmark), model: "m", settings: EvaluationSettings(), badItems: [],
            outcomes: outcomes)
    }

    @Test func comparedItemsHaveNamesOfTheirOwn() throws {
        func result(_ isCorrect: Bool) throws -> EvaluationResult {
            let outcomes = ["a", "a", "b"].enumerated().map { index, id in
                Outcome(
                    id: id, index: index, sample: 0, isCorrect: isCorrect, answer: "x", isParsed: true,
                    expected: "x")
            }
            return try self.result([.tools: outcomes])
        }
        let pairs = try Comparison.all(result(false), result(true))[0].pairs
        #expect(pairs.map(\.id) == ["a (item 1)", "a (item 2)", "b"])
    }

    @Test func theHeadlineWeighsCategoriesAlike() throws {
        // a: 1 of 3, b: 1 of 1; over the items 2 of 4, over the categories (1/3 + 1) / 2.
        let score = try #require(
            result([
                .tools: [
                    outcome(0, true), outcome(1, false), outcome(2, false), outcome(3, true, category: "b"),
                ]
            ]).conditions["tools"])
        #expect(score.overall.accuracy == 0.5)
        #expect(abs(score.headline - 2.0 / 3) < 1e-12)
        #expect(score.categories["category"]?["a"]?.items == 3)
    }

    @Test func samplesOfAnItemAreAveragedFirst() throws {
        // Item 0: 1 of 2, item 1: 2 of 2.
        let score = try #require(
            result([
                .tools: [
                    outcome(0, true), outcome(0, false, sample: 1), outcome(1, true),
                    outcome(1, true, sample: 1),
                ]
            ]).conditions["tools"])
        #expect(score.overall.accuracy == 0.75)
        #expect(score.overall.items == 2)
        #expect(score.answers == 4)
    }

    @Test func whatIsUnjudgedIsNeitherRightNorWrong() throws {
        let score = try #require(
            result([.tools: [outcome(0, true), outcome(1, nil), outcome(2, false)]]).conditions["tools"])
        #expect(score.overall.accuracy == 0.5)
        #expect(abs(score.unjudged - 1.0 / 3) < 1e-12)
    }

    @Test func gainAndHarmArePaired() throws {
        // Wrong without and right with: items 1 and 2; the reverse: item 3; item 4 was asked with tools alone.
        let result = try result([
            .noTools: [outcome(0, true), outcome(1, false), outcome(2, false), outcome(3, true)],
            .tools: [
                outcome(0, true), outcome(1, true), outcome(2, true), outcome(3, false), outcome(4, true),
            ],
        ])
        #expect(result.toolGain?.accuracy == 0.5)
        #expect(result.toolHarm?.accuracy == 0.25)
        #expect(result.toolGain?.items == 4)
    }

    @Test func aResultIsReadAsItWasWritten() throws {
        let result = try result([.tools: [outcome(0, true), outcome(1, nil, isParsed: false)]])
        try TemporaryFolder.with { folder in
            try JSONEncoder().encode(result).write(to: folder.appending(path: "result.json"))
            #expect(try EvaluationResult(reading: folder) == result)
        }
    }

    // MARK: Intervals and comparisons

    /// 0.5 ± 1.96 · 0.5/√400 = 0.451 … 0.549.
    @Test func theIntervalIsThatOfTheNormalApproximation() throws {
        let outcomes = (0..<400).map { outcome($0, $0 % 2 == 0) }
        let interval = try #require(result([.tools: outcomes]).conditions["tools"]?.overall.interval)
        #expect(abs(interval[0] - 0.451) < 0.006)
        #expect(abs(interval[1] - 0.549) < 0.006)
    }

    @Test func aComparisonCountsWhatChanged() throws {
        let first = try result([
            .tools: [false, false, false, false, false, true].enumerated().map { outcome($0, $1) }
        ])
        let second = try result([
            .tools: [true, true, true, true, true, true].enumerated().map { outcome($0, $1) }
        ])
        let comparison = try #require(Comparison.all(first, second).first)
        #expect(comparison.better == 5)
        #expect(comparison.worse == 0)
        #expect(abs(comparison.difference - 5.0 / 6) < 1e-12)
        // Of the 32 ways to toss the signs of five equal differences two are as extreme.
        #expect(comparison.significance == 2.0 / 32)
    }

    @Test func manyDifferencesAreTossedAtRandom() throws {
        // 40 better and 20 worse: the two-sided sign test gives 0.0135.
        let first = try result([.tools: (0..<60).map { outcome($0, $0 >= 40) }])
        let second = try result([.tools: (0..<60).map { outcome($0, $0 < 40) }])
        let comparison = try #require(Comparison.all(first, second).first)
        #expect(abs(comparison.significance - 0.0135) < 0.005)
    }

    @Test func differentBenchmarksAreNotCompared() throws {
        let first = try result([.tools: [outcome(0, true)]])
        let second = try result([.tools: [outcome(0, true)]], benchmark: "vstar")
        #expect(throws: BenchmarkError.self) { _ = try Comparison.all(first, second) }
    }
}
