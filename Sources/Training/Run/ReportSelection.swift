package import Runs

/// A dozen trajectories of an evaluation that show what was learned and what was not.
package struct ReportSelection {
    private let before: [TrajectoryRecord]
    private let after: [TrajectoryRecord]

    /// - Parameters:
    ///   - before: of the base, in the order of the items.
    ///   - after: of the trained model on the same items.
    package init(before: [TrajectoryRecord], after: [TrajectoryRecord]) {
        self.before = before
        self.after = after
    }

    /// The trajectories to draw, each with why it is there.
    package var chosen: [(record: TrajectoryRecord, remark: String)] {
        let earlier = Dictionary(before.map { ($0.group, $0) }) { first, _ in first }
        let pairs = after.compactMap { after in earlier[after.group].map { (before: $0, after: after) } }
        let mended = pairs.filter { !$0.before.isCorrect && $0.after.isCorrect }
        // Where no tool is of use, what was mended without one.
        let looking = mended.filter { !$0.after.calls.isEmpty }
        let learned = looking.isEmpty ? mended : looking
        let remark = looking.isEmpty ? "it is right." : "it looks closer and is right."
        let wrong = after.filter { !$0.isCorrect && !$0.isUnjudged }
        let lost = wrong.filter { !$0.calls.isEmpty } + wrong.filter(\.calls.isEmpty)
        return learned.prefix(3).flatMap { pair in
            [
                (pair.before, "Before training: wrong."),
                (pair.after, "The same question after training: \(remark)"),
            ]
        }
            + learned.dropFirst(3).prefix(2).map { ($0.after, "After training: \(remark)") }
            + lost.prefix(2).map { ($0, "After training: still wrong.") }
            + kindsWithoutCalls.prefix(2).compactMap { kind in
                after.first { $0.kind == kind && $0.isCorrect }.map {
                    ($0, "A question that needs no closer look.")
                }
            }
    }

    /// Kinds of questions on which the trained model calls no tool, though it does on others.
    private var kindsWithoutCalls: [String] {
        let calling = Set(after.filter { !$0.calls.isEmpty }.map(\.kind))
        guard !calling.isEmpty else { return [] }
        return after.reduce(into: []) { kinds, record in
            if !calling.contains(record.kind), !kinds.contains(record.kind) { kinds.append(record.kind) }
        }
    }
}
