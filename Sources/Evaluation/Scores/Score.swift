/// One answered question of a benchmark.
package struct ScoredItem: Hashable, Sendable, Codable {
    package let id: String
    package let isCorrect: Bool
    /// What was understood of the answer; nil if nothing.
    package let prediction: String?
    /// The groups that accuracy is reported for, and the values of the item in each.
    package let categories: [String: [String]]

    package init(id: String, isCorrect: Bool, prediction: String?, categories: [String: [String]] = [:]) {
        self.id = id
        self.isCorrect = isCorrect
        self.prediction = prediction
        self.categories = categories
    }
}

/// What a benchmark's items add up to.
package struct Score: Hashable, Sendable, Codable {
    /// Right answers among those asked.
    package struct Share: Hashable, Sendable, Codable {
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

    package let overall: Share
    /// The middle 95 % of the accuracies of 2,000 samples of the items with replacement, drawn with a fixed seed.
    package let interval: [Double]
    /// Answers in which nothing was understood.
    package let unparsed: Int
    /// By group and value.
    package let categories: [String: [String: Share]]
    package let items: [ScoredItem]
    /// What else the benchmark reports.
    package let figures: [String: Double]

    package init(_ items: [ScoredItem], figures: [String: Double] = [:]) {
        overall = Share(items)
        interval = Resampling.interval(of: items.map { $0.isCorrect ? 1 : 0 }) ?? [0, 0]
        unparsed = items.count { $0.prediction == nil }
        var groups: [String: [String: [ScoredItem]]] = [:]
        for item in items {
            for (group, values) in item.categories {
                for value in values { groups[group, default: [:]][value, default: []].append(item) }
            }
        }
        categories = groups.mapValues { $0.mapValues { Share($0) } }
        self.figures = figures
        self.items = items
    }
}
