import Agent
import Foundation
import Models
import Runs
import Synchronization
import Tasks
import TestFixtures
import TestSupport
import Testing
import Torch
import Training

/// Short trainings whose alarms are set so that they begin.
@Suite(.serialized) struct AlarmRunTests {
    private static func configuration(steps: Int) -> TrainingConfiguration {
        ShortTraining.configuration(steps: steps, scenes: 1)
    }

    /// Every completion is cut short, so that the alarm begins at the step that is the window.
    private static func cutShort(_ action: AlarmAction, window: Int, steps: Int) -> TrainingConfiguration {
        var configuration = configuration(steps: steps)
        configuration.rollout.sampling.maximumTokens = 3
        configuration.alarms.truncated = AlarmRule(action, threshold: 0.5, window: window)
        return configuration
    }

    /// A folder for a run, and what its console said.
    private final class Place: Sendable {
        private let folder: TemporaryFolder
        private let written = Mutex("")

        init() throws { folder = try TemporaryFolder() }

        var url: URL { folder.file("run") }
        var console: String { written.withLock { $0 } }

        func run(_ configuration: TrainingConfiguration, resume: Bool = false) throws -> TrainingRun.Ending {
            try ShortTraining.run(configuration, at: url, resume: resume) { text in
                self.written.withLock { $0 += text }
            }
        }

        func bytes(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }
        func alarms() throws -> [AlarmRecord] { try AlarmRecord.all(of: RunFolder.open(at: url)) }
        func checkpoints() throws -> [Int] { try RunFolder.open(at: url).checkpoints().map(\.step) }
    }

    private static func ending(_ ending: TrainingRun.Ending) -> AlarmEnding? {
        if case .alarmed(let ending) = ending { ending } else { nil }
    }

    private static func isComplete(_ ending: TrainingRun.Ending) -> Bool {
        if case .completed = ending { true } else { false }
    }

    @Test func aPausedRunIsSavedAndResumesAsIfNothingHadBeen() async throws {
        try await onOwnThread {
            let (whole, paused) = (try Place(), try Place())
            _ = try whole.run(Self.cutShort(.pause, window: 3, steps: 3))
            let configuration = Self.cutShort(.pause, window: 3, steps: 5)
            let ending = try #require(Self.ending(paused.run(configuration)))
            #expect(ending.exitCode == 3)
            #expect(ending.alarm.alarm == .truncated && ending.alarm.step == 3 && ending.before == nil)
            let sentence = ending.message(run: "runs/a")
            #expect(sentence.contains("runs/a is paused by the alarm truncated"))
            #expect(sentence.hasSuffix("to continue: deepeyes train --run runs/a --resume"))
            #expect(try paused.checkpoints().last == 3)
            let status = try RunFolder.open(at: paused.url).status()
            #expect(status.state == .stopped && status.reason?.contains("alarm truncated") == true)
            #expect(try paused.alarms() == [ending.alarm])

            #expect(try Self.isComplete(paused.run(configuration, resume: true)))
            #expect(try paused.alarms() == [ending.alarm])
            #expect(paused.console.ranges(of: "ALARM truncated at step 3").count == 1)

            // With the alarm as a warning the same run is not interrupted.
            let warned = try Place()
            #expect(try Self.isComplete(warned.run(Self.cutShort(.warn, window: 3, steps: 5))))
            #expect(try warned.bytes("metrics.jsonl") == paused.bytes("metrics.jsonl"))
            let weights = "checkpoints/step-5/model.safetensors"
            #expect(try warned.bytes(weights) == paused.bytes(weights))
        }
    }

