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
        let output = folder.path("out")
        let process = DeepEyesCommand.process([
            "sft", "--model", ShippedModel.nanoBase.path, "--data", try Self.conversations(in: folder),
            "--output", output, "--set", "epochs=1000000", "--set", "batch=1",
        ])
        let lines = Pipe()
        process.standardOutput = lines
        process.standardError = FileHandle.nullDevice
        try process.run()
        let first = lines.fileHandleForReading.availableData
        process.interrupt()
        _ = try lines.fileHandleForReading.readToEnd()
        process.waitUntilExit()
        #expect(String(decoding: first, as: UTF8.self).hasPrefix("step 1/1000000"))
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        #expect(FileManager.default.fileExists(atPath: "\(output)/model.safetensors"))
    }
}
