/// A destination for the metrics of training steps.
package protocol MetricSink: Sendable {
    /// Records the metrics of one step. Steps arrive in ascending order.
    func record(_ metrics: StepMetrics) throws

    /// Flushes all recorded metrics to disk; called before a checkpoint of the same step is published.
    func synchronize() throws
}

/// Several sinks as one.
package struct CombinedSink: MetricSink {
    private let sinks: [any MetricSink]

    package init(_ sinks: [any MetricSink]) {
        self.sinks = sinks
    }

    package func record(_ metrics: StepMetrics) throws {
        for sink in sinks { try sink.record(metrics) }
    }

    package func synchronize() throws {
        for sink in sinks { try sink.synchronize() }
    }
}
