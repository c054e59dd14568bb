import Generation

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
}
