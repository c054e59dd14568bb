import Reports
import Runs
package import Tasks

/// A report of the kept and dropped examples, with reasons.
package struct SelectionReport: Sendable {
    private let choices: [Selector.Choice]
    private let samples: Int
    private let badRows: [BadRow]

    package init(_ choices: [Selector.Choice], samples: Int, badRows: [BadRow]) {
        self.choices = choices
        self.samples = samples
        self.badRows = badRows
    }

    private var fates: FigureTable {
        let rows = SelectionOutcome.allCases.compactMap { fate -> [String]? in
            let count = choices.count { $0.fate == fate }
            guard count > 0 else { return nil }
            return [
                fate.summary, Readable.count(count),
                Readable.percent(Double(count) / Double(choices.count), decimals: 1),
            ]
        }
        return FigureTable(
            "\(Readable.count(choices.count)) examples", columns: ["count", "fraction"], rows: rows)
    }

    /// The distribution of examples by their number of right answers.
    private var rates: FigureTable {
        let rows = (0...samples).map { right in
            [
                "\(right) of \(samples)",
                Readable.count(
                    choices.count { $0.fate != .bad && $0.judged == samples && $0.right == right }),
            ]
        }
        return FigureTable("right answers", columns: ["examples"], rows: rows)
    }

    package var text: String { [fates, rates].map(\.text).joined(separator: "\n\n") }

    package var markdown: String {
        var parts = ["# Selection", fates.markdown, rates.markdown]
        for row in badRows { parts.append("- bad row \(row.number): \(row.problem)") }
        let dropped = choices.filter { !$0.fate.isKept }
        parts.append(
            FigureTable(
                "row", columns: ["right", "of", "reason"],
                rows: dropped.map { ["\($0.index + 1)", "\($0.right)", "\($0.judged)", $0.fate.summary] }
            ).markdown)
        return parts.joined(separator: "\n\n") + "\n"
    }
}
