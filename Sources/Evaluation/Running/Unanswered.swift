import Runs

/// The questions of an evaluation or a selection that got no answer, and how many are tolerated.
struct Unanswered {
    /// The number of answers to collect.
    let total: Int
    /// The fraction of them that may be missing.
    let tolerated: Double
    private(set) var count = 0

    init(of total: Int, tolerated: Double) {
        self.total = total
        self.tolerated = tolerated
    }

    /// Counts failed rollouts.
    ///
    /// - Throws: ``UnansweredError`` if more are missing than tolerated. One is always tolerated.
    mutating func add(_ failed: [TrajectoryRecord]) throws {
        count += failed.count
        guard let last = failed.last, Double(count) > max(1, tolerated * Double(total)) else { return }
        throw UnansweredError(
            description:
                "\(Readable.count(count)) of \(Readable.count(total)) questions got no answer, more than "
                + "\(Readable.percent(tolerated, decimals: 1)) are tolerated; the last one \(last.finish). Answers are "
                + "kept: run the same command again to continue")
    }
}

/// Too many questions got no answer.
package struct UnansweredError: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}
