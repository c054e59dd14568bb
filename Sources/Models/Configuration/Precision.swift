package import Torch

/// The precision of a model's weights.
///
/// Biases and norms, which are few, have the type of the activations. On the CPU activations are always `float32`.
package enum Precision: String, Hashable, Sendable, CaseIterable, Codable {
    case fp32
    /// Half the memory. Weights of a checkpoint in bf16 stay in its file, which is mapped.
    case bf16
    /// A quarter of the memory, for inference: eight bits, with a factor for each 64 weights.
    case int8

    /// The type of matrices in memory.
    package var matrixType: DType {
        switch self {
        case .fp32: .float32
        case .bf16: .bfloat16
        case .int8: .int8
        }
    }

    /// The type of floating-point weights in a checkpoint that is written; nil for their own.
    package var storedType: DType? {
        switch self {
        case .fp32: .float32
        case .bf16: .bfloat16
        case .int8: nil
        }
    }

    /// The type of activations, biases and norms.
    package func activationType(on device: Device) -> DType {
        self == .fp32 || device == .cpu ? .float32 : .bfloat16
    }

    /// Bytes of `parameterCount` weights.
    package func byteCount(ofParameters parameterCount: Int) -> Int {
        self == .int8
            ? parameterCount + parameterCount / Weight.groupSize * DType.float32.byteCount
            : parameterCount * matrixType.byteCount
    }
}
