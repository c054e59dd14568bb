import Foundation
import TestFixtures
import Testing

/// The built command line tool, run as a person runs it.
struct DeepEyesCommand {
    /// How a run ended and what it wrote.
    struct Outcome {
        let status: Int32
        /// Whether the process ended by itself, not by a signal.
        let hasExited: Bool
        let errors: String
    }

    /// The tool is built beside the tests.
    private static let tool: String = {
        let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        let folder = tests?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
        return folder.appending(path: "deepeyes").path
    }()

    /// The root of the package.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Runs `deepeyes` to its end.
    ///
    /// - Parameter shell: a line of shell that the tool is run by; it stands in it as `"$@"`.
    static func run(_ arguments: [String], by shell: String = #"exec "$@""#) throws -> Outcome {
        let process = process(arguments, by: shell)
        let folder = try TemporaryFolder()
        let errors = try folder.write("", to: "errors")
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, hasExited: process.terminationReason == .exit,
            errors: try text(of: errors))
    }

    static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

    /// A process that has yet to be started.
    static func process(_ arguments: [String], by shell: String = #"exec "$@""#) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", shell, "sh", tool] + arguments
        process.currentDirectoryURL = root
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Whether a shell line succeeds here.
    static func shellCan(_ line: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", line]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

/// Expects exit code 1 and one line that says what is wrong with `subject` and what helps.
func expectRefusal(
    _ outcome: DeepEyesCommand.Outcome, naming subject: String, remedy: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let errors = outcome.errors
    #expect(
        outcome.hasExited && outcome.status == 1, "status \(outcome.status)", sourceLocation: sourceLocation)
    #expect(
        errors.hasPrefix("deepeyes: ") && errors.filter { $0 == "\n" }.count == 1 && errors.count < 500,
        "not one short line: \(errors)", sourceLocation: sourceLocation)
    #expect(errors.contains(subject), "\(subject) is not named: \(errors)", sourceLocation: sourceLocation)
    #expect(errors.contains(remedy), "no remedy: \(errors)", sourceLocation: sourceLocation)
}
