package import Torch

/// The naming scheme of the tensors in a checkpoint.
package struct WeightSpelling: Hashable, Sendable {
    /// Prefix of the vision encoder's tensor names, such as `visual`.
    package let visionPrefix: String
    /// Prefix of the decoder's tensor names, such as `model`.
    package let textPrefix: String
    package static let headModule = "lm_head"
    package static let head = "\(headModule).weight"

    package init(visionPrefix: String, textPrefix: String) {
        self.visionPrefix = visionPrefix
        self.textPrefix = textPrefix
    }
}

/// A tensor of a checkpoint and the corresponding parameter, or rows of a parameter.
///
/// Projections of the same input are one parameter: query, key and value; gate and up.
package struct CheckpointWeight {
    package enum Part: Sendable { case vision, text }
    package enum Role: Sendable { case matrix, bias, norm }

    package let name: String
    package let part: Part
    package let role: Role
    package let parameter: Tensor
    /// The scales of a matrix of `int8`.
    package let scales: Tensor?
    /// The product that the matrix is a block of, and the index of the block; nil for other tensors, and for rows of a block.
    package let product: (linear: Linear, block: Int)?
    /// The tensor's rows in `parameter`; nil for all rows.
    package let rows: Range<Int>?

    package init(
        name: String, part: Part, role: Role, parameter: Tensor, scales: Tensor? = nil,
        product: (linear: Linear, block: Int)? = nil, rows: Range<Int>? = nil
    ) {
        self.name = name
        self.part = part
        self.role = role
        self.parameter = parameter
        self.scales = scales
        self.product = product
        self.rows = rows
    }

    /// The name of the module, without the tensor's own.
    package var module: String { String(name[..<(name.lastIndex(of: ".") ?? name.endIndex)]) }

    /// The values of the tensor, a view of the parameter.
    package var value: Tensor { slice(of: parameter) }

    /// Replaces the values by those of a tensor in main memory, converted or quantized.
    package func set(_ source: Tensor) {
        guard let scales else { return value.copy_(source) }
        let quantized = Weight(converting: source, to: .int8)
        value.copy_(quantized.values)
        if let factors = quantized.scales { slice(of: scales).copy_(factors) }
    }

    /// The name of the scales of a quantized matrix.
    package static func scalesName(of name: String) -> String { "\(name)_scale" }

    /// The tensors of a file: the values, and the scales if there are any.
    package var tensors: [NamedTensor] {
        [(name: name, tensor: value)]
            + (scales.map { [(name: Self.scalesName(of: name), tensor: slice(of: $0))] } ?? [])
    }

    /// The same rows of a tensor of the parameter's shape, such as its gradient.
    package func slice(of tensor: Tensor) -> Tensor {
        rows.map { tensor.narrow(0, start: $0.lowerBound, count: $0.count) } ?? tensor
    }
}
