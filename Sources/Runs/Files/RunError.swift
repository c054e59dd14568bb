internal import Foundation

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What went wrong with a run folder or one of its files: the operation, the path, what was seen, and the
/// remedy.
package struct RunError: Error, Equatable, CustomStringConvertible {
    /// The cause, for callers that react to it.
    package enum Code: String, Sendable {
        /// A run already lives in the folder.
        case alreadyExists
        /// The folder holds no run.
        case notARun
        /// Another process writes to the run.
        case locked
        /// A file of the run is not what this program writes.
        case malformed
        /// The run's files do not reach the step to resume from.
        case behind
        /// The operating system refused a file operation.
        case fileSystem
        /// SQLite refused an operation.
        case database
    }

    package let code: Code
    package let operation: String
    package let path: String
    package let detail: String
    package let remedy: String

    package init(_ code: Code, operation: String, path: String, detail: String, remedy: String) {
        self.code = code
        self.operation = operation
        self.path = path
        self.detail = detail
        self.remedy = remedy
    }

    package var description: String {
        "cannot \(operation) \(path): \(detail) (\(remedy))"
    }

    /// A refusal of the operating system.
    init(_ code: Code, _ operation: String, _ url: URL, _ detail: String) {
        self.init(
            code, operation: operation, path: url.path, detail: detail,
            remedy: "check that the folder exists, is writable and has free space")
    }

    /// Runs a file operation and says what it was for when it fails.
    static func reporting<Value>(_ operation: String, _ url: URL, _ body: () throws -> Value) throws -> Value
    {
        do {
            return try body()
        } catch {
            throw RunError(.fileSystem, operation, url, reason(for: error))
        }
    }

    /// The words of the system where Foundation wraps them, else those of the error.
    private static func reason(for error: any Error) -> String {
        guard let error = error as? CocoaError else { return "\(error)" }
        guard let cause = error.underlying as? POSIXError else { return error.localizedDescription }
        return String(cString: strerror(cause.code.rawValue))
    }
}
