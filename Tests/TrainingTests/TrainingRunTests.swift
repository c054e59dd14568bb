import Agent
import Foundation
import Judging
import Reports
import Runs
import TestFixtures
import TestSupport
import Testing
import Training

/// Runs the shipped base for a few small steps, end to end.
@Suite(.serialized) struct TrainingRunTests {
    private static func configuration(steps: Int) -> TrainingConfiguration {
        ShortTraining.configuration(steps: steps, scenes: 4)
    }

    @Test func aResumedRunEqualsAnUninterruptedOneByteForByte() async throws {
        try await onOwnThread { try Self.compareResumedWithUninterrupted() }
    }

    private static func compareResumedWithUninterrupted() throws {
        let folder = try TemporaryFolder()
        let (whole, halted) = (folder.file("whole"), folder.file("halted"))
        _ = try ShortTraining.run(Self.configuration(steps: 5), at: whole)

        // What a kill after step 3 leaves: the checkpoint of step 2, and lines that go on after it.
        _ = try ShortTraining.run(Self.configuration(steps: 3), at: halted)
        let last = halted.appending(path: "checkpoints/step-3")
        try FileManager.default.removeItem(at: last)
        let handle = try FileHandle(forWritingTo: halted.appending(path: "metrics.jsonl"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"step\":4,\"reward/to".utf8))
        try handle.close()
        _ = try ShortTraining.run(Self.configuration(steps: 5), at: halted, resume: true)

        for name in ["metrics.jsonl", "evaluations.jsonl"] {
            #expect(
                try Data(contentsOf: whole.appending(path: name))
                    == Data(contentsOf: halted.appending(path: name)), "\(name)")
        }
        let weights = "checkpoints/step-5/model.safetensors"
        #expect(
            try Data(contentsOf: whole.appending(path: weights))
                == Data(contentsOf: halted.appending(path: weights)))
    }

    /// A judge that is a program and says the same of everything.
    private static func judged(by verdict: String, steps: Int) -> TrainingConfiguration {
        var configuration = configuration(steps: steps)
        configuration.judge.program =
            "python3 -c 'import sys, json\nfor l in sys.stdin: print(json.dumps({\"id\": json.loads(l)[\"id\"], "
            + "\"correct\": \(verdict)}), flush=True)'"
        return configuration
    }

    @Test func aJudgeThatAgreesTooSeldomIsRefused() async throws {
        try await onOwnThread {
            let folder = try TemporaryFolder()
            let url = folder.file("run")
            let error = #expect(throws: JudgeError.self) {
                try ShortTraining.run(Self.judged(by: "True", steps: 1), at: url)
            }
            #expect(error?.description.contains("the judge is refused: program python3") == true)
            #expect(error?.description.contains("misjudged:") == true)
        }
    }

    @Test func aResumedRunDoesNotTryItsJudgeAgain() async throws {
        try await onOwnThread {
            let folder = try TemporaryFolder()
            let url = folder.file("run")
            var configuration = Self.judged(by: "False", steps: 1)
            configuration.judge.minimumAgreement = 0
            _ = try ShortTraining.run(configuration, at: url)
            let file = url.appending(path: "judge.json")
            let first = try Data(contentsOf: file)
            configuration.steps = 2
            _ = try ShortTraining.run(configuration, at: url, resume: true)
            // It holds the time of each verdict, which never is the same twice.
            #expect(try Data(contentsOf: file) == first)
        }
    }

    @Test func writesReportAndTrajectories() async throws {
        try await onOwnThread { try Self.checkReport() }
    }

    private static func checkReport() throws {
        let folder = try TemporaryFolder()
        let url = folder.file("run")
        guard case .completed(let figures) = try ShortTraining.run(Self.configuration(steps: 1), at: url)
        else {
            Issue.record("the run did not complete")
            return
        }
        #expect(figures.training.trajectories == 8)
        let measurements = figures.evaluations[0].measurements
        #expect(measurements.map(\.step) == [0, 1, 1])
        #expect(measurements.map(\.offersTools) == [true, true, false])
        #expect(measurements.allSatisfy { $0.kinds.map(\.name) == ["attribute", "relation", "existence"] })
        #expect(measurements.allSatisfy { $0.kinds.allSatisfy { $0.score.items == 4 } })
        #expect(measurements[2].overall.callRate == 0)
        let page = try String(contentsOf: url.appending(path: "report.html"), encoding: .utf8)
        #expect(page.contains("<svg"))
        #expect(FileManager.default.fileExists(atPath: url.appending(path: "report.json").path))
        #expect(try RunFolder.open(at: url).status() == RunStatus(.finished, steps: 1))
    }
}
