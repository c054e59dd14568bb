/// A table of numbers that can be written as text, Markdown and HTML.
package struct FigureTable: Sendable, Hashable {
    /// The heading of the first column; may be empty.
    package let title: String
    /// Headings of the other columns.
    package let columns: [String]
    /// The first cell of each row is its name.
    package let rows: [[String]]

    package init(_ title: String = "", columns: [String], rows: [[String]]) {
        self.title = title
        self.columns = columns
        self.rows = rows
    }

    /// Plain text, aligned with spaces: names to the left, numbers to the right.
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
