import Runs

/// The outcome of one answer.
package struct Outcome: Hashable, Sendable, Codable {
    package let id: String
    /// The item's index in the benchmark.
    package let index: Int
    package let sample: Int
    /// nil if there is no verdict.
    package let isCorrect: Bool?
    /// The extracted answer; `isParsed` tells whether it could be parsed.
    package let answer: String?
    package let isParsed: Bool
    package let expected: String
    package let toolCalls: Int
    /// IoU of the first box with the ground truth; nil if either is missing.
    package let firstBoxIoU: Double?
    /// For an answered box or region: intersection and union with the ground truth, in pixels.
    package let intersection: Double?
    package let union: Double?
    package let hasFormatError: Bool
    package let finish: String
    package let categories: [String: [String]]

    package init(
        id: String, index: Int, sample: Int, isCorrect: Bool?, answer: String?, isParsed: Bool,
        expected: String,
        toolCalls: Int = 0, firstBoxIoU: Double? = nil, intersection: Double? = nil, union: Double? = nil,
        hasFormatError: Bool = false, finish: String = "answered", categories: [String: [String]] = [:]
    ) {
        self.id = id
        self.index = index
        self.sample = sample
        self.isCorrect = isCorrect
        self.answer = answer
        self.isParsed = isParsed
        self.expected = expected
        self.toolCalls = toolCalls
        self.firstBoxIoU = firstBoxIoU
        self.intersection = intersection
        self.union = union
        self.hasFormatError = hasFormatError
        self.finish = finish
        self.categories = categories
    }
}

extension Outcome {
    private enum Name {
        static let (accuracy, unparsed, unjudged) = ("accuracy", "unparsed", "unjudged")
        static let (intersection, union) = ("intersection", "union")
    }

    /// The verdict as reward records, for storing it with the trajectory.
    static func rewards(_ verdict: Verdict) -> [RewardRecord] {
        var rewards = [RewardRecord(Name.accuracy, verdict.isCorrect ? 1 : 0)]
        if verdict.prediction == nil { rewards.append(RewardRecord(Name.unparsed, 0)) }
        if verdict.unjudged != nil { rewards.append(RewardRecord(Name.unjudged, 0)) }
        if verdict.union > 0 {
            rewards.append(RewardRecord(Name.intersection, verdict.intersection))
            rewards.append(RewardRecord(Name.union, verdict.union))
        }
        return rewards
    }

    /// Restores the outcome from a stored answer.
    init(_ record: TrajectoryRecord, at key: AnswerKey, categories: [String: [String]] = [:]) {
        let rewards = Dictionary(record.rewards.map { ($0.name, $0.value) }) { first, _ in first }
        self.init(
            id: record.exampleID, index: key.index, sample: key.sample,
            isCorrect: rewards[Name.unjudged] == nil ? record.isCorrect : nil, answer: record.answer,
            isParsed: rewards[Name.unparsed] == nil, expected: record.expected,
            toolCalls: record.calls.count, firstBoxIoU: record.firstBoxIoU,
            intersection: rewards[Name.intersection], union: rewards[Name.union],
            hasFormatError: record.hasFormatError, finish: record.finish, categories: categories)
    }
}
