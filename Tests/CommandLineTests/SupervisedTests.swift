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

    /// A run that could not start leaves nothing in the way of the next.
    @Test func aFailedStartLeavesNoRun() throws {
        let folder = try TemporaryFolder()
        let data = try folder.write("{}\n", to: "bad.jsonl").path
        let run = folder.path("run")
        let outcome = try DeepEyesCommand.run(
            "sft", "--model", ShippedModel.nanoBase.path, "--data", data, "--run", run)
        expectRefusal(outcome, naming: "\(data):1", remedy: "a line is a JSON object with messages")
        #expect(!FileManager.default.fileExists(atPath: run))
    }
}
