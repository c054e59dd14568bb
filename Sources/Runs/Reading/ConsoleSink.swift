internal import Synchronization

/// Prints a line per step: aligned columns above a progress bar on a terminal, self-describing lines in a log file.
package final class ConsoleSink: MetricSink {
    private struct State {
        var progress: ProgressReporter
        /// The last value of every metric seen, so that a step without one keeps its column.
        var seen = StepMetrics(step: 0)
        var columns: [ConsoleColumn] = []
        var linesSinceHeader = 0
        var rewards: [Double] = []
        /// The time at which the first step started.
        var startedAt = Duration.zero
        /// Work between steps.
        var work: WorkProgress?
    }

    private let output: ConsoleOutput
    private let elapsed: @Sendable () -> Duration
    private let state: Mutex<State>

    /// Creates a sink for a run of `total` steps, of which `completed` were done before a resume.
    ///
    /// `elapsed` returns the time since the run was started or resumed.
    package init(
        total: Int, completed: Int = 0, output: ConsoleOutput = .standard,
        elapsed: (@Sendable () -> Duration)? = nil
    ) {
        self.output = output
        let start = ContinuousClock.now
        self.elapsed = elapsed ?? { ContinuousClock.now - start }
        state = Mutex(State(progress: ProgressReporter(total: total, completed: completed)))
    }

    /// Marks the start of the first step; time before it is excluded from the estimate of remaining time.
    package func begin() {
        state.withLock { $0.startedAt = elapsed() }
    }

    package func record(_ metrics: StepMetrics) throws {
        // Evaluation results are printed by the evaluation itself.
        if metrics.values.isEmpty { return }
        state.withLock { state in
            state.work = nil
            state.progress.advance(to: metrics.step, elapsed: elapsed() - state.startedAt)
            if let reward = metrics[MetricName.reward] { state.rewards = state.rewards.suffix(23) + [reward] }
            output.write(output.isTerminal ? tableLine(metrics, &state) : plainLine(metrics, state.progress))
        }
    }

    /// Shows the progress of work between steps, such as an evaluation: instead of the progress bar on a terminal; in a log file
    /// at the beginning, every ten seconds and at the end.
    package func show(_ name: String, completed: Int, of total: Int) {
        state.withLock { state in
            let now = elapsed()
            if state.work?.continues(name, completed: completed, of: total) != true {
                state.work = WorkProgress(name, completed: completed, of: total, at: now)
            }
            guard
                state.work?.advance(to: completed, at: now, pause: output.isTerminal ? .zero : .seconds(10))
                    == true
            else { return }
            output.write(
                output.isTerminal ? "\r\u{1B}[2K\(statusLine(state))" : (state.work?.text ?? "") + "\n")
            if completed >= total { state.work = nil }
        }
    }

    /// Prints a line above the progress bar.
    package func message(_ text: String) {
        state.withLock { state in
            output.write(output.isTerminal ? "\r\u{1B}[2K\(text)\n\(statusLine(state))" : text + "\n")
        }
    }

    /// Prints a highlighted line for a raised alarm.
    package func alarmBegan(_ alarm: AlarmRecord) {
        message(
            output.styled("ALARM \(alarm.alarm.rawValue) at step \(alarm.step): \(alarm.message)", .alarm))
    }

    /// Prints that an alarm is over.
    package func alarmEnded(_ alarm: Alarm, step: Int) {
        message(output.styled("over at step \(step): \(alarm.rawValue)", .good))
    }

    /// Removes the progress bar. Must be the last call.
    package func finish() {
        if output.isTerminal { output.write("\r\u{1B}[2K") }
    }

    package func synchronize() throws {}

    // MARK: A log file

    private func plainLine(_ metrics: StepMetrics, _ progress: ProgressReporter) -> String {
        let total = String(progress.total)
        let step = "step \(padded(String(metrics.step), total.count))/\(total)"
        let columns =
            metrics[MetricName.trainingLoss] == nil
            ? ConsoleColumn.ofLogFiles : ConsoleColumn.ofSupervisedLogFiles
        let cells = columns.map { column in
            "\(column.title) \(padded(metrics[column.metric].map(column.text) ?? "·", column.width))"
        }
        let remaining = progress.remaining.map { [Readable.duration($0) + " left"] } ?? []
        return ([step] + cells + remaining).joined(separator: "  ") + "\n"
    }

    // MARK: A terminal

    private func tableLine(_ metrics: StepMetrics, _ state: inout State) -> String {
        let stepWidth = max(4, String(state.progress.total).count)
        state.seen.merge(metrics)
        let columns = ConsoleColumn.all(for: state.seen).fitting(output.width() - stepWidth)
        var text = "\r\u{1B}[2K"
        if columns != state.columns || state.linesSinceHeader >= 20 {
            let header = columns.map { padded($0.title, $0.cellWidth) }
            text +=
                output.styled(([padded("step", stepWidth)] + header).joined(separator: "  "), .faint) + "\n"
            state.columns = columns
            state.linesSinceHeader = 0
        }
        state.linesSinceHeader += 1
        let cells = columns.map { column in
            let cell = padded(metrics[column.metric].map(column.text) ?? "·", column.cellWidth)
            return column.metric == MetricName.reward ? output.styled(cell, .strong) : cell
        }
        let step = output.styled(padded(String(metrics.step), stepWidth), .accent)
        text += ([step] + cells).joined(separator: "  ") + "\n"
        return text + statusLine(state)
    }

    private func statusLine(_ state: State) -> String {
        let width = output.width() - 1
        if let work = state.work { return String(work.text.prefix(width)) }
        let text = String(state.progress.text.prefix(width))
        let barWidth = min(40, width - text.count - 2)
        guard barWidth >= 10 else { return text }
        let bar = state.progress.bar(width: barWidth)
        let line = output.styled(bar.done, .good) + output.styled(bar.rest, .faint) + "  " + text
        let room = width - barWidth - text.count - 11
        guard state.rewards.count > 1, room >= state.rewards.count else { return line }
        return line + "  " + output.styled("reward", .faint) + " "
            + output.styled(sparkline(state.rewards), .good)
    }

    private func sparkline(_ values: [Double]) -> String {
        let blocks = Array("▁▂▃▄▅▆▇█")
        let low = values.min() ?? 0
        let range = max((values.max() ?? 0) - low, 1e-9)
        return String(values.map { blocks[Int((($0 - low) / range * 7).rounded())] })
    }
}

extension StepMetrics {
    /// Updates with the values of another step; values missing there are kept.
    fileprivate mutating func merge(_ other: StepMetrics) {
        values = other.values + values.filter { value in !other.values.contains { $0.name == value.name } }
        performance = other.performance
    }
}

private func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}
