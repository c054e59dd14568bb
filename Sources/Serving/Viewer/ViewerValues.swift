import Agent
import Foundation
import Imaging
import Runs

/// The values to filter a run's trajectories by, and the results of its evaluations.
struct RunFacts: Encodable {
    struct Origin: Encodable {
        let name: String
        let firstStep: Int
        let lastStep: Int
        let count: Int
        /// Results per kind, for evaluations only: an average over all of training says little.
        let kinds: [Kind]
    }

    struct Kind: Encodable {
        let name: String
        let count: Int
        let accuracy: Double
        let callRate: Double
        let firstBoxOverlap: Double?
    }

    let origins: [Origin]
    let kinds: [String]
    let finishes: [String]
    let patterns: [ThinkingPattern]
}

extension RunFacts {
    init(_ store: TrajectoryStore) throws {
        self.init(
            origins: try store.origins().compactMap { origin in
                guard let steps = try store.steps(of: origin) else { return nil }
                let filter = TrajectoryFilter(origin: origin)
                return Origin(
                    name: origin.description, firstStep: steps.lowerBound, lastStep: steps.upperBound,
                    count: try store.count(filter),
                    kinds: origin == .training ? [] : try store.kinds(filter).map(Kind.init))
            }, kinds: try store.kindNames(), finishes: try store.finishes(),
            patterns: try store.patterns())
    }
}

extension RunFacts.Kind {
    init(_ summary: KindSummary) {
        self.init(
            name: summary.kind, count: summary.count, accuracy: summary.accuracy, callRate: summary.callRate,
            firstBoxOverlap: summary.firstBoxIoU)
    }
}

/// The metrics of a run after a given step, one column per metric.
struct MetricColumns: Encodable {
    let version: Int
    let steps: [Int]
    /// The values of each metric, one per step; nil where the step has none.
    let columns: [String: [Double?]]
    let alarms: [AlarmRecord]
    let secondsSinceWritten: Double?
    let status: StatusValue

    /// Maximum number of steps; longer runs are subsampled, since a screen cannot show more.
    private static let stepCount = 4000

    init(
        _ metrics: MetricFollower.Steps, after step: Int, alarms: [AlarmRecord], status: StatusValue,
        written: Date?, now: Date
    ) {
        let added = metrics.steps.drop { $0 <= step }
        let stride = (added.count + Self.stepCount - 1) / Self.stepCount
        let kept =
            stride > 1
            ? added.enumerated().filter { $0.offset.isMultiple(of: stride) }.map(\.element) : Array(added)
        let names = kept.reduce(into: Set<String>()) { $0.formUnion((metrics.values[$1] ?? [:]).keys) }
        version = metrics.version
        steps = kept
        columns = Dictionary(
            uniqueKeysWithValues: names.map { name in (name, kept.map { metrics.values[$0]?[name] }) })
        self.alarms = alarms
        self.status = status
        secondsSinceWritten = written.map { now.timeIntervalSince($0) }
    }
}

/// A trajectory in a list.
struct TrajectoryLine: Encodable {
    let at: String
    let origin: String
    let step: Int
    let group: Int
    let sample: Int
    let exampleId: String
    let kind: String
    let question: String
    let expected: String
    let answer: String?
    let reward: Double
    let advantage: Double
    let isCorrect: Bool
    let callCount: Int
    let firstBoxOverlap: Double?
    let tokenCount: Int
    let finish: String

    init(_ summary: TrajectorySummary) {
        at = TrajectoryKey(summary).description
        origin = summary.origin.description
        (step, group, sample) = (summary.step, summary.group, summary.sample)
        exampleId = summary.exampleID
        kind = summary.kind
        question = summary.question
        expected = summary.expected
        answer = summary.answer
        reward = summary.reward
        advantage = summary.advantage
        isCorrect = summary.isCorrect
        callCount = summary.callCount
        firstBoxOverlap = summary.firstBoxIoU
        tokenCount = summary.completionTokenCount
        finish = summary.finish
    }
}

/// The averages over the trajectories that match a filter.
struct TotalsValue: Encodable {
    let count: Int
    let accuracy: Double?
    let reward: Double?
    let callRate: Double?
}

extension TotalsValue {
    init(_ totals: TrajectoryTotals) {
        self.init(
            count: totals.count, accuracy: totals.accuracy, reward: totals.meanReward,
            callRate: totals.callRate)
    }
}

/// A trajectory with all recorded fields.
struct TrajectoryValue: Encodable {
    struct Segment: Encodable {
        let kind: String
        let text: String
        let tokens: [Int32]
        let logProbabilities: [Float]
        /// The text of each token of a completion; nil if the run's tokenizer is not available or did not make the tokens.
        let pieces: [String]?
        let policyVersion: Int
        let views: [ViewRecord]
    }

    struct Call: Encodable {
        let segment: Int
        let name: String
        let arguments: String
        let image: Int?
        let box: Rectangle?
        let viewBox: Rectangle?
        let error: String?
        let overlap: Double?
    }

    struct Size: Encodable {
        let width: Int
        let height: Int
    }

    let at: String
    let origin: String
    let step: Int
    let group: Int
    let sample: Int
    let exampleId: String
    let kind: String
    let question: String
    let expected: String
    let answer: String?
    let images: [Size]
    let groundTruth: [Rectangle]
    let segments: [Segment]
    let calls: [Call]
    let rewards: [RewardRecord]
    let reward: Double
    let advantage: Double
    let isCorrect: Bool
    let isUnjudged: Bool
    let hasFormatError: Bool
    let finish: String
    let patterns: [Pattern]

    /// A pattern with what it means.
    struct Pattern: Encodable {
        let name: String
        let meaning: String
    }

    /// - Parameters:
    ///   - record: the recorded trajectory.
    ///   - pieces: for each segment, the text of its tokens if available.
    init(_ record: TrajectoryRecord, pieces: [[String]?]) {
        at = TrajectoryKey(record).description
        origin = record.origin.description
        (step, group, sample) = (record.step, record.group, record.sample)
        exampleId = record.exampleID
        kind = record.kind
        question = record.question
        expected = record.expected
        answer = record.answer
        images = record.images.map { Size(width: $0.width, height: $0.height) }
        groundTruth = record.groundTruthBoxes
        segments = zip(record.segments, pieces).map { segment, pieces in
            Segment(
                kind: segment.kind.rawValue, text: segment.text, tokens: segment.tokens,
                logProbabilities: segment.logProbabilities, pieces: pieces,
                policyVersion: segment.policyVersion, views: segment.views)
        }
        calls = record.calls.map { call in
            Call(
                segment: call.segment, name: call.name, arguments: call.arguments, image: call.image,
                box: call.box, viewBox: call.viewBox, error: call.error, overlap: record.overlap(of: call))
        }
        rewards = record.rewards
        (reward, advantage) = (record.reward, record.advantage)
        isCorrect = record.isCorrect
        isUnjudged = record.isUnjudged
        hasFormatError = record.hasFormatError
        finish = record.finish
        patterns = record.patterns.map { Pattern(name: $0.rawValue, meaning: $0.meaning) }
    }
}
