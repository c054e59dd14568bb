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
            state.progress.advance(to: metrics.step, elapsed: elapsed() - state.startedAt)
            if let reward = metrics[MetricName.reward] { state.rewards = state.rewards.suffix(23) + [reward] }
            output.write(output.isTerminal ? tableLine(metrics, &state) : plainLine(metrics, state.progress))
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
        let cells = ConsoleColumn.all(for: metrics).compactMap { column in
            metrics[column.metric].map { "\(column.title) \(padded(column.text($0), column.width))" }
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

/// A column of the console table: a metric, its heading and its number format.
struct ConsoleColumn: Equatable {
    enum Format {
        case number
        case fine
        case percent
        case whole
        case seconds
        case short
    }

    let metric: String
    let title: String
    let format: Format
    /// In a narrow window, columns with the highest rank are dropped first.
    let rank: Int

    /// Column width in characters, for values of the usual range.
    var width: Int {
        switch format {
        case .number, .fine: 6
        case .percent: 5
        case .whole, .short: 5
        case .seconds: 7
        }
    }

    var cellWidth: Int { max(width, title.count) }

    func text(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        return switch format {
        case .number: Readable.fixed(value, 3)
        case .fine: Readable.fixed(value, 4)
        case .percent: Readable.percent(value)
        case .whole: Readable.fixed(value, 0)
        case .seconds: Readable.seconds(value)
        case .short: Readable.shortCount(value)
        }
    }

    /// The columns for which a step has a value, in display order.
    static func all(for metrics: StepMetrics) -> [ConsoleColumn] {
        let prefix = MetricName.accuracy(kind: "")
        let kinds = metrics.values.map(\.name).filter { $0.hasPrefix(prefix) && $0 != MetricName.accuracy }
        let supervised =
            metrics[MetricName.trainingLoss] == nil
            ? []
            : [
                ConsoleColumn(metric: MetricName.trainingLoss, title: "loss", format: .fine, rank: 0),
                ConsoleColumn(metric: MetricName.epoch, title: "epoch", format: .number, rank: 2),
                ConsoleColumn(metric: MetricName.gradientNorm, title: "gradient", format: .number, rank: 3),
            ]
        let columns =
            supervised + [
                ConsoleColumn(metric: MetricName.reward, title: "reward", format: .number, rank: 0),
                ConsoleColumn(metric: MetricName.accuracy, title: "right", format: .percent, rank: 1),
            ]
            + kinds.map {
                ConsoleColumn(
                    metric: $0, title: String($0.dropFirst(prefix.count)), format: .percent, rank: 4)
            }
            + [
                ConsoleColumn(metric: MetricName.callRate, title: "calls", format: .percent, rank: 2),
                ConsoleColumn(metric: MetricName.firstBoxIoU, title: "IoU", format: .number, rank: 3),
                ConsoleColumn(metric: MetricName.entropy, title: "entropy", format: .number, rank: 6),
                ConsoleColumn(metric: MetricName.completionTokens, title: "length", format: .whole, rank: 7),
                ConsoleColumn(metric: MetricName.stepSeconds, title: "s/step", format: .seconds, rank: 5),
                ConsoleColumn(metric: MetricName.tokensPerSecond, title: "tok/s", format: .short, rank: 8),
            ]
        return columns.filter { metrics[$0.metric] != nil }
    }
}

extension [ConsoleColumn] {
    /// The columns that fit into `width` characters, after dropping those of the highest rank.
    func fitting(_ width: Int) -> [ConsoleColumn] {
        var columns = self
        while columns.reduce(0, { $0 + $1.cellWidth + 2 }) > width, columns.count > 1,
            let last = columns.indices.max(by: { columns[$0].rank < columns[$1].rank })
        {
            columns.remove(at: last)
        }
        return columns
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
