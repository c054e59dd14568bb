import Agent
import Evaluation
package import Runs
import Tasks

/// Computes the metrics of a step.
///
/// Answers without a verdict are not a random sample: rules decide most right answers, so those that need a judge are mostly
/// wrong. A mean over the judged answers would rise when a judge fails. If too many verdicts are missing, the mean is omitted
/// and its curve has a gap.
package struct StepReport {
    /// Maximum fraction of unjudged trajectories for a mean over the judged ones.
    static let toleratedUnjudgedFraction = 0.05

    private let groups: [TrajectoryGroup]
    private let kept: [TrajectoryGroup]
    private let outcome: Learner.Outcome
    private let algorithm: Algorithm
    private let learningRate: Double

    /// - Parameters:
    ///   - groups: all groups of the step.
    ///   - kept: those that were trained on; nil for all.
    ///   - outcome: the updates.
    ///   - algorithm: the algorithm.
    ///   - learningRate: the learning rate of the step.
    package init(
        groups: [TrajectoryGroup], kept: [TrajectoryGroup]? = nil, outcome: Learner.Outcome,
        algorithm: Algorithm = Algorithm(), learningRate: Double
    ) {
        self.groups = groups
        self.kept = kept ?? groups
        self.outcome = outcome
        self.algorithm = algorithm
        self.learningRate = learningRate
    }

    /// Metrics determined by the seed, in a fixed order; the mean of no values is omitted.
    package var metrics: [Metric] {
        let members = groups.flatMap { group in group.judged.map { (example: group.example, scored: $0) } }
        let trajectories = groups.flatMap { $0.members.map(\.trajectory) }
        var metrics: [Metric] = []
        func add(_ name: String, _ value: Double?) {
            if let value { metrics.append(Metric(name, value)) }
        }
        let isWhole = Self.isWhole(groups)
        add(MetricName.reward, isWhole ? mean(members.map(\.scored.reward.total)) : nil)
        for component in members.first?.scored.reward.components ?? [] {
            add(
                MetricName.reward(component: component.name),
                isWhole ? mean(members.map { $0.scored.reward[component.name] }) : nil)
        }
        add(MetricName.accuracy, isWhole ? fraction(members) { $0.scored.reward.isCorrect } : nil)
        for kind in Set(groups.map(\.example.kind)).sorted() {
            add(
                MetricName.accuracy(kind: kind),
                Self.isWhole(groups.filter { $0.example.kind == kind })
                    ? fraction(members.filter { $0.example.kind == kind }) { $0.scored.reward.isCorrect }
                    : nil)
        }
        let offered = members.filter { !$0.example.tools.isEmpty }
        add(MetricName.callRate, fraction(offered) { !$0.scored.trajectory.toolCalls.isEmpty })
        add(MetricName.callsPerTrajectory, mean(offered.map { Double($0.scored.trajectory.toolCalls.count) }))
        for pattern in ThinkingPattern.allCases {
            add(
                MetricName.rate(of: pattern),
                fraction(offered) { $0.scored.patterns.contains(pattern) })
        }
        add(MetricName.callErrorRate, fraction(trajectories.flatMap(\.toolCalls)) { $0.failure != nil })
        add(
            MetricName.firstBoxIoU,
            mean(offered.compactMap(\.scored.firstBoxIoU)))
        add(MetricName.formatErrorRate, fraction(members) { $0.scored.reward.formatError != nil })
        add(
            MetricName.completionTokens, mean(trajectories.map { Double($0.transcript.completionTokenCount) })
        )
        let completionCount = trajectories.reduce(0) { $0 + $1.completions.count }
        let completionTokenCount = trajectories.reduce(0) { $0 + $1.transcript.completionTokenCount }
        add(
            MetricName.turnTokens,
            completionCount == 0 ? nil : Double(completionTokenCount) / Double(completionCount))
        add(MetricName.truncated, fraction(trajectories) { $0.finish.isLimit })
        add(MetricName.failed, fraction(trajectories) { $0.finish.isFailure })
        add(MetricName.unjudged, fraction(groups.flatMap(\.members)) { $0.unjudged != nil })
        add(MetricName.groupsWithoutSignal, fraction(groups) { !$0.hasSignal })
        let entropies = trajectories.flatMap { $0.transcript.segments.flatMap(\.entropies) }
        add(MetricName.entropy, mean(entropies.map(Double.init)))
        add(MetricName.loss, outcome.loss)
        add(MetricName.clipFraction, clippedFraction)
        add(MetricName.gradientNorm, outcome.gradientNorm)
        add(MetricName.learningRate, learningRate)
        return metrics + algorithmMetrics
    }

    /// Fraction of clipped tokens among the completion tokens of judged trajectories, over all epochs.
    private var clippedFraction: Double {
        let count = kept.reduce(0) { $0 + $1.completionTokenCount } * algorithm.updates.epochs
        return count == 0 ? 0 : outcome.measurements.clippedCount / Double(count)
    }

    /// What depends on the parts of the algorithm.
    private var algorithmMetrics: [Metric] {
        let sums = outcome.measurements
        var metrics: [Metric] = []
        if sums.targetCount > 0 {
            metrics += [
                Metric(MetricName.mismatchMean, sums.mean(\.mismatchSum)),
                Metric(MetricName.mismatchMaximum, sums.mismatchMaximum),
                Metric(MetricName.mismatchK3, sums.mean(\.mismatchK3Sum)),
            ]
        }
        if algorithm.divergence.isInLoss {
            metrics.append(Metric(MetricName.divergence, sums.mean(\.divergenceSum)))
        }
        if algorithm.sampling.isOn {
            metrics.append(Metric(MetricName.sampledGroups, Double(groups.count)))
        }
        if algorithm.advantage.needsCritic {
            metrics.append(Metric(MetricName.valueLoss, sums.mean(\.valueLossSum)))
            if let explained = explainedVariance {
                metrics.append(Metric(MetricName.explainedVariance, explained))
            }
        }
        return metrics
    }

    /// 1 − the variance of the critic's errors by that of the returns; nil if the returns do not vary.
    private var explainedVariance: Double? {
        let members = kept.flatMap(\.judged)
        let returns = members.flatMap { $0.estimates?.returns ?? [] }
        let values = members.flatMap { $0.scores?.values ?? [] }.map(Double.init)
        func variance(_ values: [Double]) -> Double {
            let mean = values.reduce(0, +) / Double(max(values.count, 1))
            return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        }
        let total = variance(returns)
        guard total > 0, returns.count == values.count else { return nil }
        return 1 - variance(zip(returns, values).map { $0 - $1 }) / total
    }

    /// Whether enough trajectories are judged for a mean over them.
    private static func isWhole(_ groups: [TrajectoryGroup]) -> Bool {
        let count = groups.reduce(0) { $0 + $1.members.count }
        let judged = groups.reduce(0) { $0 + $1.judged.count }
        return Double(count - judged) <= toleratedUnjudgedFraction * Double(count)
    }

    /// Metrics of time and memory.
    package func performance(_ watch: Stopwatch) -> [Metric] {
        let tokens = groups.reduce(0) { sum, group in
            sum + group.members.reduce(0) { $0 + $1.trajectory.transcript.tokenCount }
        }
        return watch.performance(tokens: tokens)
    }

    private func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private func fraction<Element>(_ elements: [Element], where condition: (Element) -> Bool) -> Double? {
        mean(elements.map { condition($0) ? 1 : 0 })
    }
}

extension Trajectory.Finish {
    /// Whether a limit truncated the trajectory.
    var isLimit: Bool {
        switch self {
        case .turnLimit, .lengthLimit, .contextLimit: true
        case .answered, .failed: false
        }
    }

    var isFailure: Bool { failure != nil }

    /// The reason of a failure; nil if the trajectory did not fail.
    var failure: String? { if case .failed(let reason) = self { reason } else { nil } }
}
