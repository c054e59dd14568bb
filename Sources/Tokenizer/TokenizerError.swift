/// What is wrong with the files of a tokenizer, or with what a vocabulary is asked to be.
package struct TokenizerError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// A file is not there.
        case missing
        /// A file cannot be read or written.
        case inaccessible
        /// A file does not hold what its name promises.
        case malformed
        /// A file asks for something this tokenizer does not do.
        case unsupported
        /// A vocabulary cannot be trained as asked.
        case invalidRequest
    }

    package let code: Code
    /// What was being done, such as "reading the merges".
    package let operation: String
    /// The file or directory concerned; empty if there is none.
    package let path: String
    /// The values seen, and what to do about them.
    package let detail: String

    package init(_ code: Code, _ operation: String, path: String = "", _ detail: String) {
        self.code = code
        self.operation = operation
        self.path = path
        self.detail = detail
    }

    package var description: String {
        path.isEmpty ? "\(operation): \(detail)" : "\(operation) (\(path)): \(detail)"
    }
}
