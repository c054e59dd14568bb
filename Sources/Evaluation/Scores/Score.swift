/// One answered question of a benchmark.
package struct ScoredItem: Hashable, Sendable, Codable {
    package let id: String
    package let isCorrect: Bool
    /// The parsed answer; nil if it could not be parsed.
    package let prediction: String?
    /// The item's values in each category that accuracy is reported for.
    package let categories: [String: [String]]

    package init(id: String, isCorrect: Bool, prediction: String?, categories: [String: [String]] = [:]) {
        self.id = id
        self.isCorrect = isCorrect
        self.prediction = prediction
        self.categories = categories
    }
}

/// The score of a set of predictions.
package struct Score: Hashable, Sendable, Codable {
    /// The number of right answers and of all answers.
    package struct Tally: Hashable, Sendable, Codable {
        package let correct: Int
        package let total: Int

        package var accuracy: Double { total == 0 ? 0 : Double(correct) / Double(total) }

        fileprivate init(_ items: some Sequence<ScoredItem>) {
            var (correct, total) = (0, 0)
            for item in items {
                total += 1
                correct += item.isCorrect ? 1 : 0
            }
            self.correct = correct
            self.total = total
        }
    }

    package let overall: Tally
    /// The 95 % bootstrap interval of the accuracy, from 2,000 resamples with a fixed seed.
    package let interval: [Double]
    /// The number of answers that could not be parsed.
    package let unparsed: Int
    /// By category and value.
    package let categories: [String: [String: Tally]]
    package let items: [ScoredItem]
    /// Further figures that the benchmark reports.
    package let figures: [String: Double]

    package init(_ items: [ScoredItem], figures: [String: Double] = [:]) {
        overall = Tally(items)
        interval = Resampling.interval(of: items.map { $0.isCorrect ? 1 : 0 }) ?? [0, 0]
        unparsed = items.count { $0.prediction == nil }
        var groups: [String: [String: [ScoredItem]]] = [:]
        for item in items {
            for (group, values) in item.categories {
                for value in values { groups[group, default: [:]][value, default: []].append(item) }
            }
        }
        categories = groups.mapValues { $0.mapValues { Tally($0) } }
        self.figures = figures
        self.items = items
    }
}
