package import Torch

/// How a checkpoint spells the names of its tensors.
package struct WeightSpelling: Hashable, Sendable {
    /// What the names of the vision encoder begin with, such as `visual`.
    package let visionPrefix: String
    /// What the names of the decoder begin with, such as `model`.
    package let textPrefix: String
    package static let head = "lm_head.weight"

    package init(visionPrefix: String, textPrefix: String) {
        self.visionPrefix = visionPrefix
        self.textPrefix = textPrefix
    }
}

/// A tensor of a checkpoint and the parameter, or the rows of one, that it is here.
///
/// Projections that read the same input are one parameter: query, key and value; gate and up.
package struct CheckpointWeight {
    package enum Part: Sendable { case vision, text }
    package enum Role: Sendable { case matrix, bias, norm }

    package let name: String
    package let part: Part
    package let role: Role
    package let parameter: Tensor
    /// The rows of `parameter`; all if nil.
    package let rows: Range<Int>?

    package init(name: String, part: Part, role: Role, parameter: Tensor, rows: Range<Int>? = nil) {
        self.name = name
        self.part = part
        self.role = role
        self.parameter = parameter
        self.rows = rows
    }

    /// The elements, shared with the parameter.
    package var value: Tensor { slice(of: parameter) }

    /// The same rows of a tensor of the parameter's shape, such as its gradient.
    package func slice(of tensor: Tensor) -> Tensor {
        rows.map { tensor.narrow(0, start: $0.lowerBound, count: $0.count) } ?? tensor
    }
}
