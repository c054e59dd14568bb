/// An invalid configuration file of a model directory, with the reason.
package struct ModelFileError: Error, Hashable, CustomStringConvertible {
    /// The file, or the directory where it was expected.
    package let path: String
    /// The problem, with the actual and the expected values.
    package let problem: String

    package init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    package var description: String { "\(path): \(problem)" }
}
