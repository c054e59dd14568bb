import Foundation
import Runs
import TestFixtures
import Testing

@Suite struct MetricLinesTests {
    private let temporary: TemporaryFolder
    private var file: URL { temporary.file("metrics.jsonl") }

    init() throws {
        temporary = try TemporaryFolder()
    }

    /// Numbers whose shortest forms differ in length and shape.
    private func metrics(_ step: Int) -> StepMetrics {
        StepMetrics(
            step: step,
            values: [
                Metric("reward/total", Double(step) / 3), Metric("accuracy/all", 0.1 * Double(step)),
                Metric("optimizer/learning_rate", 1e-6 / Double(step)),
            ],
            performance: [Metric("time/step_seconds", 1.5)])
    }

    private func record(_ steps: ClosedRange<Int>, keepingThrough step: Int?) throws {
        let lines = try MetricLines(at: file, of: .values, keepingThrough: step)
        for step in steps { try lines.record(metrics(step)) }
    }

    @Test func aLineIsExact() {
        let line = MetricLines.line(
            step: 12,
            [
                Metric("b", 0.1), Metric("a", 1.0 / 3), Metric("whole", 3), Metric("zero", -0.0),
                Metric("tiny", 1e-6), Metric("large", 1e21), Metric("none", .nan), Metric("quote\"", -2.5),
            ])
        let expected =
            #"{"step":12,"b":0.1,"a":0.3333333333333333,"whole":3,"zero":0,"tiny":1e-06,"large":1e+21,"#
            + #""none":null,"quote\"":-2.5}"# + "\n"
        #expect(line == expected)
    }

    @Test(arguments: [
        0.1, 1 / 3.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 123_456_789.123, -2.5e-7,
        9_007_199_254_740_992,
    ])
    func numbersReadBackAsThemselves(_ value: Double) throws {
        let line = MetricLines.line(step: 1, [Metric("x", value)])
        #expect(try JSONDecoder().decode([String: Double].self, from: Data(line.utf8))["x"] == value)
    }

    @Test func clockValuesGoToAFileOfTheirOwn() throws {
        let run = try RunFolder.create(at: temporary.url.appending(path: "run"), configuration: "")
        for sink in try run.metricSinks(keepingThrough: nil) { try sink.record(metrics(1)) }
        #expect(try !text(of: run.metricsFile).contains("seconds"))
        #expect(try text(of: run.performanceFile) == "{\"step\":1,\"time/step_seconds\":1.5}\n")
    }

    @Test(arguments: [0, 1, 7, 12])
    func aResumedFileEqualsAnUninterruptedOne(killedAt: Int) throws {
        try record(1...12, keepingThrough: nil)
        let uninterrupted = try Data(contentsOf: file)
        try FileManager.default.removeItem(at: file)

        if killedAt > 0 { try record(1...killedAt, keepingThrough: nil) }
        let checkpoint = killedAt / 5 * 5
        try record((checkpoint + 1)...12, keepingThrough: checkpoint)
        #expect(try Data(contentsOf: file) == uninterrupted)
    }

    @Test(arguments: [1, 9, 30])
    func aTornLineIsDroppedOnResume(bytesCut: Int) throws {
        try record(1...8, keepingThrough: nil)
        let whole = try Data(contentsOf: file)
        try AtomicFile.write(whole.dropLast(bytesCut), to: file)
        try record(6...8, keepingThrough: 5)
        #expect(try Data(contentsOf: file) == whole)
    }

    @Test func aFileThatEndsBeforeTheCheckpointIsRefused() throws {
        try record(1...3, keepingThrough: nil)
        let error = #expect(throws: RunError.self) {
            try MetricLines(at: file, of: .values, keepingThrough: 5)
        }
        #expect(error?.code == .behind)
        #expect(error?.detail == "its lines end at step 3")
    }

    @Test func aForeignLineIsRefusedAndKept() throws {
        try AtomicFile.write("{\"step\":1}\nnot a step\n{\"step\":2}\n", to: file)
        let error = #expect(throws: RunError.self) {
            try MetricLines(at: file, of: .values, keepingThrough: 2)
        }
        #expect(error?.code == .malformed)
        #expect(try text(of: file).contains("not a step"))
    }

    @Test func historyReadsBothFilesAndPassesOverATornLine() throws {
        let run = try RunFolder.create(at: temporary.url.appending(path: "run"), configuration: "")
        for sink in try run.metricSinks(keepingThrough: nil) {
            for step in 1...3 { try sink.record(metrics(step)) }
        }
        let torn = try text(of: run.metricsFile) + "{\"step\":4,\"rew"
        try AtomicFile.write(torn, to: run.metricsFile)
        #expect(try MetricHistory(of: run) == MetricHistory((1...3).map(metrics)))
    }

    @Test func historyLeavesOutWhatIsNotANumber() throws {
        let history = MetricHistory([
            StepMetrics(step: 1, values: [Metric("x", .nan)]), StepMetrics(step: 2, values: [Metric("x", 4)]),
        ])
        #expect(history["x"] == [MetricHistory.Point(step: 2, value: 4)])
    }
}
