package import Runs

/// Detects failing runs from their metrics.
///
/// A step is *beyond* the bound if the watched metric passes it. An alarm begins after ``AlarmRule/window`` consecutive steps
/// beyond the bound and ends after as many consecutive steps within it. A step without the metric counts neither way.
/// Relative bounds refer to earlier steps of the same run, so that a base model that rarely calls tools is compared with
/// itself.
///
/// The state depends on the metrics alone: replaying the recorded steps of a run restores it.
package struct AlarmWatch: Sendable {
    /// A change of an alarm at a step.
    package enum Change: Equatable, Sendable {
        /// The alarm began; `since` is the first of the consecutive steps beyond the bound.
        case began(AlarmRecord, since: Int)
        case ended(Alarm, step: Int)
    }

    private let configuration: AlarmConfiguration
    private var states: [Alarm: AlarmState] = [:]

    package init(_ configuration: AlarmConfiguration = AlarmConfiguration()) {
        self.configuration = configuration
    }

    /// Adds the next step and returns the alarms that begin or end, in a fixed order.
    package mutating func take(_ metrics: StepMetrics) -> [Change] {
        Alarm.allCases.compactMap { alarm in
            let rule = configuration[alarm]
            guard rule.action != .off, let value = alarm.value(in: metrics) else { return nil }
            return states[alarm, default: AlarmState(rule)].take(value, of: alarm, in: metrics)
        }
    }

    /// Alarms that have begun and not ended.
    package var active: [Alarm] {
        Alarm.allCases.filter { states[$0]?.isActive == true }
    }

    /// The earliest step beyond the bound of any alarm that is active or may be about to begin; nil if there is none.
    package var earliestAlarmStep: Int? {
        states.values.compactMap(\.since).min()
    }
}

/// The state of one alarm.
private struct AlarmState: Sendable {
    private(set) var isActive = false
    /// First of the current consecutive steps beyond the bound; while the alarm is active, the first that led to it.
    private(set) var since: Int?
    private var beyondCount = 0
    private var withinCount = 0
    private let rule: AlarmRule
    private var history: ValueHistory

    init(_ rule: AlarmRule) {
        self.rule = rule
        // Half the window, so that a metric that collapses in the first steps of a run still has a peak.
        history = ValueHistory(smoothing: (rule.window + 1) / 2)
    }

    mutating func take(
        _ value: Double, of alarm: Alarm, in metrics: StepMetrics
    ) -> AlarmWatch.Change? {
        let bound = alarm.bound(rule.threshold, history)
        let isBeyond = bound.map { alarm.isCollapse ? value < $0 : value > $0 } ?? false
        history.add(value, isNormal: !isBeyond)
        beyondCount = isBeyond ? beyondCount + 1 : 0
        withinCount = isBeyond ? 0 : withinCount + 1
        if isBeyond { since = since ?? metrics.step } else if !isActive { since = nil }

        if !isActive, beyondCount >= rule.window, let bound, let since {
            isActive = true
            let record = AlarmRecord(
                step: metrics.step, alarm: alarm, action: rule.action, value: value, threshold: bound,
                message: alarm.message(value, bound: bound, rule, in: metrics))
            return .began(record, since: since)
        }
        if isActive, withinCount >= rule.window {
            isActive = false
            since = nil
            return .ended(alarm, step: metrics.step)
        }
        return nil
    }
}

/// Running statistics of a metric.
private struct ValueHistory: Sendable {
    private let smoothing: Int
    private var recent: [Double] = []
    private var sum = 0.0
    private var count = 0
    /// The highest mean over `smoothing` consecutive steps.
    private(set) var peak: Double?

    /// Mean over the steps within the bound, so that an explosion does not raise its own bound.
    var average: Double? { count < smoothing ? nil : sum / Double(count) }

    init(smoothing: Int) { self.smoothing = smoothing }

    mutating func add(_ value: Double, isNormal: Bool) {
        recent = (recent + [value]).suffix(smoothing)
        if recent.count == smoothing {
            let mean = recent.reduce(0, +) / Double(smoothing)
            peak = max(peak ?? mean, mean)
        }
        guard isNormal else { return }
        sum += value
        count += 1
    }
}

