import JSON
import Runs

/// The held-out examples before and after: headline tiles and the table with all measures.
struct EvaluationSection {
    let result: RunResult

    /// One row of the table.
    private struct Measure {
        let name: String
        let note: String
        let value: any KeyPath<EvaluationSummary, Double> & Sendable
        var isShare = true
        var isBetterLower = false
        /// Needs a crop to be measured.
        var needsBox = false
    }

    private static let measures: [Measure] = [
        Measure(
            name: "Attribute questions right", note: "a detail too small for the first look",
            value: \.attributeAccuracy),
        Measure(name: "Relation questions right", note: "no tool on offer", value: \.relationAccuracy),
        Measure(name: "Existence questions right", note: "no tool on offer", value: \.existenceAccuracy),
        Measure(
            name: "Attribute questions with a tool call", note: "share that looked closer",
            value: \.attributeCallRate),
        Measure(
            name: "Tool calls per trajectory", note: "over all kinds", value: \.callsPerTrajectory,
            isShare: false),
        Measure(
            name: "Overlap of the first box", note: "intersection over union with the ground truth",
            value: \.firstBoxIoU, needsBox: true),
        Measure(
            name: "Format errors", note: "lower is better", value: \.formatErrorRate, isBetterLower: true),
    ]

    var html: HTML {
        .element("section", ["id": "result"]) {
            HTML.element("h2") { "Before and after" }
            HTML.element("p", ["class": "note"]) {
                "\(Readable.count(result.trained.examples)) held-out examples, the same for each column."
            }
            HTML.element("div", ["class": "tiles"]) {
                for index in [0, 3, 5, 6] { tile(Self.measures[index]) }
            }
            HTML.element(
                "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": "All measures"]
            ) {
                table
            }
        }
    }

    // MARK: Tiles

    private func tile(_ measure: Measure) -> HTML {
        .element("div", ["class": "tile"]) {
            HTML.element("h3") { measure.name }
            HTML.element("p", ["class": "figure"]) {
                HTML.element("b") { text(measure, result.trained) }
                HTML.element("span") { " from \(text(measure, result.base))" }
            }
            scale(measure)
        }
    }

    private var columns: [(name: String, tone: String, summary: EvaluationSummary)] {
        [
            ("base", "base", result.base), ("trained without tools", "bare", result.trainedWithoutTools),
            ("trained", "trained", result.trained),
        ]
    }

    /// The three values on a line from 0 to 1 (or to the largest).
    private func scale(_ measure: Measure) -> HTML {
        let shown = columns.filter { isKnown(measure, $0.summary) }
        let values = shown.map { $0.summary[keyPath: measure.value] }
        let end = measure.isShare ? 1 : max(1, values.max() ?? 1)
        let place = { (value: Double) in JSONNumber((6 + 188 * min(1, max(0, value / end))).rounded()).text }
        let label = zip(shown, values).map { "\($0.name) \(format(measure, $1))" }.joined(separator: ", ")
        return .element(
            "svg", ["viewBox": "0 0 200 16", "class": "scale", "role": "img", "aria-label": label]
        ) {
            HTML.element("line", ["x1": "6", "x2": "194", "y1": "8", "y2": "8", "class": "track"])
            if isKnown(measure, result.base), isKnown(measure, result.trained) {
                HTML.element(
                    "line",
                    [
                        "x1": place(result.base[keyPath: measure.value]),
                        "x2": place(result.trained[keyPath: measure.value]), "y1": "8", "y2": "8",
                        "class": "way",
                    ])
            }
            for (column, value) in zip(shown, values) {
                if column.tone == "bare" {
                    HTML.element(
                        "path", ["d": "M\(place(value)) 2l6 6l-6 6l-6 -6z", "class": column.tone])
                } else {
                    HTML.element(
                        "circle", ["cx": place(value), "cy": "8", "r": "5", "class": column.tone])
                }
            }
        }
    }

    // MARK: Table

    private var table: HTML {
        .element("table") {
            HTML.element("thead") {
                HTML.element("tr") {
                    HTML.element("th", ["scope": "col"]) { "Measure" }
                    heading("Base", "base")
                    heading("Trained", "trained")
                    HTML.element("th", ["scope": "col"]) { "Change" }
                    heading("Trained, no tools", "bare")
                    HTML.element("th", ["scope": "col", "class": "wide"]) { "0 to 1" }
                }
            }
            HTML.element("tbody") {
                for measure in Self.measures { row(measure) }
            }
        }
    }

    private func heading(_ name: String, _ tone: String) -> HTML {
        .element("th", ["scope": "col"]) {
            HTML.element("svg", ["viewBox": "0 0 12 12", "class": "scale key", "aria-hidden": "true"]) {
                if tone == "bare" {
                    HTML.element("path", ["d": "M6 0l6 6l-6 6l-6 -6z", "class": tone])
                } else {
                    HTML.element("circle", ["cx": "6", "cy": "6", "r": "5", "class": tone])
                }
            }
            name
        }
    }

    private func row(_ measure: Measure) -> HTML {
        .element("tr") {
            HTML.element("th", ["scope": "row"]) {
                measure.name
                HTML.element("span", ["class": "note"]) { measure.note }
            }
            HTML.element("td") { text(measure, result.base) }
            HTML.element("td", ["class": "strong"]) { text(measure, result.trained) }
            change(measure)
            HTML.element("td") { text(measure, result.trainedWithoutTools) }
            HTML.element("td", ["class": "wide"]) { measure.isShare ? scale(measure) : HTML.empty }
        }
    }

    private func change(_ measure: Measure) -> HTML {
        guard isKnown(measure, result.base), isKnown(measure, result.trained) else {
            return .element("td") { "–" }
        }
        let change = result.trained[keyPath: measure.value] - result.base[keyPath: measure.value]
        let isPoints = measure.isShare && !measure.needsBox
        let size = isPoints ? Readable.fixed(abs(change) * 100, 1) : Readable.fixed(abs(change), 2)
        guard size.contains(where: { ("1"..."9").contains($0) }) else { return .element("td") { "0" } }
        let isBetter = (change > 0) != measure.isBetterLower
        return .element("td", ["class": measure.isShare ? (isBetter ? "up" : "down") : nil]) {
            (change > 0 ? "+" : "−") + size + (isPoints ? " pp" : "")
        }
    }

    /// A first box is measured only where a box was cut.
    private func isKnown(_ measure: Measure, _ summary: EvaluationSummary) -> Bool {
        !measure.needsBox || summary.callsPerTrajectory > 0
    }

    private func text(_ measure: Measure, _ summary: EvaluationSummary) -> String {
        isKnown(measure, summary) ? format(measure, summary[keyPath: measure.value]) : "–"
    }

    private func format(_ measure: Measure, _ value: Double) -> String {
        measure.isShare && !measure.needsBox ? Readable.percent(value, decimals: 1) : Readable.fixed(value, 2)
    }
}
