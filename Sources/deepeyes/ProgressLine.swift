import Foundation
import Runs
import Synchronization

/// A progress line on the console: completed work and estimated remaining time.
final class ProgressLine: Sendable {
    private struct State {
        var reporter: ProgressReporter?
        var shownAt: ContinuousClock.Instant?
        var shown: Int?
    }

    private let name: String
    private let start = ContinuousClock.now
    private let isTerminal = ConsoleOutput.standard.isTerminal
    private let state = Mutex(State())

    /// Minimum interval between lines if the output is not a terminal.
    private static let pause = Duration.seconds(10)

    init(_ name: String) { self.name = name }

    /// Shows progress. The first call gives the amount completed before timing starts.
    func show(_ completed: Int, of total: Int) {
        state.withLock { state in
            let now = ContinuousClock.now
            if state.reporter == nil {
                state.reporter = ProgressReporter(total: total, completed: completed)
            } else {
                state.reporter?.advance(to: completed, elapsed: now - start)
            }
            let isDue = state.shownAt.map { now - $0 >= Self.pause } ?? true
            guard isTerminal || isDue || completed == total, completed != state.shown,
                let text = state.reporter?.text
            else { return }
            state.shownAt = now
            state.shown = completed
            write("\(name) \(text)")
        }
    }

    /// Prints a message on a line of its own; the progress line follows below it.
    func message(_ text: String) {
        state.withLock { state in
            if isTerminal { ConsoleOutput.standard.write("\r\u{1B}[K") }
            ConsoleOutput.standard.write(text + "\n")
            state.shownAt = nil
            state.shown = nil
        }
    }

    /// Ends the line, so that further output starts on a new one.
    func finish() {
        if isTerminal { ConsoleOutput.standard.write("\n") }
    }

    private func write(_ line: String) {
        ConsoleOutput.standard.write(isTerminal ? "\r\u{1B}[K\(line)" : line + "\n")
    }
}
