import Runs

/// The learning curves of a run, each metric in one chart.
struct CurvesSection {
    let history: MetricHistory

    var html: HTML {
        .element("section", ["id": "curves"]) {
            HTML.element("h2") { "Learning curves" }
            HTML.element("p", ["class": "note"]) {
                "Faint: every step. Bold: smoothed. Numbers: the first and the last smoothed value."
            }
            grid(main)
            if !others.isEmpty {
                HTML.element("details") {
                    HTML.element("summary") { "\(others.count) more" }
                    grid(others)
                }
            }
        }
    }

    private func grid(_ charts: [LineChart]) -> HTML {
        .element("div", ["class": "grid"]) {
            for chart in charts { chart.html }
        }
    }

    private var main: [LineChart] {
        [
            LineChart(
                "Reward", note: "Mean over the trajectories of a step.", unit: .number,
                [LineChart.Series("total", history[MetricName.reward])]),
            LineChart(
                "Reward by component", note: "What the total is the sum of.", unit: .number,
                family("reward", except: MetricName.reward)),
            LineChart(
                "Accuracy by kind", note: "Share of right answers for each kind of question.", unit: .percent,
                accuracies),
            LineChart(
                "Tool use", note: "Share of trajectories with a tool on offer that called it.",
                unit: .percent,
                [LineChart.Series("calls", history[MetricName.callRate])]),
            LineChart(
                "First box", note: "Intersection over union with the ground truth.", unit: .share,
                [LineChart.Series("first box", history[MetricName.firstBoxIoU])]),
            LineChart(
                "Errors", note: "Malformed answers, refused calls, trajectories cut off.", unit: .percent,
                [
                    LineChart.Series("Format", history[MetricName.formatErrorRate]),
                    LineChart.Series("Calls", history[MetricName.callErrorRate]),
                    LineChart.Series("Cut off", history[MetricName.truncated]),
                ]),
            LineChart(
                "Groups without signal", note: "All samples of a prompt rewarded alike: no gradient.",
                unit: .percent, [LineChart.Series("groups", history[MetricName.groupsWithoutSignal])]),
            LineChart(
                "Entropy", note: "How undecided the policy is, per completion token.", unit: .count("nats"),
                [LineChart.Series("entropy", history[MetricName.entropy])]),
            LineChart(
                "Completion length", note: "Tokens the policy writes.", unit: .count("tokens"),
                [
                    LineChart.Series("Trajectory", history[MetricName.completionTokens]),
                    LineChart.Series("Turn", history[MetricName.turnTokens]),
                ]),
            LineChart(
                "Gradient norm", note: "Before clipping.", unit: .number,
                [LineChart.Series("norm", history[MetricName.gradientNorm])]),
            LineChart(
                "Time per step", note: "Wall clock; not part of what the seed determines.", unit: .seconds,
                durations),
            LineChart(
                "Throughput", note: "Tokens handled per second of a step.", unit: .count("tokens/s"),
                [LineChart.Series("tokens", history[MetricName.tokensPerSecond])]),
        ].filter { !$0.series.isEmpty }
    }

    /// Kinds first, all of them together last.
    private var accuracies: [LineChart.Series] {
        family("accuracy", except: MetricName.accuracy) + [
            LineChart.Series("All", history[MetricName.accuracy])
        ]
    }

    /// The whole step first, then its phases.
    private var durations: [LineChart.Series] {
        [LineChart.Series("Step", history[MetricName.stepSeconds])]
            + history.members(of: "time").filter { $0 != MetricName.stepSeconds }
            .map { name in
                let phase = name.dropFirst("time/".count)
                let word = phase.hasSuffix("_seconds") ? phase.dropLast("_seconds".count) : phase
                return LineChart.Series(Self.words(String(word)), history[name])
            }
    }

    private func family(_ name: String, except total: String) -> [LineChart.Series] {
        history.members(of: name).filter { $0 != total }
            .map { LineChart.Series(Self.words(String($0.dropFirst(name.count + 1))), history[$0]) }
    }

    /// Metrics that no chart above shows.
    private var others: [LineChart] {
        let shown = ["reward/", "accuracy/", "time/"]
        let names: Set = [
            MetricName.callRate, MetricName.firstBoxIoU, MetricName.formatErrorRate, MetricName.callErrorRate,
            MetricName.truncated, MetricName.groupsWithoutSignal, MetricName.entropy,
            MetricName.completionTokens, MetricName.turnTokens, MetricName.gradientNorm,
            MetricName.tokensPerSecond,
        ]
        return history.series.keys.sorted()
            .filter { name in !names.contains(name) && !shown.contains { name.hasPrefix($0) } }
            .map { name in
                LineChart(
                    Self.words(name), note: name, unit: Self.unit(of: name),
                    [LineChart.Series(name, history[name])])
            }
    }

    private static func unit(of name: String) -> LineChart.Unit {
        if name.hasSuffix("_rate"), name != MetricName.learningRate { return .percent }
        if name.hasSuffix("_fraction") || name.hasSuffix("_accuracy") { return .percent }
        if name.hasSuffix("_seconds") { return .seconds }
        if name.hasSuffix("_bytes") { return .bytes }
        return .number
    }

    /// `tool/error_rate` as words: `Tool error rate`.
    private static func words(_ name: String) -> String {
        let text = String(name.map { $0 == "/" || $0 == "_" ? " " : $0 })
        return text.prefix(1).uppercased() + text.dropFirst()
    }
}
