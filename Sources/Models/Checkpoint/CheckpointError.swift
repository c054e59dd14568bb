/// A checkpoint that cannot be loaded or saved, with the reason.
package struct CheckpointError: Error, Hashable, CustomStringConvertible {
    package enum Operation: String, Hashable, Sendable {
        case load, save
    }

    package let operation: Operation
    /// The checkpoint directory.
    package let path: String
    /// The expected and the actual content, and the remedy.
    package let problem: String

    package init(_ operation: Operation, path: String, _ problem: String) {
        self.operation = operation
        self.path = path
        self.problem = problem
    }

    package var description: String { "cannot \(operation.rawValue) the checkpoint \(path): \(problem)" }
}
