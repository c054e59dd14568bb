import Foundation
import Runs
import Synchronization
import Testing

/// Collects what a console sink writes.
private final class Screen: Sendable {
    private let written = Mutex("")
    var text: String { written.withLock { $0 } }

    func output(isTerminal: Bool, width: Int = 100, hasColours: Bool = false) -> ConsoleOutput {
        ConsoleOutput(
            isTerminal: isTerminal, hasColours: hasColours, width: { width },
            write: { text in self.written.withLock { $0 += text } })
    }

    /// The lines as they stand after rewriting in place, the last one being the progress bar.
    var lines: [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map {
                $0.split(separator: "\u{1B}[2K", omittingEmptySubsequences: false).last.map(String.init) ?? ""
            }
            .map { $0.filter { $0 != "\r" } }
    }
}

@Suite struct ConsoleSinkTests {
    private func metrics(_ step: Int, extra: [Metric] = []) -> StepMetrics {
        StepMetrics(
            step: step,
            values: [
                Metric(MetricName.reward, Double(step) / 10), Metric(MetricName.accuracy, 0.5),
                Metric(MetricName.accuracy(kind: "attribute"), 0.25), Metric(MetricName.callRate, 0.9),
                Metric(MetricName.firstBoxIoU, 0.31), Metric(MetricName.entropy, 0.42),
                Metric(MetricName.completionTokens, 61),
            ] + extra,
            performance: [Metric(MetricName.stepSeconds, 1.84), Metric(MetricName.tokensPerSecond, 5210)])
    }

    private func sink(_ output: ConsoleOutput) -> ConsoleSink {
        ConsoleSink(total: 40, output: output, elapsed: { .seconds(2) })
    }

    @Test func aLogFileGetsALineThatExplainsItself() throws {
        let screen = Screen()
        try sink(screen.output(isTerminal: false)).record(metrics(1))
        #expect(
            screen.text
                == "step  1/40  reward  0.100  right  50 %  calls  90 %  IoU  0.310  entropy  0.420"
                + "  s/step      1.8 s  1 min 18 s left\n")
    }

    /// Where each heading stands in a line.
    private func columns(_ line: Substring) -> [Int] {
        ["reward", "right", "calls", "IoU", "entropy", "s/step"].map { title in
            line.range(of: title).map { line.distance(from: line.startIndex, to: $0.lowerBound) } ?? -1
        }
    }

    @Test func linesOfALogFileHaveTheSameColumnsAndFit() throws {
        let screen = Screen()
        let sink = ConsoleSink(
            total: 500, output: screen.output(isTerminal: false), elapsed: { .seconds(173_000) })
        try sink.record(metrics(1, extra: [Metric(MetricName.accuracy(kind: "leftOf"), 1)]))
        try sink.record(
            StepMetrics(
                step: 2, values: [Metric(MetricName.reward, -0.2), Metric(MetricName.accuracy, 1)],
                performance: [Metric(MetricName.stepSeconds, 83)]))
        try sink.record(metrics(10))
        let lines = screen.text.split(separator: "\n")
        #expect(lines.count == 3 && Set(lines.map(columns)).count == 1 && !columns(lines[0]).contains(-1))
        #expect(lines.allSatisfy { $0.count < 120 })
        #expect(lines[1].contains("calls     ·") && lines[1].contains("1 min 23 s"))
    }

    @Test func anEvaluationInALogFileSaysHowLongItTakes() throws {
        let screen = Screen()
        let clock = Mutex(Duration.seconds(3))
        let sink = ConsoleSink(total: 3, output: screen.output(isTerminal: false)) { clock.withLock { $0 } }
        // The second condition begins where the first ends: the same number comes twice.
        for (completed, at) in [(0, 3.0), (100, 8), (200, 13), (200, 13), (300, 18), (400, 23)] {
            clock.withLock { $0 = .seconds(at) }
            sink.show("evaluating scenes", completed: completed, of: 400)
        }
        #expect(
            screen.text == """
                evaluating scenes: 0/400 · 0 %
                evaluating scenes: 200/400 · 50 % · 10 s left
                evaluating scenes: 400/400 · 100 % · done

                """)
    }

    @Test func anEvaluationOnATerminalStandsInPlaceOfTheBar() throws {
        let screen = Screen()
        let sink = sink(screen.output(isTerminal: true))
        sink.show("evaluating scenes", completed: 0, of: 400)
        sink.show("evaluating scenes", completed: 200, of: 400)
        #expect(screen.lines.count == 1 && screen.lines[0].hasPrefix("evaluating scenes: 200/400"))
        sink.message("scenes: all right")
        #expect(screen.lines[0] == "scenes: all right" && screen.lines[1].hasPrefix("evaluating scenes"))
        try sink.record(metrics(1))
        #expect(screen.lines.last?.contains("evaluating") == false)
    }

    @Test func whatCameBeforeTheFirstStepIsNotCounted() throws {
        let screen = Screen()
        let clock = Mutex(Duration.seconds(100))
        let sink = ConsoleSink(total: 3, output: screen.output(isTerminal: false)) { clock.withLock { $0 } }
        sink.begin()
        clock.withLock { $0 = .seconds(104) }
        try sink.record(metrics(1))
        #expect(screen.text.hasSuffix("8.0 s left\n"))
    }

    @Test func columnsStandUnderTheirHeadings() throws {
        let screen = Screen()
        let sink = sink(screen.output(isTerminal: true))
        for step in 1...12 { try sink.record(metrics(step)) }
        let table = screen.lines.dropLast()
        #expect(table.count == 13)
        #expect(Set(table.map(\.count)).count == 1)
        #expect(table.first?.hasPrefix("step  reward  right  attribute  calls") == true)
    }

    @Test(arguments: [30, 47, 80, 100, 200])
    func noLineIsWiderThanTheWindow(width: Int) throws {
        let screen = Screen()
        let sink = sink(screen.output(isTerminal: true, width: width))
        for step in 1...3 { try sink.record(metrics(step)) }
        #expect(screen.lines.allSatisfy { $0.count <= width })
        #expect(screen.lines.contains { $0.contains("reward") })
    }

    @Test func aMetricThatIsMissingOnceKeepsItsColumn() throws {
        let screen = Screen()
        let sink = sink(screen.output(isTerminal: true))
        let extra = [Metric(MetricName.accuracy(kind: "relation"), 0.7)]
        try sink.record(metrics(1, extra: extra))
        try sink.record(metrics(2))
        #expect(screen.lines.filter { $0.contains("relation") }.count == 1)
        #expect(screen.lines[2].contains("·"))
    }

    @Test func theHeadingComesBackAfterAWhile() throws {
        let screen = Screen()
        let sink = sink(screen.output(isTerminal: true))
        for step in 1...25 { try sink.record(metrics(step)) }
        #expect(screen.lines.filter { $0.contains("entropy") }.count == 2)
    }

    @Test func withoutColoursNoEscapesRemain() throws {
        let screen = Screen()
        let sink = sink(screen.output(isTerminal: true))
        try sink.record(metrics(1))
        sink.message("saved a checkpoint")
        #expect(screen.lines.allSatisfy { !$0.contains("\u{1B}") })
        #expect(screen.lines.contains("saved a checkpoint"))
    }
}
