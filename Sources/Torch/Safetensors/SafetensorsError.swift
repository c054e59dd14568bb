package import Foundation

/// A safetensors file, or a directory of them, cannot be read or written.
package struct SafetensorsError: Error, CustomStringConvertible {
    package enum Operation: String, Sendable {
        case read, write
    }

    package let operation: Operation
    /// The file, or the directory of a sharded checkpoint.
    package let path: String
    /// The tensor, if the error is about a single one.
    package let tensor: String?
    /// The problem.
    package let reason: String

    package init(_ operation: Operation, _ url: URL, tensor: String? = nil, _ reason: String) {
        self.operation = operation
        path = url.path
        self.tensor = tensor
        self.reason = reason
    }

    package var description: String {
        let subject = tensor.map { "tensor \"\($0)\" of " } ?? ""
        return "cannot \(operation.rawValue) \(subject)\(path): \(reason)"
    }
}

extension DType {
    /// The type's name in a safetensors header.
    var safetensorsName: String {
        switch self {
        case .float32: "F32"
        case .float64: "F64"
        case .bfloat16: "BF16"
        case .float16: "F16"
        case .int32: "I32"
        case .int64: "I64"
        case .uint8: "U8"
        case .int8: "I8"
        case .bool: "BOOL"
        }
    }

    static let bySafetensorsName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.safetensorsName, $0) })
}
