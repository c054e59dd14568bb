/// Two evaluations of the same items, item by item.
package struct Comparison: Hashable, Sendable, Codable {
    /// Share of right answers to an item in each.
    package struct Pair: Hashable, Sendable, Codable {
        package let id: String
        package let first: Double
        package let second: Double
    }

    package let condition: String
    package let pairs: [Pair]
    package let first: Double
    package let second: Double
    /// Mean of the second minus the first, with the middle 95 % of resampled items.
    package let difference: Double
    package let interval: [Double]
    /// Two-sided p-value of the paired randomization test.
    package let significance: Double
    /// Items that the second answers better, and worse.
    package let better: Int
    package let worse: Int

    /// One comparison for each condition that both have.
    ///
    /// - Throws: ``BenchmarkError`` if they are of different benchmarks or share no item.
    package static func all(
        _ first: EvaluationResult, _ second: EvaluationResult
    ) throws(BenchmarkError) -> [Comparison] {
        guard first.benchmark == second.benchmark else {
            throw BenchmarkError(
                place: "compare", problem: "one is of \(first.benchmark), the other of \(second.benchmark)")
        }
        guard first.benchmarkVersion == second.benchmarkVersion else {
            throw BenchmarkError(
                place: "compare",
                problem: "they are of versions \(first.benchmarkVersion) and "
                    + "\(second.benchmarkVersion) of \(first.benchmark); evaluate the older one again")
        }
        let conditions = first.outcomes.keys.filter { second.outcomes[$0] != nil }.sorted()
        let comparisons = conditions.compactMap { condition -> Comparison? in
            let pairs = pairs(first.outcomes[condition] ?? [], second.outcomes[condition] ?? [])
            return pairs.isEmpty ? nil : Comparison(condition, pairs)
        }
        guard !comparisons.isEmpty else {
            throw BenchmarkError(place: "compare", problem: "they share no item under the same condition")
        }
        return comparisons
    }

    private init(_ condition: String, _ pairs: [Pair]) {
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        let differences = pairs.map { $0.second - $0.first }
        self.condition = condition
        self.pairs = pairs
        first = mean(pairs.map(\.first))
        second = mean(pairs.map(\.second))
        difference = mean(differences)
        interval = Resampling.interval(of: differences) ?? []
        significance = Resampling.significance(of: differences)
        better = differences.count { $0 > 0 }
        worse = differences.count { $0 < 0 }
    }

    /// The items with a verdict in both.
    static func pairs(_ first: [Outcome], _ second: [Outcome]) -> [Pair] {
        let others = Dictionary(ConditionScore.accuracies(second).map { ($0.index, $0.accuracy) }) { a, _ in a
        }
        return ConditionScore.accuracies(first).compactMap { item in
            others[item.index].map { Pair(id: item.id, first: item.accuracy, second: $0) }
        }
    }
}
