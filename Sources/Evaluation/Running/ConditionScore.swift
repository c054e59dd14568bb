/// The scores of the answers under one condition.
package struct ConditionScore: Hashable, Sendable, Codable {
    /// A mean over items with its confidence interval.
    package struct Mean: Hashable, Sendable, Codable {
        package let items: Int
        package let accuracy: Double
        /// The 95 % bootstrap interval over items; empty if there are no items.
        package let interval: [Double]
        /// The fraction of answers with a tool call; nil if not applicable.
        package let toolCallRate: Double?

        init(_ values: [Double], toolCallRate: Double? = nil) {
            self.toolCallRate = toolCallRate
            items = values.count
            accuracy = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
            interval = Resampling.interval(of: values) ?? []
        }
    }

    /// The benchmark's headline: over all items, or the mean over the values of a category.
    package let headline: Double
    package let overall: Mean
    /// By category and value.
    package let categories: [String: [String: Mean]]
    /// The number of answers.
    package let answers: Int
    /// Fractions of the answers, as are the following three.
    package let unparsed: Double
    package let unjudged: Double
    package let formatErrors: Double
    package let toolCallRate: Double
    package let callsPerAnswer: Double
    /// Mean IoU of the first box with the ground truth; nil if no answer has both.
    package let firstBoxIoU: Double?
    /// For answered regions: the mean IoU (gIoU), and the ratio of summed intersections to summed unions (cIoU).
    package let gIoU: Double?
    package let cIoU: Double?

    /// - Parameters:
    ///   - outcomes: the outcomes of one condition.
    ///   - group: the category that the headline is averaged over; nil for none.
    package init(_ outcomes: [Outcome], averagedOver group: String?) {
        func fraction(_ outcomes: [Outcome], _ condition: (Outcome) -> Bool) -> Double {
            outcomes.isEmpty ? 0 : Double(outcomes.count(where: condition)) / Double(outcomes.count)
        }
        func callRate(_ outcomes: [Outcome]) -> Double { fraction(outcomes) { $0.toolCalls > 0 } }
        let items = Self.accuracies(outcomes)
        overall = Mean(items.map(\.accuracy), toolCallRate: callRate(outcomes))
        var groups: [String: [String: [Double]]] = [:]
        for item in items {
            for (group, values) in item.categories {
                for value in values { groups[group, default: [:]][value, default: []].append(item.accuracy) }
            }
        }
        let categories = Dictionary(
            uniqueKeysWithValues: groups.map { group, values in
                let means = values.map { value, accuracies in
                    let answers = outcomes.filter { $0.categories[group]?.contains(value) ?? false }
                    return (value, Mean(accuracies, toolCallRate: callRate(answers)))
                }
                return (group, Dictionary(uniqueKeysWithValues: means))
            })
        self.categories = categories
        let parts = group.flatMap { categories[$0] }.map { $0.values.map(\.accuracy) } ?? []
        headline = parts.isEmpty ? overall.accuracy : parts.reduce(0, +) / Double(parts.count)
        answers = outcomes.count
        func mean(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        unparsed = fraction(outcomes) { !$0.isParsed }
        unjudged = fraction(outcomes) { $0.isCorrect == nil }
        formatErrors = fraction(outcomes, \.hasFormatError)
        toolCallRate = callRate(outcomes)
        callsPerAnswer = mean(outcomes.map { Double($0.toolCalls) }) ?? 0
        firstBoxIoU = mean(outcomes.compactMap(\.firstBoxIoU))
        let overlaps = outcomes.compactMap { outcome in
            outcome.union.flatMap { union in outcome.intersection.map { (intersection: $0, union: union) } }
        }
        // An answer without a box covers no pixels.
        gIoU =
            overlaps.isEmpty
            ? nil : overlaps.reduce(0) { $0 + $1.intersection / $1.union } / Double(outcomes.count)
        cIoU =
            overlaps.isEmpty
            ? nil : overlaps.reduce(0) { $0 + $1.intersection } / overlaps.reduce(0) { $0 + $1.union }
    }

    /// A condition in words, by its key in results.
    package static func name(of condition: String) -> String {
        condition == "tools" ? "with tools" : "without tools"
    }

    /// For each item, the fraction of right answers among those with a verdict; items without a verdict are omitted.
    static func accuracies(
        _ outcomes: [Outcome]
    ) -> [(id: String, index: Int, accuracy: Double, categories: [String: [String]])] {
        Dictionary(grouping: outcomes, by: \.index).sorted { $0.key < $1.key }.compactMap { index, samples in
            let verdicts = samples.compactMap(\.isCorrect)
            guard !verdicts.isEmpty else { return nil }
            return (
                samples[0].id, index, Double(verdicts.count(where: \.self)) / Double(verdicts.count),
                samples[0].categories
            )
        }
    }
}
