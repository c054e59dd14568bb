import Foundation
import TestFixtures
import Testing

struct SupervisedTests {
    private static func conversations(in folder: TemporaryFolder) throws -> String {
        _ = try TestImage.whole.write(to: folder)
        let line = #"""
            {"messages": [{"role": "user", "content": [{"type": "image", "image": "whole.png"}, \#
            {"type": "text", "text": "What?"}]}, {"role": "assistant", "content": "<answer>red</answer>"}]}
            """#
        return try folder.write("\(line)\n", to: "data.jsonl").path
    }

    @Test func anInterruptSavesWhatWasLearned() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("runs/new")
        let process = DeepEyesCommand.process([
            "sft", "--model", ShippedModel.nanoBase.path, "--data", try Self.conversations(in: folder),
            "--run", run, "--set", "epochs=1000000", "--set", "batch=1",
        ])
        let lines = Pipe()
        process.standardOutput = lines
        process.standardError = FileHandle.nullDevice
        try process.run()
        var seen = ""
        while !seen.contains("step       1/1000000  loss ") {
            let data = lines.fileHandleForReading.availableData
            if data.isEmpty { break }
            seen += String(decoding: data, as: UTF8.self)
        }
        process.interrupt()
        let rest = String(decoding: try lines.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        #expect((seen + rest).contains("to continue: deepeyes sft --run \(run) --resume"), "\(seen + rest)")
        let checkpoints = try FileManager.default.contentsOfDirectory(atPath: "\(run)/checkpoints")
        #expect(!checkpoints.isEmpty)
    }

    @Test func theModelIsCopiedBelowFoldersThatAreMade() throws {
        let folder = try TemporaryFolder()
        let output = folder.path("models/tuned")
        let arguments = [
            "sft", "--model", ShippedModel.nanoBase.path, "--data", try Self.conversations(in: folder),
            "--run", folder.path("run"),
        ]
        let outcome = try DeepEyesCommand.run(arguments + ["--output", output])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            FileManager.default.contentsEqual(
                atPath: "\(output)/model.safetensors",
                andPath: folder.path("run/checkpoints/step-1/model.safetensors")))
        // A finished run is not overwritten, and an existing output is refused before the run is touched.
        expectRefusal(try DeepEyesCommand.run(arguments), naming: folder.path("run"), remedy: "--resume")
        expectRefusal(
            try DeepEyesCommand.run("sft", "--run", folder.path("run"), "--resume", "--output", output),
            naming: output, remedy: "give a new folder")
    }

    @Test func aFinishedRunIsExtended() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        let first = try DeepEyesCommand.run(
            "sft", "--model", ShippedModel.nanoBase.path, "--data", Self.conversations(in: folder), "--run",
            run)
        #expect(first.status == 0, "\(first.errors)")
        let second = try DeepEyesCommand.run("sft", "--run", run, "--resume", "--set", "epochs=3")
        #expect(second.status == 0, "\(second.errors)")
        let metrics = try text(of: folder.file("run/metrics.jsonl"))
        #expect(metrics.split(separator: "\n").count == 3)
        #expect(try text(of: folder.file("run/config.yaml")).contains("epochs: 3"))
        expectRefusal(
            try DeepEyesCommand.run("sft", "--run", run, "--resume", "--set", "epochs=2"), naming: "epochs",
            remedy: "the run has completed 3")
        let refused = try DeepEyesCommand.run("sft", "--run", run, "--resume", "--set", "batch=2")
        #expect(refused.status != 0 && refused.errors.contains("--set epochs=N"), "\(refused.errors)")
    }

    /// A run that could not start leaves nothing in the way of the next.
    @Test func aFailedStartLeavesNoRun() throws {
        let folder = try TemporaryFolder()
        let data = try folder.write("{}\n", to: "bad.jsonl").path
        let run = folder.path("run")
        let outcome = try DeepEyesCommand.run(
            "sft", "--model", ShippedModel.nanoBase.path, "--data", data, "--run", run)
        expectRefusal(outcome, naming: "\(data):1", remedy: "messages is missing")
        #expect(!FileManager.default.fileExists(atPath: run))
    }
}
