/// A table of figures for a terminal, a Markdown file and a page.
package struct FigureTable: Sendable, Hashable {
    /// What it is of; empty for one that needs no name.
    package let title: String
    /// Names of the columns but the first.
    package let columns: [String]
    /// The first cell of a row names it.
    package let rows: [[String]]

    package init(_ title: String = "", columns: [String], rows: [[String]]) {
        self.title = title
        self.columns = columns
        self.rows = rows
    }

    /// Aligned with spaces: names to the left, figures to the right.
    package var text: String {
        let lines = [[title] + columns] + rows
        let widths = (0...columns.count).map { column in
            lines.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return lines.map { line in
            zip(line.indices, line).map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    package var markdown: String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let rule = "| --- |" + String(repeating: " ---: |", count: columns.count)
        return ([line([title] + columns), rule] + rows.map(line)).joined(separator: "\n")
    }

    var html: HTML {
        .element("div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": title]) {
            HTML.element("table") {
                HTML.element("thead") {
                    HTML.element("tr") {
                        for name in [title] + columns { HTML.element("th", ["scope": "col"]) { name } }
                    }
                }
                HTML.element("tbody") {
                    for row in rows {
                        HTML.element("tr") {
                            HTML.element("th", ["scope": "row"]) { row.first ?? "" }
                            for cell in row.dropFirst() { HTML.element("td") { cell } }
                        }
                    }
                }
            }
        }
    }
}
