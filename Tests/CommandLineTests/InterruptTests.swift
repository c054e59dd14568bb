import Foundation
import TestFixtures
import Testing

/// Ctrl-C while libtorch computes.
struct InterruptTests {
    /// Text of a pipe as it comes.
    private static func wait(for text: String, in handle: FileHandle) -> Bool {
        var seen = ""
        while !seen.contains(text) {
            let data = handle.availableData
            if data.isEmpty { return false }
            seen += String(decoding: data, as: UTF8.self)
        }
        return true
    }

    /// The end is at once, without a crash and its backtrace. It depends on the moment, so there are several.
    @Test(arguments: 0..<3) func aSecondInterruptEndsTheProcessWithoutACrash(_: Int) throws {
        let folder = try TemporaryFolder()
        let process = DeepEyesCommand.process([
            "train", "--model", ShippedModel.nanoBase.path, "--run", folder.path("run"), "--set",
            "evaluation=[{scenes: 200}]",
        ])
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        #expect(Self.wait(for: "evaluating", in: output.fileHandleForReading))
        process.interrupt()
        #expect(Self.wait(for: "press Ctrl-C again", in: errors.fileHandleForReading))
        process.interrupt()
        let rest = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        #expect(rest.allSatisfy { $0 == UInt8(ascii: "\n") }, "\(String(decoding: rest, as: UTF8.self))")
    }
}
