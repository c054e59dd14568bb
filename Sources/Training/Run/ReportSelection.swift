import Generation
package import Runs

/// A dozen held-out trajectories that show what was learned and what was not.
package struct ReportSelection {
    private let base: [TrajectoryRecord]
    private let trained: [TrajectoryRecord]

    /// - Parameters:
    ///   - base: of the base, in the order of the examples.
    ///   - trained: of the trained model on the same examples.
    package init(base: [TrajectoryRecord], trained: [TrajectoryRecord]) {
        self.base = base
        self.trained = trained
    }

    /// The trajectories to draw, each with why it is there.
    package var chosen: [(record: TrajectoryRecord, remark: String)] {
        let pairs = zip(base, trained).filter { $0.0.kind == "attribute" }
        let learned = pairs.filter { !$0.0.isCorrect && $0.1.isCorrect && !$0.1.calls.isEmpty }
        let lost = pairs.filter { !$0.1.isCorrect }
        func plain(_ kind: String) -> [(TrajectoryRecord, String)] {
            trained.filter { $0.kind == kind && $0.isCorrect }.prefix(1).map {
                ($0, "A question that needs no closer look.")
            }
        }
        return learned.prefix(3).flatMap { before, after in
            [
                (before, "Before training: wrong."),
                (after, "The same question after training: it looks closer and is right."),
            ]
        }
            + learned.dropFirst(3).prefix(2).map { ($0.1, "After training: it looks closer and is right.") }
            + lost.prefix(2).map { ($0.1, "After training: still wrong.") }
            + plain("relation") + plain("existence")
    }
}
