import Foundation
import TestFixtures
import Testing

struct ExtendedRunTests {
    private func train(_ folder: TemporaryFolder, _ run: String, _ more: String...) throws {
        let outcome = try DeepEyesCommand.run(["train", "--run", folder.path(run)] + more)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    private static let start = [
        "--model", ShippedModel.nanoBase.path, "--set", "evaluation=[]", "--set", "threads=1", "--set",
        "rollout.promptsPerStep=1", "--set", "rollout.groupSize=2", "--set",
        "rollout.sampling.maximumTokens=8",
    ]

    /// With a constant learning rate, two steps and one more are three.
    @Test func aFinishedRunGoesOn() throws {
        let folder = try TemporaryFolder()
        for (run, steps) in [("whole", 3), ("extended", 2)] {
            let outcome = try DeepEyesCommand.run(
                ["train", "--run", folder.path(run), "--set", "steps=\(steps)"] + Self.start)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        try train(folder, "extended", "--resume", "--set", "steps=3")
        for file in ["metrics.jsonl", "config.yaml"] {
            #expect(
                try text(of: folder.file("extended/\(file)")) == text(of: folder.file("whole/\(file)")),
                "\(file)")
        }
        // The number of steps is the run's from now on.
        try train(folder, "extended", "--resume")
        #expect(try text(of: folder.file("extended/config.yaml")).contains("\nsteps: 3\n"))
        let refused = try DeepEyesCommand.run(
            "train", "--run", folder.path("extended"), "--resume", "--set", "steps=1")
        #expect(refused.status != 0 && refused.errors.contains("the run has completed 3 steps"))
        // A run's folder is a model: that of its newest checkpoint.
        let image = try TestImage.whole.write(to: folder)
        let asked = try DeepEyesCommand.run(
            "ask", "--model", folder.path("extended"), "--image", image, "What is it?")
        #expect(asked.status == 0, "\(asked.errors)")
        // The card of the model that the run started from says what it can do.
        #expect(asked.errors.contains("nano knows only coloured shapes"), "\(asked.errors)")
    }
}
