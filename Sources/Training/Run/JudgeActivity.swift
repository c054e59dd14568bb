import Generation
import Judging
import Reports
import Runs

/// The activity of the judge model since the last step.
struct JudgeActivity {
    private let model: EndpointJudge?
    private var reportedTotals: [String: Double] = [:]
    private var reportedEventCount = 0
    private var hasReportedCacheFailure = false

    init(of model: EndpointJudge?) { self.model = model }

    /// The increments since the last call.
    mutating func metrics() -> [Metric] {
        guard let model else { return [] }
        let activity = model.activity
        let totals = [
            (MetricName.judgeRequests, activity.requests), (MetricName.judgeRetries, activity.retries),
            (MetricName.cachedVerdicts, activity.cacheHits),
            (MetricName.malformedVerdicts, activity.malformedReplies),
            (MetricName.judgeHealthEvents, activity.eventCount),
        ]
        return totals.map { name, total in
            defer { reportedTotals[name] = Double(total) }
            return Metric(name, Double(total) - reportedTotals[name, default: 0])
        }
    }

    /// The health events of the servers since the last call, as console lines.
    mutating func events() -> [String] {
        guard let model else { return [] }
        let activity = model.activity
        var lines = activity.events.suffix(activity.eventCount - reportedEventCount).map { "judge: \($0)" }
        reportedEventCount = activity.eventCount
        if !hasReportedCacheFailure, let failure = activity.cacheFailure {
            hasReportedCacheFailure = true
            lines.append("judge: \(failure)")
        }
        return lines
    }
}

/// The report's facts about the judge of a run.
struct JudgeFacts {
    private let configuration: TrainingConfiguration
    private let history: MetricHistory

    init(_ configuration: TrainingConfiguration, history: MetricHistory) {
        self.configuration = configuration
        self.history = history
    }

    var list: [ReportContent.Fact] {
        guard configuration.judge.asks else { return [] }
        func total(_ name: String) -> Double { history[name].reduce(0) { $0 + $1.value } }
        let perStep = configuration.rollout.promptsPerStep * configuration.rollout.groupSize
        let unjudged = total(MetricName.unjudged) * Double(perStep)
        var facts = [
            ReportContent.Fact("Judge", configuration.judge.subject),
            ReportContent.Fact(
                "Answers without a verdict",
                "\(Readable.count(Int(unjudged.rounded()))) of \(Readable.count(perStep * (history.lastStep ?? 0))), "
                    + "excluded"),
        ]
        if !configuration.judge.endpoints.isEmpty {
            let counts = [
                ("requests", MetricName.judgeRequests), ("retries", MetricName.judgeRetries),
                ("cached verdicts", MetricName.cachedVerdicts),
                ("replies without a verdict", MetricName.malformedVerdicts),
                ("health events of servers", MetricName.judgeHealthEvents),
            ]
            facts.append(
                ReportContent.Fact(
                    "Judge requests",
                    counts.map { "\(Readable.count(Int(total($0.1)))) \($0.0)" }.joined(separator: ", ")))
        }
        return facts
    }
}
