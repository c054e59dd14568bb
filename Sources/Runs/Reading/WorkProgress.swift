/// The progress of work between the steps of a run, and when it was last shown.
struct WorkProgress {
    private let name: String
    private var reporter: ProgressReporter
    private let start: Duration
    private var shown: (completed: Int, at: Duration)?

    init(_ name: String, completed: Int, of total: Int, at start: Duration) {
        self.name = name
        self.start = start
        reporter = ProgressReporter(total: total, completed: completed)
    }

    /// Whether a report is about the same work.
    func continues(_ name: String, completed: Int, of total: Int) -> Bool {
        name == self.name && total == reporter.total && completed >= reporter.completed
    }

    /// Records that `completed` pieces are done.
    ///
    /// - Returns: whether that is to be shown: it is new, and the first, the last or `pause` after the one before.
    mutating func advance(to completed: Int, at now: Duration, pause: Duration) -> Bool {
        reporter.advance(to: completed, elapsed: now - start)
        if let shown {
            guard completed > shown.completed, completed >= reporter.total || now - shown.at >= pause else {
                return false
            }
        }
        shown = (completed, now)
        return true
    }

    /// `evaluating scenes: 384/1,500 · 26 % · 12 s left`.
    var text: String { "\(name): \(reporter.text)" }
}
