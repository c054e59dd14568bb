/// Progress through a known number of pieces, with an estimate of the remaining time.
///
/// The pace is an exponential moving average with a half-life of about twenty pieces, so that it follows a run that slows
/// down without jumping at every step.
package struct ProgressReporter: Sendable {
    package let total: Int
    package private(set) var completed: Int
    private let startedAt: Int
    private var lastElapsed: Duration = .zero
    private var pieces = 0.0
    private var seconds = 0.0

    /// Starts with `completed` pieces done before timing starts, as after a resume.
    package init(total: Int, completed: Int = 0) {
        self.total = total
        self.completed = completed
        startedAt = completed
    }

    /// Records that `completed` pieces are done, `elapsed` after the start.
    package mutating func advance(to completed: Int, elapsed: Duration) {
        let newPieces = Double(completed - self.completed)
        guard newPieces > 0 else { return }
        let decay = 1 / (1 + newPieces / 30)
        pieces = pieces * decay + newPieces
        seconds = seconds * decay + (elapsed - lastElapsed) / .seconds(1)
        self.completed = completed
        lastElapsed = elapsed
    }

    /// The completed fraction, in 0...1.
    package var fraction: Double {
        total > 0 ? min(1, max(0, Double(completed) / Double(total))) : 1
    }

    /// Seconds per piece at the recent pace; nil before the first piece.
    package var secondsPerPiece: Double? {
        completed > startedAt && pieces > 0 ? seconds / pieces : nil
    }

    /// The remaining time at the recent pace; nil before the first piece.
    package var remaining: Duration? {
        secondsPerPiece.map { .seconds($0 * Double(max(0, total - completed))) }
    }

    /// `120/400 · 30 % · 8 min left`.
    package var text: String {
        var parts = ["\(Readable.count(completed))/\(Readable.count(total))", Readable.percent(fraction)]
        if completed >= total {
            parts.append("done")
        } else if let remaining {
            parts.append("\(Readable.duration(remaining)) left")
        }
        return parts.joined(separator: " · ")
    }

    /// A bar of `width` characters: `━━━━━━━━╸───────────`.
    package func bar(width: Int) -> (done: String, rest: String) {
        let halves = Int((fraction * Double(width) * 2).rounded(.down))
        var done = String(repeating: "━", count: halves / 2)
        if halves % 2 == 1 { done += "╸" }
        return (done, String(repeating: "─", count: max(0, width - done.count)))
    }
}
