/// A filter for trajectories; nil conditions match everything.
package struct TrajectoryFilter: Sendable, Equatable {
    package var origin: TrajectoryOrigin?
    package var steps: ClosedRange<Int>?
    package var group: Int?
    package var sample: Int?
    package var kinds: Set<String>?
    package var exampleID: String?
    /// The exact question.
    package var question: String?
    package var isCorrect: Bool?
    package var rewards: ClosedRange<Double>?
    package var callCounts: ClosedRange<Int>?
    package var finish: String?
    /// A pattern of the trajectory; a database of an earlier version has none.
    package var pattern: ThinkingPattern?
    /// Text contained in the question or in a completion; case is ignored.
    package var text: String?

    package init(
        origin: TrajectoryOrigin? = nil, steps: ClosedRange<Int>? = nil, group: Int? = nil,
        sample: Int? = nil, kinds: Set<String>? = nil, exampleID: String? = nil, question: String? = nil,
        isCorrect: Bool? = nil, rewards: ClosedRange<Double>? = nil, callCounts: ClosedRange<Int>? = nil,
        finish: String? = nil, pattern: ThinkingPattern? = nil, text: String? = nil
    ) {
        self.origin = origin
        self.steps = steps
        self.group = group
        self.sample = sample
        self.kinds = kinds
        self.exampleID = exampleID
        self.question = question
        self.isCorrect = isCorrect
        self.rewards = rewards
        self.callCounts = callCounts
        self.finish = finish
        self.pattern = pattern
        self.text = text
    }

    /// All trajectories.
    package static let all = TrajectoryFilter()
}

/// The order of a list of trajectories; ties are ordered by step, group and sample.
package enum TrajectoryOrder: String, Sendable, CaseIterable {
    case oldest
    case newest
    case highestReward
    case lowestReward
    case mostCalls
}

/// One entry of a list: the main fields of a trajectory, without text and tokens.
package struct TrajectorySummary: Sendable, Equatable, Identifiable {
    package let id: Int64
    package let origin: TrajectoryOrigin
    package let step: Int
    package let group: Int
    package let sample: Int
    package let exampleID: String
    package let kind: String
    package let question: String
    package let expected: String
    package let answer: String?
    package let reward: Double
    package let advantage: Double
    package let isCorrect: Bool
    package let callCount: Int
    package let firstBoxIoU: Double?
    package let completionTokenCount: Int
    package let finish: String
}

/// The averages for one kind of question, over the trajectories that match a filter.
package struct KindSummary: Sendable, Equatable {
    package let kind: String
    package let count: Int
    package let accuracy: Double
    /// Fraction with at least one tool call.
    package let callRate: Double
    /// Over the trajectories with a first box and a ground truth; nil if there are none.
    package let firstBoxIoU: Double?
}

/// The averages over all trajectories that match a filter.
package struct TrajectoryTotals: Sendable, Equatable {
    package let count: Int
    /// Nil, like the following ones, if no trajectory matches.
    package let accuracy: Double?
    package let meanReward: Double?
    /// Fraction with at least one tool call.
    package let callRate: Double?

    package init(count: Int, accuracy: Double?, meanReward: Double?, callRate: Double?) {
        self.count = count
        self.accuracy = accuracy
        self.meanReward = meanReward
        self.callRate = callRate
    }
}
