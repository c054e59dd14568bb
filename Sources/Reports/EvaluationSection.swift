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
        let count = (evaluation.trained ?? evaluation.base)?.overall.items ?? 0
        let meanwhile = Set(evaluation.measurements.map(\.step)).count - 2
        return
            "\(evaluation.source.questions(count)), the same in each column. Below each value: its 95 % interval "
            + "over questions. A change has a colour where the intervals do not overlap."
            + (meanwhile > 0
                ? " Also evaluated \(meanwhile) times during training; see the learning curves." : "")
    }

    // MARK: Tiles

    /// The first measure over all questions of each scale.
    private var tiles: [EvaluationMeasure] {
        let measures = evaluation.measures.filter { $0.kind == nil }
        return [
            measures.first { $0.scale == .accuracy }, measures.first { $0.scale == .rate },
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
            if let interval = evaluation.trained.flatMap(measure.intervalText) {
                HTML.element("p", ["class": "note"]) { "95 % interval \(interval)" }
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
            for (column, _) in shown {
                if let interval = measure.interval(column.measurement) {
                    HTML.element(
                        "line",
                        [
                            "x1": x(interval.lowerBound), "x2": x(interval.upperBound), "y1": "8", "y2": "8",
                            "class": "interval \(column.tone)",
                        ])
                }
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
            figure(measure, of: evaluation.base)
            figure(measure, of: evaluation.trained, "strong")
            change(measure)
            if let bare = evaluation.withoutTools { figure(measure, of: bare) }
            HTML.element("td", ["class": "wide"]) { measure.isFraction ? scale(measure) : HTML.empty }
        }
    }

    private func figure(
        _ measure: EvaluationMeasure, of measurement: EvaluationMeasurement?, _ tone: String? = nil
    ) -> HTML {
        .element("td", ["class": tone]) {
            measurement.map(measure.text) ?? "–"
            if let interval = measurement.flatMap(measure.intervalText) {
                HTML.element("span", ["class": "note"]) { interval }
            }
        }
    }

    private func change(_ measure: EvaluationMeasure) -> HTML {
        guard let base = evaluation.base, let trained = evaluation.trained,
            let before = measure.value(base), let after = measure.value(trained)
        else { return .element("td") { "–" } }
        let change = after - before
        guard let text = measure.changeText(change) else { return .element("td") { "0" } }
        let isBetter = measure.parts(base, trained) ? measure.isBetter(change) : nil
        let tone = isBetter.map { $0 ? "up" : "down" }
        return .element("td", ["class": tone]) { text }
    }
}

extension ReportFigures.Evaluation {
    /// The result over all questions, and on the kind that calls tools most, in a sentence or two.
    var sentence: String {
        guard let base, let trained, let accuracy = measures.first else { return "" }
        func percent(_ score: EvaluationMeasurement.Score) -> String { Readable.percent(score.accuracy) }
        let questions = Readable.count(trained.overall.items)
        var text =
            "\(title): accuracy went from \(percent(base.overall)) to \(percent(trained.overall)) on "
            + "\(questions) questions"
        if accuracy.interval(base) != nil, !accuracy.parts(base, trained) {
            text += " (the 95 % intervals overlap)"
        }
        if let focus, let before = base.kinds.first(where: { $0.name == focus.name }) {
            text +=
                ", and on the \(Readable.count(focus.score.items)) \(focus.name) questions, where it calls tools "
                + "most, from \(percent(before.score)) to \(percent(focus.score))"
        }
        text += "."
        if let withoutTools {
            text += " Without tools, the trained model reaches \(percent(withoutTools.overall))."
        }
        return text
    }

    /// The kind with the highest tool-call rate after training, if that rate is above one half, and if it has at least 30
    /// questions and a tenth of all.
    private var focus: EvaluationMeasurement.Kind? {
        guard let trained, trained.kinds.count > 1 else { return nil }
        let most = trained.kinds.filter { $0.score.callRate > 0.5 }.max {
            ($0.score.callRate, $1.name) < ($1.score.callRate, $0.name)
        }
        return most.flatMap { $0.score.items >= max(30, trained.overall.items / 10) ? $0 : nil }
    }
}
