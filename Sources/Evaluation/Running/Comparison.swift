/// A paired comparison of two evaluations of the same items.
package struct Comparison: Hashable, Sendable, Codable {
    /// The fraction of right answers to an item in each evaluation.
    package struct Pair: Hashable, Sendable, Codable {
        /// The item's id; with the item's number, if several items share an id.
        package let id: String
        package let first: Double
        package let second: Double
    }

    package let condition: String
    package let pairs: [Pair]
    package let first: Double
    package let second: Double
    /// Mean of the second minus the first, with a 95 % bootstrap interval over items.
    package let difference: Double
    package let interval: [Double]
    /// Two-sided p-value of the paired randomization test.
    package let significance: Double
    /// The number of items that the second evaluation answers better, and worse.
    package let better: Int
    package let worse: Int

    /// One comparison for each condition that both evaluations have.
    ///
    /// - Throws: ``BenchmarkError`` if the benchmarks differ or there are no common items.
    package static func all(
        _ first: EvaluationResult, _ second: EvaluationResult
    ) throws(BenchmarkError) -> [Comparison] {
        guard first.benchmark == second.benchmark else {
            throw BenchmarkError(
                place: "compare", problem: "the benchmarks differ: \(first.benchmark) and \(second.benchmark)"
            )
        }
        guard first.benchmarkVersion == second.benchmarkVersion else {
            throw BenchmarkError(
                place: "compare",
                problem: "the versions of \(first.benchmark) differ, \(first.benchmarkVersion) and "
                    + "\(second.benchmarkVersion); repeat the older evaluation")
        }
        let conditions = first.outcomes.keys.filter { second.outcomes[$0] != nil }.sorted()
        let comparisons = conditions.compactMap { condition -> Comparison? in
            let pairs = pairs(first.outcomes[condition] ?? [], second.outcomes[condition] ?? [])
            return pairs.isEmpty ? nil : Comparison(condition, pairs)
        }
        guard !comparisons.isEmpty else {
            throw BenchmarkError(
                place: "compare", problem: "the evaluations have no common items under the same condition")
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

    /// The items that have a verdict in both evaluations.
    static func pairs(_ first: [Outcome], _ second: [Outcome]) -> [Pair] {
        let others = Dictionary(ConditionScore.accuracies(second).map { ($0.index, $0.accuracy) }) { a, _ in a
        }
        let items = ConditionScore.accuracies(first)
        let shared = Dictionary(grouping: items, by: \.id).filter { $1.count > 1 }
        return items.compactMap { item in
            let id = shared[item.id] == nil ? item.id : "\(item.id) (item \(item.index + 1))"
            return others[item.index].map { Pair(id: id, first: item.accuracy, second: $0) }
        }
    }
}
