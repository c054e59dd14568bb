import Generation
import Runs

/// Seconds spent in each phase of a step.
package struct Stopwatch {
    package private(set) var seconds: [(phase: String, seconds: Double)] = []

    package init() {}

    /// Runs `body` and records its time under `phase`.
    package mutating func measure<Result>(_ phase: String, _ body: () throws -> Result) rethrows -> Result {
        let start = ContinuousClock.now
        let result = try body()
        seconds.append((phase, (ContinuousClock.now - start) / .seconds(1)))
        return result
    }

    /// Total seconds of all phases.
    package var total: Double { seconds.reduce(0) { $0 + $1.seconds } }

    package subscript(phase: String) -> Double {
        seconds.reduce(0) { $0 + ($1.phase == phase ? $1.seconds : 0) }
    }

    /// Metrics of a step's time and memory.
    ///
    /// - Parameter tokens: the number of tokens processed.
    func performance(tokens: Int) -> [Metric] {
        [Metric(MetricName.stepSeconds, total)]
            + seconds.map { Metric(MetricName.seconds(phase: $0.phase), $0.seconds) }
            + [
                Metric(MetricName.tokensPerSecond, Double(tokens) / total),
                Metric(MetricName.residentBytes, Double(ProcessMemory.resident)),
                Metric(MetricName.peakBytes, Double(ProcessMemory.peak)),
            ]
    }
}
