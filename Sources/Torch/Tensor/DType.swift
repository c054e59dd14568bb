import CTorch

/// The type of a tensor's elements.
package enum DType: String, Hashable, Sendable, CaseIterable {
    case float32, float64, bfloat16, float16, int32, int64, uint8, int8, bool

    /// Bytes per element.
    package var byteCount: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .bfloat16, .float16: 2
        case .uint8, .int8, .bool: 1
        }
    }

    /// Whether the elements are floating-point numbers.
    package var isFloatingPoint: Bool {
        switch self {
        case .float32, .float64, .bfloat16, .float16: true
        case .int32, .int64, .uint8, .int8, .bool: false
        }
    }

    var code: TorchType {
        switch self {
        case .float32: .float32
        case .float64: .float64
        case .bfloat16: .bFloat16
        case .float16: .float16
        case .int32: .int32
        case .int64: .int64
        case .uint8: .uInt8
        case .int8: .int8
        case .bool: .bool
        }
    }

    init(code: TorchType) {
        self =
            switch code {
            case .float32: .float32
            case .float64: .float64
            case .bFloat16: .bfloat16
            case .float16: .float16
            case .int32: .int32
            case .int64: .int64
            case .uInt8: .uint8
            case .int8: .int8
            case .bool: .bool
            }
    }
}

/// A Swift type that can be the element type of a tensor.
package protocol TensorElement: BitwiseCopyable {
    /// The corresponding element type.
    static var dtype: DType { get }
}

extension Float: TensorElement {
    package static var dtype: DType { .float32 }
}

extension Double: TensorElement {
    package static var dtype: DType { .float64 }
}

extension Int32: TensorElement {
    package static var dtype: DType { .int32 }
}

extension Int64: TensorElement {
    package static var dtype: DType { .int64 }
}

extension Int: TensorElement {
    package static var dtype: DType { .int64 }
}

extension UInt8: TensorElement {
    package static var dtype: DType { .uint8 }
}

extension Bool: TensorElement {
    package static var dtype: DType { .bool }
}
