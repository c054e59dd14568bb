/// The metrics of a run as series over steps, read from its JSONL files.
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

    /// The finite values of each metric, sorted by step.
    package private(set) var series: [String: [Point]] = [:]

    /// Collects recorded steps.
    package init(_ steps: [StepMetrics]) {
        for metrics in steps {
            for metric in metrics.all where metric.value.isFinite {
                series[metric.name, default: []].append(Point(step: metrics.step, value: metric.value))
            }
        }
    }

    /// Reads `metrics.jsonl`, `performance.jsonl` and `evaluations.jsonl` of a run. Missing files and incomplete last lines are
    /// not errors.
    package init(of run: RunFolder) throws {
        self.init(
            try MetricLines.read(run.metricsFile, of: .values)
                + MetricLines.read(run.performanceFile, of: .performance)
                + MetricLines.read(run.evaluationsFile, of: .evaluations))
    }

    package subscript(name: String) -> [Point] {
        series[name] ?? []
    }

    /// The last recorded step.
    package var lastStep: Int? {
        series.values.compactMap { $0.last?.step }.max()
    }
}
