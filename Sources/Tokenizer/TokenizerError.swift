/// An error in tokenizer files, or in the request to train a vocabulary.
package struct TokenizerError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// A file is missing.
        case missing
        /// A file cannot be read or written.
        case inaccessible
        /// A file has invalid contents.
        case malformed
        /// A file requires an unsupported feature.
        case unsupported
        /// A vocabulary cannot be trained as requested.
        case invalidRequest
    }

    package let code: Code
    /// The operation, such as "reading the merges".
    package let operation: String
    /// The file or directory concerned; empty if there is none.
    package let path: String
    /// The invalid values, with a remedy.
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
