package import Runs

/// Selects about a dozen trajectories of an evaluation for the report: learned, still wrong, and answered without tools.
package struct ReportSelection {
    private let before: [TrajectoryRecord]
    private let after: [TrajectoryRecord]
    private let shown: Set<ThinkingPattern>

    /// - Parameters:
    ///   - before: trajectories of the base model, in item order.
    ///   - after: trajectories of the trained model on the same items.
    ///   - shown: thinking patterns of which the report has an example.
    package init(
        before: [TrajectoryRecord], after: [TrajectoryRecord], shown: Set<ThinkingPattern> = []
    ) {
        self.before = before
        self.after = after
        self.shown = shown
    }

    /// The selected trajectories, each with a caption.
    package var chosen: [(record: TrajectoryRecord, remark: String)] { results + examplesOfPatterns }

    /// A right answer, or any, for each thinking pattern that is not shown yet.
    private var examplesOfPatterns: [(record: TrajectoryRecord, remark: String)] {
        let shown = shown.union(results.flatMap(\.record.patterns))
        return ThinkingPattern.allCases.filter { !shown.contains($0) }.compactMap { pattern in
            let examples = after.filter { $0.patterns.contains(pattern) }
            return (examples.first(where: \.isCorrect) ?? examples.first).map {
                ($0, "The pattern \(pattern.rawValue): \(pattern.meaning).")
            }
        }
    }

    private var results: [(record: TrajectoryRecord, remark: String)] {
        let earlier = Dictionary(before.map { ($0.group, $0) }) { first, _ in first }
        let pairs = after.compactMap { after in earlier[after.group].map { (before: $0, after: after) } }
        let corrected = pairs.filter { !$0.before.isCorrect && $0.after.isCorrect }
        // If no corrected answer used a tool, the other corrected answers are shown.
        let withCalls = corrected.filter { !$0.after.calls.isEmpty }
        let learned = withCalls.isEmpty ? corrected : withCalls
        let remark = withCalls.isEmpty ? "it is right." : "it looks closer and is right."
        let wrong = after.filter { !$0.isCorrect && !$0.isUnjudged }
        let stillWrong = wrong.filter { !$0.calls.isEmpty } + wrong.filter(\.calls.isEmpty)
        return learned.prefix(3).flatMap { pair in
            [
                (pair.before, "Before training: wrong."),
                (pair.after, "The same question after training: \(remark)"),
            ]
        }
            + learned.dropFirst(3).prefix(2).map { ($0.after, "After training: \(remark)") }
            + stillWrong.prefix(2).map { ($0, "After training: still wrong.") }
            + kindsWithoutCalls.prefix(2).compactMap { kind in
                after.first { $0.kind == kind && $0.isCorrect }.map {
                    ($0, "A question that needs no closer look.")
                }
            }
    }

    /// Kinds of questions for which the trained model never calls a tool; empty if it calls none for any kind.
    private var kindsWithoutCalls: [String] {
        let calling = Set(after.filter { !$0.calls.isEmpty }.map(\.kind))
        guard !calling.isEmpty else { return [] }
        return after.reduce(into: []) { kinds, record in
            if !calling.contains(record.kind), !kinds.contains(record.kind) { kinds.append(record.kind) }
        }
    }
}
