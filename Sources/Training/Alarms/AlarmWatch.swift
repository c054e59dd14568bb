package import Runs

/// Watches the metrics of a run for what makes going on a waste of time.
///
/// A step is *beyond* where a number passes its bound. An alarm begins when ``AlarmRule/window`` steps in a row were beyond,
/// and is over when as many in a row were not; a step without the number counts neither way. What a bound is relative to
/// is what the run itself has shown, so that a base with a weak habit is measured by that habit.
///
/// Its state follows from the metrics alone: taking the recorded steps of a run leads back to it.
package struct AlarmWatch: Sendable {
    /// What a step did to an alarm.
    package enum Change: Equatable, Sendable {
        /// It began; `since` is the first of the steps that were beyond.
        case began(AlarmRecord, since: Int)
        case ended(Alarm, step: Int)
    }

    private let configuration: AlarmConfiguration
    private var courses: [Alarm: Course] = [:]

    package init(_ configuration: AlarmConfiguration = AlarmConfiguration()) {
        self.configuration = configuration
    }

    /// Takes the next step and says which alarms begin and which are over, in a fixed order.
    package mutating func take(_ metrics: StepMetrics) -> [Change] {
        Alarm.allCases.compactMap { alarm in
            let rule = configuration[alarm]
            guard rule.action != .off, let value = alarm.value(in: metrics) else { return nil }
            return courses[alarm, default: Course(rule)].take(value, of: alarm, in: metrics)
        }
    }

    /// The alarms that last.
    package var active: [Alarm] {
        Alarm.allCases.filter { courses[$0]?.isActive == true }
    }

    /// The first step of those that an alarm which lasts, or may be about to begin, is about.
    package var troubledSince: Int? {
        courses.values.compactMap(\.since).min()
    }
}

/// What one alarm has seen.
private struct Course: Sendable {
    private(set) var isActive = false
    /// First of the steps beyond in a row, or of those that the alarm began with.
    private(set) var since: Int?
    private var beyondCount = 0
    private var withinCount = 0
    private let rule: AlarmRule
    private var past: Past

    init(_ rule: AlarmRule) {
        self.rule = rule
        // Over half the window a habit that dies in the first steps of a run has still been seen.
        past = Past(smoothing: (rule.window + 1) / 2)
    }

    mutating func take(
        _ value: Double, of alarm: Alarm, in metrics: StepMetrics
    ) -> AlarmWatch.Change? {
        let bound = alarm.bound(rule.threshold, past)
        let isBeyond = bound.map { alarm.isCollapse ? value < $0 : value > $0 } ?? false
        past.take(value, isOrdinary: !isBeyond)
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

/// What a run has shown of a number so far.
private struct Past: Sendable {
    private let smoothing: Int
    private var recent: [Double] = []
    private var sum = 0.0
    private var count = 0
    /// Highest mean over as many steps in a row as are smoothed over.
    private(set) var best: Double?

    /// Mean over the ordinary steps; an explosion does not become its own measure.
    var average: Double? { count < smoothing ? nil : sum / Double(count) }

    init(smoothing: Int) { self.smoothing = smoothing }

    mutating func take(_ value: Double, isOrdinary: Bool) {
        recent = (recent + [value]).suffix(smoothing)
        if recent.count == smoothing {
            let mean = recent.reduce(0, +) / Double(smoothing)
            best = max(best ?? mean, mean)
        }
        guard isOrdinary else { return }
        sum += value
        count += 1
    }
}

// MARK: - What each alarm looks at

extension Alarm {
    /// Best rate of calls from which there is a habit that can be lost; below it chance alone halves a rate.
    static let toolHabit = 0.1

    /// Whether too little is wrong, not too much.
    fileprivate var isCollapse: Bool { self == .toolCollapse || self == .entropyCollapse }

    /// The number it looks at; nil where the step has none.
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
            case .notFinite: nil
            }
        if let name { return metrics[name].flatMap { $0.isFinite ? $0 : nil } }
        let count = metrics.namesOfNonFinite.count
        // Where no group had a signal nothing was computed that could be wrong.
        return count == 0 && metrics[MetricName.groupsWithoutSignal] == 1 ? nil : Double(count)
    }

    /// The bound on its number; nil while there is nothing to measure by.
    fileprivate func bound(_ threshold: Double, _ past: Past) -> Double? {
        switch self {
        case .toolCollapse: past.best.flatMap { $0 < Self.toolHabit ? nil : threshold * $0 }
        case .entropyCollapse: past.best.map { threshold * $0 }
        case .lengthExplosion: past.average.map { threshold * $0 }
        case .groupsWithoutSignal, .truncated, .unjudged, .failed, .notFinite: threshold
        }
    }

    fileprivate func message(
        _ value: Double, bound: Double, _ rule: AlarmRule, in metrics: StepMetrics
    ) -> String {
        func percent(_ share: Double) -> String { Readable.percent(share, decimals: 1) }
        let steps = rule.window == 1 ? "in one step" : "for \(Readable.count(rule.window)) steps"
        let of = "\(Readable.percent(rule.threshold)) of"
        return switch self {
        case .toolCollapse:
            "a tool is called in \(percent(value)) of the trajectories that are offered one, \(steps) below "
                + "\(percent(bound)), \(of) the best of this run"
        case .groupsWithoutSignal:
            "\(percent(value)) of the groups are rewarded alike, \(steps) above \(percent(bound)): there is hardly a "
                + "gradient"
        case .lengthExplosion:
            "a turn has \(Readable.number(value)) tokens, \(steps) above \(Readable.number(bound)), "
                + "\(Readable.number(rule.threshold)) times the average of this run"
        case .truncated:
            "\(percent(value)) of the trajectories are cut short by a limit, \(steps) above \(percent(bound))"
        case .entropyCollapse:
            "the entropy is \(Readable.number(value)) nats, \(steps) below \(Readable.number(bound)), \(of) the "
                + "highest of this run"
        case .unjudged:
            "\(percent(value)) of the answers have no verdict, \(steps) above \(percent(bound))"
        case .failed:
            "\(percent(value)) of the trajectories failed, \(steps) above \(percent(bound))"
        case .notFinite:
            "not a finite number, \(steps): \(metrics.namesOfNonFinite.joined(separator: ", "))"
        }
    }
}

extension StepMetrics {
    /// Those of reward, loss and gradient norm that are not finite.
    fileprivate var namesOfNonFinite: [String] {
        [MetricName.reward, MetricName.loss, MetricName.gradientNorm].filter { self[$0]?.isFinite == false }
    }

    /// Whether the step changed no weights because its loss or gradient is not finite, as ``Learner`` has it.
    var wasNotApplied: Bool {
        [MetricName.loss, MetricName.gradientNorm].contains { self[$0]?.isFinite == false }
    }
}
