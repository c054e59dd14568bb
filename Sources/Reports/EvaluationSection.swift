import JSON
import Runs

/// The report section of one evaluation, before and after training: tiles and a table.
struct EvaluationSection {
    let evaluation: ReportFigures.Evaluation
    /// Whether it is the report's first evaluation.
    let isFirst: Bool

    var html: HTML {
        .element("section", ["id": isFirst ? "result" : "result-\(evaluation.name)"]) {
            HTML.element("h2") { evaluation.title }
            HTML.element("p", ["class": "note"]) { note }
            HTML.element("div", ["class": "tiles"]) {
                for measure in tiles { tile(measure) }
            }
            HTML.element(
                "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": "All measures"]
            ) {
                table
            }
        }
    }

    private var note: String {
        let count = Readable.count((evaluation.trained ?? evaluation.base)?.overall.items ?? 0)
        let meanwhile = Set(evaluation.measurements.map(\.step)).count - 2
        return "\(count) held-out questions, the same in each column."
            + (meanwhile > 0
                ? " Also evaluated \(meanwhile) times during training; see the learning curves." : "")
    }

    // MARK: Tiles

    /// The headline measures: accuracy and call rate of the kind with the most tool calls, first box, format errors.
    private var tiles: [EvaluationMeasure] {
        let measures = evaluation.measures
        let calling = evaluation.focus?.name.capitalizedFirst
        let first = measures.first { measure in
            measure.scale == .accuracy && (calling.map { measure.name.hasPrefix($0) } ?? true)
        }
        return [
            first ?? measures.first { $0.scale == .accuracy }, measures.first { $0.scale == .rate },
            measures.first { $0.scale == .overlap }, measures.first { $0.scale == .errors },
        ].compactMap(\.self)
    }

    private func tile(_ measure: EvaluationMeasure) -> HTML {
        .element("div", ["class": "tile"]) {
            HTML.element("h3") { measure.name }
            HTML.element("p", ["class": "figure"]) {
                HTML.element("b") { evaluation.trained.map(measure.text) ?? "–" }
                HTML.element("span") { evaluation.base.map { " from \(measure.text($0))" } ?? "" }
            }
            scale(measure)
        }
    }

    /// The values on a scale from 0 to 1, or to the largest value.
    private func scale(_ measure: EvaluationMeasure) -> HTML {
        let shown = evaluation.columns.compactMap { column in
            measure.value(column.measurement).map { (column, $0) }
        }
        let end = measure.isFraction ? 1 : max(1, shown.map(\.1).max() ?? 1)
        let x = { (value: Double) in JSONNumber((6 + 188 * min(1, max(0, value / end))).rounded()).text }
        let label = shown.map { "\($0.name) \(measure.format($1))" }.joined(separator: ", ")
        return .element(
            "svg", ["viewBox": "0 0 200 16", "class": "scale", "role": "img", "aria-label": label]
        ) {
            HTML.element("line", ["x1": "6", "x2": "194", "y1": "8", "y2": "8", "class": "track"])
            if let base = evaluation.base.flatMap(measure.value),
                let trained = evaluation.trained.flatMap(measure.value)
            {
                HTML.element(
                    "line",
                    ["x1": x(base), "x2": x(trained), "y1": "8", "y2": "8", "class": "way"])
            }
            for (column, value) in shown {
                if column.tone == "bare" {
                    HTML.element(
                        "path", ["d": "M\(x(value)) 2l6 6l-6 6l-6 -6z", "class": column.tone])
                } else {
                    HTML.element(
                        "circle", ["cx": x(value), "cy": "8", "r": "5", "class": column.tone])
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
                    if evaluation.withoutTools != nil { heading("Trained, no tools", "bare") }
                    HTML.element("th", ["scope": "col", "class": "wide"]) { "0 to 1" }
                }
            }
            HTML.element("tbody") {
                for measure in evaluation.measures { row(measure) }
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

    private func row(_ measure: EvaluationMeasure) -> HTML {
        .element("tr") {
            HTML.element("th", ["scope": "row"]) {
                measure.name
                HTML.element("span", ["class": "note"]) { measure.note }
            }
            HTML.element("td") { evaluation.base.map(measure.text) ?? "–" }
            HTML.element("td", ["class": "strong"]) { evaluation.trained.map(measure.text) ?? "–" }
            change(measure)
            if let bare = evaluation.withoutTools { HTML.element("td") { measure.text(bare) } }
            HTML.element("td", ["class": "wide"]) { measure.isFraction ? scale(measure) : HTML.empty }
        }
    }

    private func change(_ measure: EvaluationMeasure) -> HTML {
        guard let base = evaluation.base.flatMap(measure.value),
            let trained = evaluation.trained.flatMap(measure.value)
        else { return .element("td") { "–" } }
        let change = trained - base
        guard let text = measure.changeText(change) else { return .element("td") { "0" } }
        let tone = measure.isBetter(change).map { $0 ? "up" : "down" }
        return .element("td", ["class": tone]) { text }
    }
}

extension ReportFigures.Evaluation {
    /// The kind with the highest tool-call rate after training, if that rate is above one half and there are other kinds.
    var focus: EvaluationMeasurement.Kind? {
        guard let trained, trained.kinds.count > 1 else { return nil }
        return trained.kinds.filter { $0.score.callRate > 0.5 }.max {
            ($0.score.callRate, $1.name) < ($1.score.callRate, $0.name)
        }
    }

    /// The result in a sentence or two.
    var sentence: String {
        guard let base, let trained else { return "" }
        func accuracy(_ measurement: EvaluationMeasurement) -> String {
            let score = focus.flatMap { kind in measurement.kinds.first { $0.name == kind.name }?.score }
            return Readable.percent((score ?? measurement.overall).accuracy)
        }
        let questions = focus.map { "accuracy on \($0.name) questions" } ?? "accuracy"
        var text = "\(title): \(questions) went from \(accuracy(base)) to \(accuracy(trained))."
        if let withoutTools { text += " Without tools, the trained model reaches \(accuracy(withoutTools))." }
        return text
    }
}
