package import Reports
import Runs

extension Score {
    /// The score and further figures, followed by accuracy by category.
    package func tables(_ title: String = "") -> [FigureTable] {
        func row(_ name: String, _ tally: Tally) -> [String] {
            [name, "\(tally.correct) of \(tally.total)", Readable.percent(tally.accuracy, decimals: 2)]
        }
        let bounds = interval.map { Readable.fixed($0 * 100, 1) }.joined(separator: " to ")
        var rows = [row("accuracy", overall), ["95 % interval", "", "\(bounds) %"]]
        if unparsed > 0 { rows.append(["unparsed answers", Readable.count(unparsed), ""]) }
        rows += figures.sorted { $0.key < $1.key }.map { [$0.key, "", Readable.fixed($0.value, 4)] }
        return [FigureTable(title, columns: ["right", ""], rows: rows)]
            + categories.sorted { $0.key < $1.key }.map { group, tallies in
                FigureTable(
                    group, columns: ["right", ""],
                    rows: tallies.sorted { $0.key < $1.key }.map { row($0.key, $0.value) })
            }
    }
}
