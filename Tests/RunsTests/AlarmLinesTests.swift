import Foundation
import Runs
import Synchronization
import TestFixtures
import Testing

@Suite struct AlarmLinesTests {
    private let run: RunFolder
    private let temporary: TemporaryFolder

    init() throws {
        temporary = try TemporaryFolder()
        run = try RunFolder.create(at: temporary.url.appending(path: "run"), configuration: "")
    }

    private func alarm(_ step: Int, _ alarm: Alarm = .toolCollapse) -> AlarmRecord {
        AlarmRecord(
            step: step, alarm: alarm, action: .warn, value: 0.03, threshold: 0.05,
            message: "no \"call\" is left")
    }

    private func record(_ alarms: [AlarmRecord], keepingThrough step: Int?) throws {
        let lines = try AlarmLines(at: run.alarmsFile, keepingThrough: step)
        for alarm in alarms { try lines.record(alarm) }
        try lines.synchronize()
    }

    @Test func aLineIsExact() {
        #expect(
            alarm(12).line
                == #"{"step":12,"alarm":"toolCollapse","action":"warn","value":0.03,"threshold":0.05,"#
                + #""message":"no \"call\" is left"}"# + "\n")
    }

    @Test func alarmsReadBackAsThemselves() throws {
        #expect(try AlarmRecord.all(of: run).isEmpty)
        let alarms = [alarm(3), alarm(3, .failed), alarm(9)]
        try record(alarms, keepingThrough: nil)
        #expect(try AlarmRecord.all(of: run) == alarms)
    }

    @Test func aResumedFileHoldsWhatCameBefore() throws {
        try record([alarm(3), alarm(5), alarm(5, .failed), alarm(6)], keepingThrough: nil)
        try AtomicFile.write(text(of: run.alarmsFile) + "{\"step\":7,\"al", to: run.alarmsFile)
        #expect(try AlarmRecord.all(of: run).count == 4)
        try record([alarm(6, .unjudged)], keepingThrough: 5)
        #expect(try AlarmRecord.all(of: run) == [alarm(3), alarm(5), alarm(5, .failed), alarm(6, .unjudged)])
        try record([], keepingThrough: nil)
        #expect(try text(of: run.alarmsFile).isEmpty)
    }

    @Test func aRunThatCouldNotBeginLeavesNone() throws {
        try record([alarm(1)], keepingThrough: nil)
        try run.discard()
        #expect(!FileManager.default.fileExists(atPath: run.url.path))
    }

    @Test func recordedStepsKeepWhatIsNotFinite() throws {
        let sinks = try run.metricSinks(keepingThrough: nil)
        for step in 1...3 {
            let metrics = StepMetrics(step: step, values: [Metric("loss", step == 2 ? .infinity : 0.1)])
            for sink in sinks { try sink.record(metrics) }
        }
        let steps = try run.recordedSteps(through: 2)
        #expect(steps.map(\.step) == [1, 2])
        #expect(steps[0]["loss"] == 0.1)
        #expect(steps[1]["loss"]?.isNaN == true)
    }

    @Test func alarmsStandOutOnTheConsole() {
        let written = Mutex("")
        let console = ConsoleSink(
            total: 9,
            output: ConsoleOutput(isTerminal: false, hasColours: true) { text in
                written.withLock { $0 += text }
            })
        console.alarmBegan(alarm(7))
        console.alarmEnded(.toolCollapse, step: 8)
        #expect(
            written.withLock { $0 }
                == "\u{1B}[1;31mALARM toolCollapse at step 7: no \"call\" is left\u{1B}[0m\n"
                + "\u{1B}[32mover at step 8: toolCollapse\u{1B}[0m\n")
    }
}
