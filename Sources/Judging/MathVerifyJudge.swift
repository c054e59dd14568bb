import Foundation
package import Tasks

/// The Python package math-verify as a judge, in a process that runs as long as the judge exists.
package enum MathVerifyJudge {
    /// - Parameters:
    ///   - choice: `never`, the path of a Python that has the package, or `auto` for `python3` if it has it.
    ///   - timeout: timeout for one verdict.
    /// - Returns: nil for `never`, and for `auto` if `python3` lacks the package.
    /// - Throws: ``JudgeError`` if the given Python lacks the package.
    package static func make(_ choice: String, timeout: Duration) throws -> ProgramJudge? {
        guard choice != "never" else { return nil }
        let python = choice == "auto" ? "python3" : choice
        guard canImport(python) else {
            if choice == "auto" { return nil }
            throw JudgeError(
                description: "judge.mathVerify: \(python) cannot import math_verify; run "
                    + "`\(python) -m pip install math-verify`, or set it to never")
        }
        let script = String(decoding: PackageResources.math_verify_judge_py, as: UTF8.self)
        return ProgramJudge(
            command: "\(quoted(python)) -c \(quoted(script))", name: "math-verify", timeout: timeout)
    }

    /// Looks for the package without importing it, since an import takes a second.
    private static func canImport(_ python: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c",
            "exec \(quoted(python)) -c 'import importlib.util as u, sys; sys.exit(u.find_spec(\"math_verify\") is None)'",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Quoted for the shell.
    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: #"'\''"#) + "'" }
}
