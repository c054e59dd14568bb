internal import Foundation

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// An error with a run folder or one of its files: operation, path, detail and remedy.
package struct RunError: Error, Equatable, CustomStringConvertible {
    /// The cause, for callers that react to it.
    package enum Code: String, Sendable {
        /// The folder already contains a run.
        case alreadyExists
        /// The folder does not contain a run.
        case notARun
        /// Another process is writing to the run.
        case locked
        /// A file of the run is invalid.
        case malformed
        /// The run's files end before the step to resume from.
        case behind
        /// A file operation failed.
        case fileSystem
        /// A database operation failed.
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

    /// A failed file operation.
    init(_ code: Code, _ operation: String, _ url: URL, _ detail: String) {
        self.init(
            code, operation: operation, path: url.path, detail: detail,
            remedy: "check that the folder exists, is writable and has free space")
    }

    /// Runs a file operation and adds context to its error.
    static func reporting<Value>(_ operation: String, _ url: URL, _ body: () throws -> Value) throws -> Value
    {
        do {
            return try body()
        } catch {
            throw RunError(.fileSystem, operation, url, reason(for: error))
        }
    }

    /// The reason of a failed file operation: the operating system's message if the error wraps one, else the error's own description.
    package static func reason(for error: any Error) -> String {
        guard let error = error as? CocoaError else { return "\(error)" }
        guard let cause = error.underlying as? POSIXError else { return error.localizedDescription }
        return String(cString: strerror(cause.code.rawValue))
    }
}
