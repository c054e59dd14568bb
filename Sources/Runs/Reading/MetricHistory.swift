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
            for metric in metrics.all where metric.value.isFinite {
                series[metric.name, default: []].append(Point(step: metrics.step, value: metric.value))
            }
        }
    }

    /// Reads `metrics.jsonl`, `performance.jsonl` and `evaluations.jsonl` of a run; files or a last line that are not there yet
    /// are no error.
    package init(of run: RunFolder) throws {
        self.init(
            try MetricLines.read(run.metricsFile, of: .values)
                + MetricLines.read(run.performanceFile, of: .performance)
                + MetricLines.read(run.evaluationsFile, of: .evaluations))
    }

    package subscript(name: String) -> [Point] {
        series[name] ?? []
    }

    /// The last step that any metric was recorded at.
    package var lastStep: Int? {
        series.values.compactMap { $0.last?.step }.max()
    }
}
