import Generation
import Judging
import Reports
import Runs

/// What a model that judges did, from step to step.
struct JudgeActivity {
    private let model: EndpointJudge?
    private var seen: [String: Double] = [:]
    private var seenEventCount = 0
    private var hasReportedCache = false

    init(of model: EndpointJudge?) { self.model = model }

    /// What came since this was last asked.
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
            defer { seen[name] = Double(total) }
            return Metric(name, Double(total) - seen[name, default: 0])
        }
    }

    /// What happened to the servers since this was last asked, as lines for a person.
    mutating func events() -> [String] {
        guard let model else { return [] }
        let activity = model.activity
        var lines = activity.events.suffix(activity.eventCount - seenEventCount).map { "judge: \($0)" }
        seenEventCount = activity.eventCount
        if !hasReportedCache, let failure = activity.cacheFailure {
            hasReportedCache = true
            lines.append("judge: \(failure)")
        }
        return lines
    }
}

/// What a report says about the judging of a run.
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
                    + "left out"),
        ]
        if !configuration.judge.endpoints.isEmpty {
            let numbers = [
                ("requests", MetricName.judgeRequests), ("retries", MetricName.judgeRetries),
                ("known verdicts", MetricName.cachedVerdicts),
                ("replies without a verdict", MetricName.malformedVerdicts),
                ("times a server was left in peace or came back", MetricName.judgeHealthEvents),
            ]
            facts.append(
                ReportContent.Fact(
                    "Asking it",
                    numbers.map { "\(Readable.count(Int(total($0.1)))) \($0.0)" }.joined(separator: ", ")))
        }
        return facts
    }
}
