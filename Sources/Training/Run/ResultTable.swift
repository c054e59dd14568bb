import Generation
import Reports
import Runs

extension EvaluationSummary {
    /// The figures on one line.
    package var line: String {
        "attribute \(Readable.percent(attributeAccuracy, decimals: 1)), relation "
            + "\(Readable.percent(relationAccuracy, decimals: 1)), existence "
            + "\(Readable.percent(existenceAccuracy, decimals: 1)), tool calls on "
            + "\(Readable.percent(attributeCallRate, decimals: 1)) of attribute questions, first box IoU "
            + Readable.fixed(firstBoxIoU, 2)
    }
}

extension RunResult {
    /// The result as a small table for a terminal.
    package var table: String {
        let rows: [(String, (EvaluationSummary) -> String)] = [
            ("attribute accuracy", { Readable.percent($0.attributeAccuracy, decimals: 1) }),
            ("relation accuracy", { Readable.percent($0.relationAccuracy, decimals: 1) }),
            ("existence accuracy", { Readable.percent($0.existenceAccuracy, decimals: 1) }),
            ("tool-call rate, attribute", { Readable.percent($0.attributeCallRate, decimals: 1) }),
            ("first box IoU", { Readable.fixed($0.firstBoxIoU, 3) }),
            ("format errors", { Readable.percent($0.formatErrorRate, decimals: 1) }),
        ]
        func cell(_ text: String) -> String { String(repeating: " ", count: max(0, 14 - text.count)) + text }
        let columns = ["base", "trained", "without tools"]
        let summaries = [base, trained, trainedWithoutTools]
        let width = rows.map(\.0.count).max() ?? 0
        func line(_ title: String, _ cells: [String]) -> String {
            title.padding(to: width) + cells.map(cell).joined()
        }
        return ([line("", columns)] + rows.map { row in line(row.0, summaries.map(row.1)) }).joined(
            separator: "\n")
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
