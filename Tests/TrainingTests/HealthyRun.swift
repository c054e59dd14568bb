import Foundation
import Runs
import TestFixtures

/// What the alarms look at in the 500 steps of `make demo`, to four digits; loss, gradient norm and reward were finite.
enum HealthyRun {
    /// The steps in order; a step without a number has an empty place.
    static func steps() throws -> [StepMetrics] {
        let lines = try text(of: GoldenFolder().url.appending(path: "healthy-run.csv")).split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        return lines.dropFirst().enumerated().map { index, values in
            StepMetrics(
                step: index + 1,
                values: zip(lines[0], values).compactMap { name, value in
                    Double(value).map { Metric(String(name), $0) }
                })
        }
    }
}
