import Foundation
import TestFixtures
import Testing

/// Runs that an alarm ends, as a script that starts them sees it.
struct AlarmTests {
    /// Two steps whose completions are all cut short.
    private func train(_ folder: TemporaryFolder, _ more: String...) throws -> DeepEyesCommand.Outcome {
        try DeepEyesCommand.run(
            [
                "train", "--model", ShippedModel.nanoBase.path, "--run", folder.path("run"), "--set",
                "steps=2",
                "--set", "evaluation=[{scenes: 1}]", "--set", "rollout.promptsPerStep=1", "--set",
                "rollout.groupSize=2", "--set", "rollout.sampling.maximumTokens=2",
            ] + more.flatMap { ["--set", $0] })
    }

    @Test(arguments: [("pause", 3 as Int32), ("stop", 4)])
    func theStatusSaysWhatToDo(action: String, status: Int32) throws {
        let folder = try TemporaryFolder()
        let outcome = try train(folder, "alarms.truncated={action: \(action), threshold: 0.5, window: 1}")
        #expect(outcome.hasExited && outcome.status == status, "status \(outcome.status)")
        #expect(outcome.errors.filter { $0 == "\n" }.count == 1 && outcome.errors.count < 500)
        let run = folder.path("run")
        #expect(outcome.errors.hasPrefix("deepeyes: \(run) is \(action == "pause" ? "paused" : "stopped")"))
        #expect(outcome.errors.contains("deepeyes train --run \(run) --resume"))

        // The rules and the number of steps may be changed on the way, and nothing else.
        let resumed = try DeepEyesCommand.run(
            "train", "--run", run, "--resume", "--set", "alarms.truncated.action=warn")
        #expect(resumed.status == 0, "\(resumed.errors)")
        let refused = try DeepEyesCommand.run("train", "--run", run, "--resume", "--set", "seed=3")
        #expect(refused.status != 0 && refused.errors.contains("--set alarms"))
    }

    @Test func anUnknownActionIsNamed() throws {
        let folder = try TemporaryFolder()
        expectRefusal(
            try train(folder, "alarms.unjudged.action=shout"), naming: "alarms.unjudged.action",
            remedy: "use off, warn, pause or stop")
    }
}
