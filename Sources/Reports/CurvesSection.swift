internal import Foundation
import JSON
import Runs

/// The learning curves of a run: metrics embedded as JSON, drawn by the same scripts as in the viewer.
struct CurvesSection {
    let history: MetricHistory
    let alarms: [AlarmRecord]

    /// The scripts that draw the curves.
    var scripts: [SharedFile] {
        history.series.isEmpty ? [] : SharedFile.chartScripts + [.reportScript]
    }

    /// Maximum number of points per metric, more than a chart has pixels; longer series are subsampled.
    private static let pointCount = 2000

    var html: HTML {
        .element("section", ["id": "curves"]) {
            HTML.element("h2") { "Learning curves" }
            if history.series.isEmpty {
                HTML.element("p", ["class": "note"]) { "The run recorded no metrics." }
            } else {
                HTML.element("p", ["class": "note"]) {
                    "Faint: every step. Bold: smoothed. The numbers are the first and the last smoothed value."
                }
                HTML.element("div", ["id": "charts"])
                HTML.element("noscript") { table }
                HTML.element("script", ["type": "application/json", "id": "metrics"]) { HTML(json: json) }
            }
        }
    }

    /// Shown if the browser runs no scripts.
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

    /// The steps in order, a value or null per metric and step, and the alarms.
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

    /// Rounded to six significant digits, more than a drawing shows.
    private static func rounded(_ value: Double) -> JSONValue {
        .number(Double(String(format: "%.6g", value)) ?? value)
    }
}
