import Foundation

extension JudgeCheckResult {
    /// The result as text for a terminal.
    ///
    /// - Parameter minimum: the required agreement.
    package func table(minimum: Double) -> String {
        let total = outcomes.count
        var lines = [
            "agreement \(percent(agreement)), \(outcomes.count(where: \.agrees)) of \(total) answers; "
                + "required: at least \(percent(minimum))",
            "",
            row("", ["judged right", "judged wrong", "no verdict"]),
        ]
        for right in [true, false] {
            lines.append(
                row(
                    right ? "right answers" : "wrong answers",
                    [true, false, nil].map { String(count(right: right, verdict: $0)) }))
        }
        let styles = Set(outcomes.compactMap(\.pair.style)).sorted()
        if !styles.isEmpty {
            lines += ["", row("style", ["agreement", "answers"])]
            lines += styles.map { style in
                row(
                    style, [percent(agreement(style: style)), "\(outcomes.count { $0.pair.style == style })"])
            }
        }
        lines += [
            "",
            "time per verdict: median \(seconds(0.5)), 95 % within \(seconds(0.95))",
        ]
        let misjudged = outcomes.filter { !$0.agrees }
        if !misjudged.isEmpty { lines += ["", "misjudged:"] + misjudged.map(description) }
        return lines.joined(separator: "\n")
    }

    private func description(_ outcome: Outcome) -> String {
        let verdict = outcome.verdict.map { $0 ? "judged right " : "judged wrong " } ?? "no verdict   "
        let problem = outcome.problem.map { "  (\(short($0)))" } ?? ""
        return "  \(verdict) \(outcome.pair.style ?? ""): expected “\(short(outcome.pair.expected))”, "
            + "answered “\(short(outcome.pair.answer))”\(problem)"
    }

    private func short(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 100 ? line.prefix(99) + "…" : line
    }

    private func row(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: 18, withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(0, 14 - $0.count)) + $0 }.joined()
    }

    private func percent(_ fraction: Double) -> String { String(format: "%.1f %%", fraction * 100) }

    private func seconds(_ quantile: Double) -> String {
        String(format: "%.2f s", seconds(quantile: quantile))
    }
}
