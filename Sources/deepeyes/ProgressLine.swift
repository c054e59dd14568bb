import Foundation
import Runs
import Synchronization

/// One line that tells how far a long piece of work is and how long the rest will take.
final class ProgressLine: Sendable {
    private struct State {
        var reporter: ProgressReporter?
        var shownAt: ContinuousClock.Instant?
    }

    private let name: String
    private let start = ContinuousClock.now
    private let isTerminal = ConsoleOutput.standard.isTerminal
    private let state = Mutex(State())

    /// How often it is written where lines cannot be rewritten.
    private static let pause = Duration.seconds(30)

    init(_ name: String) { self.name = name }

    /// The first call says what was done before the clock began.
    func show(_ completed: Int, of total: Int) {
        state.withLock { state in
            let now = ContinuousClock.now
            if state.reporter == nil {
                state.reporter = ProgressReporter(total: total, completed: completed)
            } else {
                state.reporter?.advance(to: completed, elapsed: now - start)
            }
            let isDue = state.shownAt.map { now - $0 >= Self.pause } ?? true
            guard isTerminal || isDue || completed == total, let text = state.reporter?.text else { return }
            state.shownAt = now
            write("\(name) \(text)")
        }
    }

    /// A line of its own, above.
    func message(_ text: String) {
        state.withLock { state in
            if isTerminal { ConsoleOutput.standard.write("\r\u{1B}[K") }
            ConsoleOutput.standard.write(text + "\n")
            state.shownAt = nil
        }
    }

    /// Leaves the last state standing.
    func finish() {
        if isTerminal { ConsoleOutput.standard.write("\n") }
    }

    private func write(_ line: String) {
        ConsoleOutput.standard.write(isTerminal ? "\r\u{1B}[K\(line)" : line + "\n")
    }
}
