internal import Foundation
import JSON
import Runs

/// The learning curves of a run: its metrics as data, which the scripts of the page draw as the viewer does.
struct CurvesSection {
    let history: MetricHistory
    let alarms: [AlarmRecord]

    /// What the page needs to draw them.
    var scripts: [SharedFile] {
        history.series.isEmpty ? [] : SharedFile.chartScripts + [.reportScript]
    }

    /// Points of a metric that the page holds, more than a chart has pixels; longer series are thinned out.
    private static let pointCount = 2000

    var html: HTML {
        .element("section", ["id": "curves"]) {
            HTML.element("h2") { "Learning curves" }
            if history.series.isEmpty {
                HTML.element("p", ["class": "note"]) { "The run recorded no metrics." }
            } else {
                HTML.element("p", ["class": "note"]) {
                    "Faint: every step. Bold: smoothed. Numbers: the first and the last smoothed value."
                }
                HTML.element("div", ["id": "charts"])
                HTML.element("noscript") { table }
                HTML.element("script", ["type": "application/json", "id": "metrics"]) { HTML(json: json) }
            }
        }
    }

    /// For readers whose browser runs no scripts.
    private var table: HTML {
        .joined([
            .element("p", ["class": "note"]) {
                "The charts need JavaScript. This table has the first and the last value of each metric."
            },
            FigureTable(
                "Metric", columns: ["First", "Last"],
                rows: history.series.sorted { $0.key < $1.key }.map { name, points in
                    [name] + [points.first, points.last].map { $0.map { Readable.number($0.value) } ?? "" }
                }
            ).html,
        ])
    }

    // MARK: Data

    /// Steps in order, for each metric a value or null at each of them, and the alarms.
    private var json: String {
        let series = history.series.mapValues(Self.thinned).sorted { $0.key < $1.key }
        let steps = Set(series.flatMap { $0.value.map(\.step) }).sorted()
        let columns = series.map { name, points in
            let values = Dictionary(points.map { ($0.step, $0.value) }, uniquingKeysWith: { $1 })
            return (name, JSONValue.array(steps.map { values[$0].map(Self.rounded) ?? .null }))
        }
        let data: JSONValue = [
            "steps": .array(steps.map { .number($0) }), "columns": .object(JSONObject(columns)),
            "alarms": .array(
                alarms.map { alarm in
                    [
                        "step": .number(alarm.step), "action": .string(alarm.action.rawValue),
                        "message": .string(alarm.message),
                    ]
                }),
        ]
        return data.text(.compact)
    }

    private static func thinned(_ points: [MetricHistory.Point]) -> [MetricHistory.Point] {
        let stride = max(1, (points.count + pointCount - 1) / pointCount)
        return points.indices.filter { (points.count - 1 - $0).isMultiple(of: stride) }.map { points[$0] }
    }

    /// With the digits that a drawing can show.
    private static func rounded(_ value: Double) -> JSONValue {
        .number(Double(String(format: "%.6g", value)) ?? value)
    }
}