// MARK: - Metrics and bounds

extension Alarm {
    /// The lowest peak call rate for which a collapse is detected; below it, chance alone halves the rate.
    static let minimumPeakCallRate = 0.1

    /// Whether the bound is a lower bound.
    fileprivate var isCollapse: Bool { self == .toolCollapse || self == .entropyCollapse }

    /// The watched value; nil if the step lacks it.
    fileprivate func value(in metrics: StepMetrics) -> Double? {
        let name: String? =
            switch self {
            case .toolCollapse: MetricName.callRate
            case .groupsWithoutSignal: MetricName.groupsWithoutSignal
            case .lengthExplosion: MetricName.turnTokens
            case .truncated: MetricName.truncated
            case .entropyCollapse: MetricName.entropy
            case .unjudged: MetricName.unjudged
            case .failed: MetricName.failed
            case .mismatch: MetricName.mismatchK3
            case .notFinite: nil
            }
        if let name { return metrics[name].flatMap { $0.isFinite ? $0 : nil } }
        let count = metrics.nonFiniteNames.count
        // Without a group with signal, no loss was computed.
        return count == 0 && metrics[MetricName.groupsWithoutSignal] == 1 ? nil : Double(count)
    }

    /// The bound on the watched value; nil until there is enough history for it.
    fileprivate func bound(_ threshold: Double, _ history: ValueHistory) -> Double? {
        switch self {
        case .toolCollapse: history.peak.flatMap { $0 < Self.minimumPeakCallRate ? nil : threshold * $0 }
        case .entropyCollapse: history.peak.map { threshold * $0 }
        case .lengthExplosion: history.average.map { threshold * $0 }
        case .groupsWithoutSignal, .truncated, .unjudged, .failed, .mismatch, .notFinite: threshold
        }
    }

    fileprivate func message(
        _ value: Double, bound: Double, _ rule: AlarmRule, in metrics: StepMetrics
    ) -> String {
        func percent(_ fraction: Double) -> String { Readable.percent(fraction, decimals: 1) }
        let steps = rule.window == 1 ? "in one step" : "for \(Readable.count(rule.window)) steps"
        let of = "\(Readable.percent(rule.threshold)) of"
        return switch self {
        case .toolCollapse:
            "\(percent(value)) of the trajectories with tools call one, \(steps) below "
                + "\(percent(bound)), \(of) the peak of this run"
        case .groupsWithoutSignal:
            "\(percent(value)) of the groups have equal rewards, \(steps) above \(percent(bound)), and give no "
                + "gradient"
        case .lengthExplosion:
            "the mean turn has \(Readable.number(value)) tokens, \(steps) above \(Readable.number(bound)), "
                + "\(Readable.number(rule.threshold)) times the average of this run"
        case .truncated:
            "\(percent(value)) of the trajectories are truncated by a limit, \(steps) above \(percent(bound))"
        case .entropyCollapse:
            "the entropy is \(Readable.number(value)) nats, \(steps) below \(Readable.number(bound)), \(of) the "
                + "highest of this run"
        case .unjudged:
            "\(percent(value)) of the answers have no verdict, \(steps) above \(percent(bound))"
        case .failed:
            "\(percent(value)) of the trajectories failed, \(steps) above \(percent(bound))"
        case .mismatch:
            "sampled and computed probabilities diverge by \(Readable.number(value)) nats a token, \(steps) above "
                + "\(Readable.number(bound)); algorithm.importance corrects for it"
        case .notFinite:
            "NaN or infinite \(steps): \(metrics.nonFiniteNames.joined(separator: ", "))"
        }
    }
}

extension StepMetrics {
    /// Names of the NaN or infinite metrics among reward, loss and gradient norm.
    fileprivate var nonFiniteNames: [String] {
        [MetricName.reward, MetricName.loss, MetricName.gradientNorm].filter { self[$0]?.isFinite == false }
    }

    /// Whether ``Learner`` skipped the update because the loss or gradient is NaN or infinite.
    var wasSkipped: Bool {
        [MetricName.loss, MetricName.trainingLoss, MetricName.gradientNorm].contains {
            self[$0]?.isFinite == false
        }
    }
}
