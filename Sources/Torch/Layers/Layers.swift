package import CounterRandom

/// A tensor with its name in a checkpoint.
package typealias NamedTensor = (name: String, tensor: Tensor)

extension Weight {
    /// The tensors: the values with `name`, the others with suffixes.
    package func parameters(_ name: String) -> [NamedTensor] {
        let others = [
            (name: "\(name).scales", tensor: scales), (name: "\(name).down", tensor: lowRank?.down),
            (name: "\(name).up", tensor: lowRank?.up),
        ]
        return [(name: name, tensor: values)]
            + others.compactMap { other in other.tensor.map { (name: other.name, tensor: $0) } }
    }
}

/// `input · weightᵀ + bias`.
package final class Linear {
    /// The rows of the weight: one block, or several matrices with the same input that are stored apart. [out of the block, in]
    package private(set) var blocks: [Weight]
    /// [out]
    package let bias: Tensor?

    package init(blocks: [Weight], bias: Tensor? = nil) {
        precondition(!blocks.isEmpty, "a product needs weights")
        self.blocks = blocks
        self.bias = bias
    }

    package convenience init(weight: Tensor, bias: Tensor? = nil) {
        self.init(blocks: [Weight(weight)], bias: bias)
    }

    /// Normally distributed weights and a zero bias.
    package convenience init(
        _ inputWidth: Int, _ outputWidth: Int, hasBias: Bool, standardDeviation: Double,
        dtype: DType = .float32, device: Device = .cpu, using random: inout CounterRandom
    ) {
        self.init(
            weight: .normal(
                [outputWidth, inputWidth], standardDeviation: standardDeviation, dtype: dtype, device: device,
                using: &random),
            bias: hasBias ? .zeros([outputWidth], dtype: dtype, device: device) : nil)
    }

    /// The only block, [out, in].
    package var weight: Tensor {
        precondition(blocks.count == 1, "the weight is stored in \(blocks.count) blocks")
        return blocks[0].values
    }

    /// Adds to a block, in place of what was added before.
    package func add(_ lowRank: Weight.LowRank?, toBlock index: Int) { blocks[index].lowRank = lowRank }

    package var outputWidth: Int { blocks.reduce(0) { $0 + $1.rowCount } }

    package func callAsFunction(_ input: Tensor) -> Tensor { input.linear(blocks, bias) }

    /// A layer over the same weights with its own gradients.
    package func sharingWeights() -> Linear {
        func copy(_ own: Tensor) -> Tensor {
            let copy = own.zerosLike()
            copy.share_(own)
            return copy
        }
        return Linear(
            blocks: blocks.map { Weight(copy($0.values), scales: $0.scales.map(copy)) },
            bias: bias.map(copy))
    }

    /// The blocks and, if there is one, the bias, with `prefix` and their own names.
    package func parameters(_ prefix: String) -> [NamedTensor] {
        let names =
            blocks.count == 1 ? ["\(prefix).weight"] : blocks.indices.map { "\(prefix).weight.\($0)" }
        return zip(blocks, names).flatMap { $0.parameters($1) }
            + (bias.map { [(name: "\(prefix).bias", tensor: $0)] } ?? [])
    }
}

/// An embedding table with one row per vocabulary entry.
package final class Embedding {
    /// [vocabulary, width]
    package let table: Weight
    /// The type of the embedded vectors.
    package let dtype: DType

    package init(table: Weight, dtype: DType) {
        self.table = table
        self.dtype = dtype
    }

    package convenience init(weight: Tensor) {
        self.init(table: Weight(weight), dtype: weight.dtype)
    }

    /// [vocabulary, width]
    package var weight: Tensor { table.values }

    /// The rows at integer `indices` of any shape.
    package func callAsFunction(_ indices: Tensor) -> Tensor { indices.embedding(table, dtype: dtype) }

    package func parameters(_ prefix: String) -> [NamedTensor] { table.parameters("\(prefix).weight") }
}

/// RMS norm over the last dimension, with a weight per feature.
package final class RMSNorm {
    /// [width]
    package let weight: Tensor
    package let epsilon: Double

    package init(weight: Tensor, epsilon: Double) {
        self.weight = weight
        self.epsilon = epsilon
    }

    package func callAsFunction(_ input: Tensor) -> Tensor { input.rmsNorm(weight, epsilon: epsilon) }

    package func parameters(_ prefix: String) -> [NamedTensor] {
        [(name: "\(prefix).weight", tensor: weight)]
    }
}
