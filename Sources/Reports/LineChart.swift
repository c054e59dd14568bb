internal import Foundation
import JSON
package import Runs

/// Metrics over the steps of a run: every value as a faint line, a smoothed one above it, values on hover.
package struct LineChart: Sendable {
    /// How values are written.
    package enum Unit: Sendable {
        /// A share of one, on an axis from 0 to 100 %.
        case percent
        /// A share of one, on an axis from 0 to 1.
        case share
        case number
        /// Counts with the word for what is counted.
        case count(String)
        case seconds
        case bytes

        /// A value with the digits that matter on an axis.
        func text(_ value: Double, on axis: Axis) -> String {
            switch self {
            case .percent: Readable.percent(value, decimals: axis.upper < 0.2 || abs(value) < 0.0995 ? 1 : 0)
            case .share: Readable.fixed(value, 2)
            case .number, .count: axis.text(value, finer: 2)
            case .seconds: Readable.seconds(value)
            case .bytes: Readable.bytes(Int(value))
            }
        }

        /// A round value beside an axis.
        func mark(_ value: Double, on axis: Axis) -> String {
            switch self {
            case .percent: Readable.percent(value, decimals: axis.upper < 0.1 ? 1 : 0)
            case .share: JSONNumber(value).text
            case .number, .count: axis.text(value, finer: 0)
            case .seconds: JSONNumber(value).text + " s"
            case .bytes: Readable.bytes(Int(value))
            }
        }

        var word: String? {
            if case .count(let word) = self { word } else { nil }
        }
    }

    /// One line.
    package struct Series: Sendable {
        package let name: String
        package let points: [MetricHistory.Point]

        package init(_ name: String, _ points: [MetricHistory.Point]) {
            self.name = name
            self.points = points
        }
    }

    package let title: String
    /// One sentence on what is shown.
    package let note: String
    package let unit: Unit
    package let series: [Series]

    /// Series without points are left out.
    package init(_ title: String, note: String, unit: Unit, _ series: [Series]) {
        self.title = title
        self.note = note
        self.unit = unit
        self.series = series.filter { !$0.points.isEmpty }
    }

    /// A figure with legend and drawing; nil when there is nothing to draw.
    package var html: HTML? {
        guard !series.isEmpty else { return nil }
        let lines = series.map { Line($0) }
        let axis = axis(over: lines)
        return .element("figure", ["class": "chart"]) {
            HTML.element("figcaption") {
                HTML.element("h3") {
                    title
                    if let word = unit.word { HTML.element("span", ["class": "note"]) { ", \(word)" } }
                }
                HTML.element("p", ["class": "note"]) { note }
                legend(lines, axis)
            }
            drawing(lines, axis)
        }
    }

    private func legend(_ lines: [Line], _ axis: Axis) -> HTML {
        .element("ul", ["class": "legend"]) {
            for (index, line) in lines.enumerated() {
                HTML.element("li", ["class": "s\(index % 8 + 1)"]) {
                    if lines.count > 1 { HTML.element("span", ["class": "name"]) { line.name } }
                    HTML.element("span", ["class": "value"]) {
                        line.smooth.count > 1 ? "\(unit.text(line.smooth[0].value, on: axis)) → " : ""
                        HTML.element("b") { unit.text(line.smooth[line.smooth.count - 1].value, on: axis) }
                    }
                }
            }
        }
    }

    // MARK: Drawing, in units that are about a pixel in a column of the page

    private static let size = (width: 400.0, height: 216.0)
    private static let plot = (left: 42.0, right: 390.0, top: 14.0, bottom: 190.0)

    private func drawing(_ lines: [Line], _ up: Axis) -> HTML {
        let steps = lines.flatMap { [$0.raw[0].step, $0.raw[$0.raw.count - 1].step] }
        let across = Axis(steps: (steps.min() ?? 0)...(steps.max() ?? 1))
        return .element(
            "svg",
            [
                "viewBox": "0 0 \(Int(Self.size.width)) \(Int(Self.size.height))", "role": "img",
                "tabindex": "0",
                "aria-label": summary(lines, up), "data-chart": hoverData(lines, across, up),
            ]
        ) {
            marks(across, up)
            for (index, line) in lines.enumerated() {
                curve(line, index, across, up)
            }
            HTML.element("g", ["class": "cursor"])
        }
    }

    private func axis(over lines: [Line]) -> Axis {
        let values = lines.flatMap { $0.raw.map(\.value) }.sorted()
        switch unit {
        case .percent, .share:
            if let low = values.first, let high = values.last, low >= 0, high <= 1 {
                return Self.shareAxis(upTo: high)
            }
        default: break
        }
        // A few far outliers leave the drawing rather than flatten it.
        let kept = values[(values.count / 100)..<(values.count - values.count / 100)]
        return Axis(covering: Array(kept) + lines.flatMap { $0.smooth.map(\.value) })
    }

    /// The whole range from 0 to 1, or the lower part of it that holds all values.
    private static func shareAxis(upTo high: Double) -> Axis {
        switch high {
        case ...0.08: Axis(covering: [0, max(high, 0.02)])
        case ...0.3: Axis(ticks: [0, 0.1, 0.2, 0.3])
        case ...0.6: Axis(ticks: [0, 0.2, 0.4, 0.6])
        default: Axis(ticks: [0, 0.25, 0.5, 0.75, 1])
        }
    }

    private func marks(_ across: Axis, _ up: Axis) -> HTML {
        let plot = Self.plot
        return .element("g", ["class": "axis"]) {
            for tick in up.ticks {
                HTML.element(
                    "line",
                    [
                        "x1": Self.text(plot.left), "x2": Self.text(plot.right), "y1": Self.text(y(tick, up)),
                        "y2": Self.text(y(tick, up)),
                        "class": tick == (up.ticks.contains(0) ? 0 : up.lower) ? "base" : nil,
                    ])
                HTML.element(
                    "text",
                    ["x": Self.text(plot.left - 7), "y": Self.text(y(tick, up) + 3.8), "text-anchor": "end"]
                ) { unit.mark(tick, on: up) }
            }
            for tick in across.ticks {
                HTML.element(
                    "text",
                    [
                        "x": Self.text(x(tick, across)), "y": Self.text(plot.bottom + 17),
                        "text-anchor": "middle",
                    ]
                ) { Readable.count(Int(tick)) }
            }
            HTML.element("text", ["x": "0", "y": Self.text(plot.bottom + 17), "class": "unit"]) { "step" }
        }
    }

    private func curve(_ line: Line, _ index: Int, _ across: Axis, _ up: Axis) -> HTML {
        let place = { (point: MetricHistory.Point) in
            "\(Self.text(x(Double(point.step), across))) \(Self.text(min(220, max(-10, y(point.value, up)))))"
        }
        let path = { (points: [MetricHistory.Point]) in "M" + points.map(place).joined(separator: "L") }
        let last = line.smooth[line.smooth.count - 1]
        return .element("g", ["class": "s\(index % 8 + 1)"]) {
            if line.raw.count > 2 { HTML.element("path", ["class": "every", "d": path(line.raw)]) }
            if line.smooth.count > 1 { HTML.element("path", ["class": "smooth", "d": path(line.smooth)]) }
            HTML.element(
                "circle",
                [
                    "cx": Self.text(x(Double(last.step), across)), "cy": Self.text(y(last.value, up)),
                    "r": "3.5",
                ])
        }
    }

    private func x(_ step: Double, _ axis: Axis) -> Double {
        Self.plot.left + axis.position(step) * (Self.plot.right - Self.plot.left)
    }

    private func y(_ value: Double, _ axis: Axis) -> Double {
        Self.plot.bottom - axis.position(value) * (Self.plot.bottom - Self.plot.top)
    }

    /// What a reader who does not see the curve is told of it.
    private func summary(_ lines: [Line], _ up: Axis) -> String {
        let parts = lines.map { line in
            let first = line.smooth[0]
            let last = line.smooth[line.smooth.count - 1]
            let name = lines.count > 1 ? "\(line.name): " : ""
            return name + "\(unit.text(first.value, on: up)) at step \(first.step), "
                + "\(unit.text(last.value, on: up)) at step \(last.step)"
        }
        return "Line chart of \(title) by step. " + parts.joined(separator: "; ") + "."
    }

    /// The values by step, with their places, for the script that shows them.
    private func hoverData(_ lines: [Line], _ across: Axis, _ up: Axis) -> String {
        let series = lines.enumerated().map { index, line -> JSONValue in
            let points = zip(line.raw, line.smooth).map { raw, smooth -> JSONValue in
                [
                    .number(raw.step),
                    .number(Self.rounded(x(Double(raw.step), across))),
                    .number(Self.rounded(y(smooth.value, up))),
                    .string(unit.text(smooth.value, on: up)), .string(unit.text(raw.value, on: up)),
                ]
            }
            return [
                "name": .string(lines.count > 1 ? line.name : ""), "tone": .number(index % 8 + 1),
                "points": .array(points),
            ]
        }
        return JSONValue.array(series).text(.compact)
    }

    private static func text(_ coordinate: Double) -> String { JSONNumber(rounded(coordinate)).text }

    private static func rounded(_ coordinate: Double) -> Double { (coordinate * 10).rounded() / 10 }

    /// A series as it is drawn: thinned out where there are more points than pixels, and smoothed.
    struct Line {
        let name: String
        let raw: [MetricHistory.Point]
        let smooth: [MetricHistory.Point]

        init(_ series: Series) {
            name = series.name
            let values = Smoothing.smoothed(series.points.map(\.value))
            let stride = (series.points.count + 399) / 400
            let kept = series.points.indices.filter {
                (series.points.count - 1 - $0).isMultiple(of: stride)
            }
            raw = kept.map { series.points[$0] }
            smooth = kept.map { MetricHistory.Point(step: series.points[$0].step, value: values[$0]) }
        }
    }
}
