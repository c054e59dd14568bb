import Foundation
package import Reports
import Runs

/// The result of an evaluation as tables and text.
package struct EvaluationReport: Sendable {
    private let result: EvaluationResult

    package init(_ result: EvaluationResult) { self.result = result }

    private var conditions: [(name: String, score: ConditionScore)] {
        ["tools", "no_tools"].compactMap { condition in
            result.conditions[condition].map { (ConditionScore.name(of: condition), $0) }
        }
    }

    /// All measures by condition, followed by accuracy by category.
    package var tables: [FigureTable] {
        publishedTables + [overview] + categories.map(table)
    }

    private var publishedTables: [FigureTable] {
        (result.published ?? [:]).sorted { $0.key > $1.key }.flatMap { condition, score in
            score.tables("\(result.title), official scorer, \(ConditionScore.name(of: condition))")
        }
    }

    private var overview: FigureTable {
        func row(_ name: String, _ value: (ConditionScore) -> String?) -> [String]? {
            let cells = conditions.map { $0.score.answers > 0 ? value($0.score) : nil }
            return cells.allSatisfy { $0 == nil } ? nil : [name] + cells.map { $0 ?? "–" }
        }
        let accuracy =
            result.settings.samples > 1 ? "accuracy, mean of \(result.settings.samples)" : "accuracy"
        var rows = [
            row("score") { Self.score($0) },
            row(accuracy) { $0.overall.items > 0 ? Self.percent($0.overall.accuracy) : nil },
            row("95 % interval") { Self.interval($0.overall) },
            row("unparsed answers") { Self.percent($0.unparsed) },
            row("without a verdict") { $0.unjudged > 0 ? Self.percent($0.unjudged) : nil },
            row("format errors") { Self.percent($0.formatErrors) },
            row("answers with a tool call") { Self.percent($0.toolCallRate) },
            row("tool calls per answer") { Readable.fixed($0.callsPerAnswer, 2) },
            row("IoU of the first box") { $0.firstBoxIoU.map { Readable.fixed($0, 3) } },
            row("gIoU") { $0.gIoU.map { Readable.fixed($0, 4) } },
            row("cIoU") { $0.cIoU.map { Readable.fixed($0, 4) } },
        ].compactMap(\.self)
        for (name, mean) in [("tool gain", result.toolGain), ("tool harm", result.toolHarm)] {
            guard let mean else { continue }
            rows.append([name, "\(Self.percent(mean.accuracy)) (\(Self.interval(mean)))", ""])
        }
        if result.unanswered > 0 {
            let cells = [Readable.count(result.unanswered)] + conditions.dropFirst().map { _ in "" }
            rows.append(["questions without an answer, not scored"] + cells)
        }
        return FigureTable(result.title, columns: conditions.map(\.name), rows: rows)
    }

    private var categories: [String] {
        Set(conditions.flatMap { $0.score.categories.keys }).sorted()
    }

    private func table(_ category: String) -> FigureTable {
        let values = Set(conditions.flatMap { $0.score.categories[category, default: [:]].keys })
        return FigureTable(
            "accuracy by \(category)", columns: ["items"] + conditions.map(\.name),
            rows: values.sorted { $0.compare($1, options: .numeric) == .orderedAscending }.map { value in
                let means = conditions.map { $0.score.categories[category]?[value] }
                return [value, Readable.count(means.compactMap { $0?.items }.max() ?? 0)]
                    + means.map { $0.map { Self.percent($0.accuracy) } ?? "–" }
            })
    }

    /// Facts about the evaluation: model, benchmark and settings.
    package var facts: [ReportContent.Fact] {
        let settings = result.settings
        var facts = [
            ReportContent.Fact("Model", result.model),
            ReportContent.Fact("Benchmark", "\(result.benchmark), version \(result.benchmarkVersion)"),
            ReportContent.Fact(
                "Options",
                settings.ordersOptions ? "shuffled with seed \(settings.seed)" : "in file order"),
            ReportContent.Fact(
                "Sampling",
                settings.temperature == 0
                    ? "greedy" : "\(settings.samples) at temperature \(settings.temperature)"),
            ReportContent.Fact("Prompting", settings.prompting.rawValue),
        ]
        facts.append(
            ReportContent.Fact(
                "Scoring",
                settings.scoring == .honest
                    ? "honest: ambiguous answers are wrong"
                    : "published: the official scorer, including its defects"))
        if result.unanswered > 0 {
            facts.append(ReportContent.Fact("Questions without an answer", Readable.count(result.unanswered)))
        }
        if !result.badItems.isEmpty {
            facts.append(
                ReportContent.Fact("Bad items, skipped", Readable.count(result.badItems.count)))
        }
        return facts
    }

    /// A one- or two-sentence summary of the result.
    package var lead: String {
        let scores = conditions.map { "\(Self.score($0.score) ?? "no score") \($0.name)" }
        var text = scores.joined(separator: ", ") + "."
        if let gain = result.toolGain, let harm = result.toolHarm {
            text +=
                " Tool gain \(Self.percent(gain.accuracy)), tool harm "
                + "\(Self.percent(harm.accuracy))."
        }
        return text
    }

    package var markdown: String {
        (["# \(result.title)", lead] + tables.map(\.markdown)
            + [facts.map { "- \($0.name): \($0.value)" }.joined(separator: "\n")])
            .joined(separator: "\n\n") + "\n"
    }

    /// nil if no answer has a verdict.
    private static func score(_ score: ConditionScore) -> String? {
        score.overall.items > 0 ? percent(score.headline) : nil
    }

    private static func percent(_ fraction: Double) -> String { Readable.percent(fraction, decimals: 1) }

    private static func interval(_ mean: ConditionScore.Mean) -> String {
        guard mean.interval.count == 2 else { return "–" }
        return
            "\(Readable.fixed(mean.interval[0] * 100, 1)) to \(Readable.fixed(mean.interval[1] * 100, 1)) %"
    }
}