    @Test func aStoppedRunSavesNothingAndNamesTheLastGoodCheckpoint() async throws {
        try await onOwnThread {
            let place = try Place()
            _ = try place.run(Self.configuration(steps: 4))
            #expect(try place.checkpoints() == [2, 4])
            // From here on completions are cut short.
            var configuration = Self.cutShort(.stop, window: 2, steps: 8)
            let ending = try #require(Self.ending(place.run(configuration, resume: true)))
            #expect(ending.exitCode == 4 && ending.alarm.step == 6)
            // Step 5 was sampled from the weights of step 4.
            #expect(ending.before?.step == 2)
            #expect(try place.checkpoints() == [2, 4])
            let sentence = ending.message(run: "runs/a")
            #expect(sentence.contains("runs/a is stopped at step 6 by the alarm truncated"))
            #expect(sentence.contains("the last checkpoint before the alarm is runs/a/checkpoints/step-2"))
            #expect(sentence.hasSuffix("--model runs/a/checkpoints/step-2 --run runs/a-2"))

            // The same again stops again; as a warning it goes on.
            #expect(try Self.ending(place.run(configuration, resume: true)) != nil)
            configuration.alarms.truncated.action = .warn
            #expect(try Self.isComplete(place.run(configuration, resume: true)))
            #expect(try place.alarms().map(\.step) == [6])
            #expect(try String(decoding: place.bytes("report.html"), as: UTF8.self).contains("id=\"alarms\""))
        }
    }

    @Test func aKilledRunRaisesTheAlarmsOfOneInPeace() async throws {
        try await onOwnThread {
            let (whole, killed) = (try Place(), try Place())
            let configuration = Self.cutShort(.warn, window: 3, steps: 5)
            _ = try whole.run(configuration)
            // What a kill after step 3 leaves: the checkpoint of step 2, and lines that go on after it.
            _ = try killed.run(Self.cutShort(.warn, window: 3, steps: 3))
            try FileManager.default.removeItem(at: killed.url.appending(path: "checkpoints/step-3"))
            let file = killed.url.appending(path: "alarms.jsonl")
            try (killed.bytes("alarms.jsonl") + Data("{\"step\":4,\"ala".utf8)).write(to: file)
            _ = try killed.run(configuration, resume: true)
            #expect(try whole.alarms().map(\.step) == [3])
            for name in ["metrics.jsonl", "alarms.jsonl"] {
                #expect(try whole.bytes(name) == killed.bytes(name), "\(name)")
            }
        }
    }

    /// Rewards so large that the loss overflows.
    private static func overflowing(_ action: AlarmAction, steps: Int) -> TrainingConfiguration {
        var configuration = configuration(steps: steps)
        configuration.rollout.promptsPerStep = 4
        configuration.reward.perception.accuracy = 1e200
        configuration.algorithm.advantage = .groupMean
        configuration.alarms.notFinite = AlarmRule(action, threshold: 0, window: 1)
        return configuration
    }

    @Test func aLossThatIsNotFiniteChangesNoWeight() async throws {
        try await onOwnThread {
            let place = try Place()
            let ending = try #require(Self.ending(place.run(Self.overflowing(.pause, steps: 6))))
            #expect(ending.alarm.alarm == .notFinite)
            #expect(ending.alarm.message.contains(MetricName.loss))
            #expect(place.console.contains("update skipped"))
            let saved = "checkpoints/step-\(ending.alarm.step)"
            func weights(_ url: URL) throws -> [[Float]] {
                try PolicyModel(directory: url).model.parameters.map { $0.tensor.values(as: Float.self) }
            }
            #expect(try weights(place.url.appending(path: saved)) == weights(ShippedModel.nanoBase))
        }
    }

    @Test func weightsThatCannotBeUsedFailEveryTrajectory() async throws {
        try await onOwnThread {
            let place = try Place()
            var configuration = Self.configuration(steps: 2)
            configuration.rollout.promptsPerStep = 4
            configuration.checkpoint.every = 1
            configuration.checkpoint.keep = 2
            _ = try place.run(configuration)
            configuration.steps = 9
            configuration.optimizer.learningRate = 1e30
            let ending = try #require(Self.ending(place.run(configuration, resume: true)))
            #expect(ending.alarm.alarm == .failed && ending.alarm.value == 1)
            #expect(
                place.console.contains(
                    "a trajectory failed: the model's logits for sample 0 of group 0 are NaN"))
            // It is kept beside the two newest.
            let good = try #require(ending.before)
            #expect(good.step >= 2 && good.step < ending.alarm.step - 3)
            #expect(try place.checkpoints() == [good.step, ending.alarm.step - 2, ending.alarm.step - 1])
            #expect(ending.message(run: "r").contains("r/checkpoints/step-\(good.step)"))
        }
    }
}
