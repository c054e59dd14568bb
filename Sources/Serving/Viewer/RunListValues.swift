import Foundation
import Runs

/// The list of runs and evaluations.
struct RunList: Encodable {
    let runs: [RunLine]
    let evaluations: [EvaluationLine]
    /// The names of all configuration values, those that differ between the runs first.
    let settings: [SettingName]
    /// The configuration values that each run lists, in the same order.
    let columns: [String]
    /// Whether the server also has a playground.
    let hasPlayground: Bool
}

/// Whether a run is running or how it ended, and how much of it is done.
struct StatusValue: Encodable {
    let state: String
    /// Why the run stopped or failed.
    let reason: String?
    let isEvaluation: Bool
    let step: Int?
    /// The step after which the run is finished.
    let steps: Int?
    /// An estimate for a running run, from its last steps.
    let remainingSeconds: Double?

    private static let paceLength = 20

    init(_ run: ShownRun, _ metrics: MetricFollower.Steps) {
        let status = run.folder.status()
        state = status.state.rawValue
        reason = status.reason
        isEvaluation = run.isEvaluation
        step = metrics.steps.last
        let steps = status.steps ?? run.settings()["steps"].flatMap { Int($0) }
        self.steps = steps
        let durations = metrics.steps.suffix(Self.paceLength)
            .compactMap { metrics.values[$0]?[MetricName.stepSeconds] }
        guard status.state == .running, let steps, let step, !durations.isEmpty else {
            remainingSeconds = nil
            return
        }
        let pace = durations.reduce(0, +) / Double(durations.count)
        remainingSeconds = pace * Double(max(0, steps - step))
    }
}

/// A run in the list of runs.
struct RunLine: Encodable {
    let name: String
    let status: StatusValue
    let lastStep: Int?
    let secondsSinceWritten: Double?
    /// The following three are means over the last steps.
    let reward: Double?
    let accuracy: Double?
    let callRate: Double?
    /// The reward over the run, averaged in bins if there are many steps.
    let curve: [Double]
    /// The configuration values of the list's columns; nil where the run has none.
    let settings: [String?]

    private static let meanLength = 10
    private static let curveLength = 80

    init(_ run: ShownRun, _ metrics: MetricFollower.Steps, columns: [String], now: Date) {
        func values(_ name: String) -> [Double] { metrics.steps.compactMap { metrics.values[$0]?[name] } }
        func lastMean(_ name: String) -> Double? {
            let last = values(name).suffix(Self.meanLength)
            return last.isEmpty ? nil : last.reduce(0, +) / Double(last.count)
        }
        name = run.name
        status = StatusValue(run, metrics)
        lastStep = metrics.steps.last
        secondsSinceWritten = run.lastWritten.map { now.timeIntervalSince($0) }
        reward = lastMean(MetricName.reward)
        accuracy = lastMean(MetricName.accuracy)
        callRate = lastMean(MetricName.callRate)
        curve = Self.means(of: values(MetricName.reward))
        let known = run.settings()
        settings = columns.map { known[$0] }
    }

    /// Means over at most `curveLength` bins of equal length.
    private static func means(of values: [Double]) -> [Double] {
        let length = max(1, (values.count + curveLength - 1) / curveLength)
        return stride(from: 0, to: values.count, by: length).map { start in
            let bin = values[start..<min(start + length, values.count)]
            return bin.reduce(0, +) / Double(bin.count)
        }
    }
}

/// An evaluation in the list of runs.
struct EvaluationLine: Encodable {
    let name: String
    let status: StatusValue
    let secondsSinceWritten: Double?
    /// The number of recorded answers.
    let answers: Int
    /// What its `result.json` says; nil before it is complete.
    let result: EvaluationSummary?
}

/// The figures of an evaluation's `result.json` that the list of runs shows. Other members are ignored.
struct EvaluationSummary: Codable {
    struct Condition: Codable {
        let headline: Double
    }

    struct Mean: Codable {
        let accuracy: Double
    }

    let title: String
    let model: String
    /// By condition: `tools` and `no_tools`.
    let conditions: [String: Condition]
    let toolGain: Mean?
    let toolHarm: Mean?
    let unanswered: Int?
}
