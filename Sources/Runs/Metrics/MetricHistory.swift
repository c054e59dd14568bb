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
        self.init(
            try MetricLines.read(run.metricsFile, of: .values)
                + MetricLines.read(run.performanceFile, of: .performance))
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
}
