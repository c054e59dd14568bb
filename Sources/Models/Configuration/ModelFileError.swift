/// A configuration file of a model directory that cannot be used, and why.
package struct ModelFileError: Error, Hashable, CustomStringConvertible {
    /// The file, or the directory where it was expected.
    package let path: String
    /// What is wrong with it, with the values found, and what would be right.
    package let problem: String

    package init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    package var description: String { "\(path): \(problem)" }
}
