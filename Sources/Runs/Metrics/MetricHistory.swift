internal import Foundation

/// The metrics of a run by name, each a series over steps, as read back from its line files.
package struct MetricHistory: Sendable, Equatable {
    /// One value at one step.
    package struct Point: Sendable, Equatable {
        package let step: Int
        package let value: Double

        package init(step: Int, value: Double) {
            self.step = step
            self.value = value
        }
    }

    /// The finite values of each metric in order of steps.
    package private(set) var series: [String: [Point]] = [:]

    package init() {}

    /// Collects recorded steps.
    package init(_ steps: [StepMetrics]) {
        for metrics in steps {
            for metric in metrics.values + metrics.performance where metric.value.isFinite {
                series[metric.name, default: []].append(Point(step: metrics.step, value: metric.value))
            }
        }
    }

    /// Reads `metrics.jsonl` and `performance.jsonl` of a run; files or a last line that are not there yet
    /// are no error.
    package init(of run: RunFolder) throws {
        for url in [run.metricsFile, run.performanceFile]
        where FileManager.default.fileExists(atPath: url.path) {
            try read(url)
        }
    }

    package subscript(name: String) -> [Point] {
        series[name] ?? []
    }

    /// The last step that any metric was recorded at.
    package var lastStep: Int? {
        series.values.compactMap { $0.last?.step }.max()
    }

    /// The members of a family, such as the kinds in `accuracy/…`, in alphabetical order.
    package func members(of family: String) -> [String] {
        series.keys.filter { $0.hasPrefix(family + "/") }.sorted()
    }

    private mutating func read(_ url: URL) throws {
        let bytes = try RunError.reporting("read", url) { try Data(contentsOf: url) }
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return }
        for (index, line) in bytes[..<end].split(separator: UInt8(ascii: "\n")).enumerated() {
            let members: [String: Double?]
            do {
                members = try JSONDecoder().decode([String: Double?].self, from: Data(line))
            } catch {
                throw RunError(
                    .malformed, operation: "read", path: url.path, detail: "line \(index + 1): \(error)",
                    remedy: "remove that line")
            }
            guard let step = members["step"].flatMap({ $0 }) else { continue }
            for case (let name, let value?) in members where name != "step" {
                series[name, default: []].append(Point(step: Int(step), value: value))
            }
        }
    }
}
