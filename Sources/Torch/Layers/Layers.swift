package import CounterRandom

/// A tensor with its name in a checkpoint.
package typealias NamedTensor = (name: String, tensor: Tensor)

/// `input · weightᵀ + bias`.
package final class Linear {
    /// [out, in]
    package let weight: Tensor
    /// [out]
    package let bias: Tensor?

    package init(weight: Tensor, bias: Tensor? = nil) {
        self.weight = weight
        self.bias = bias
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

    package func callAsFunction(_ input: Tensor) -> Tensor { input.linear(weight, bias) }

    /// A layer over the same weights with its own gradients.
    package func sharingWeights() -> Linear {
        func copy(_ own: Tensor) -> Tensor {
            let copy = own.zerosLike()
            copy.share_(own)
            return copy
        }
        return Linear(weight: copy(weight), bias: bias.map(copy))
    }

    /// The weight and, if there is one, the bias, with `prefix` and their own names.
    package func parameters(_ prefix: String) -> [NamedTensor] {
        [(name: "\(prefix).weight", tensor: weight)]
            + (bias.map { [(name: "\(prefix).bias", tensor: $0)] } ?? [])
    }
}

/// An embedding table with one row per vocabulary entry.
package final class Embedding {
    /// [vocabulary, width]
    package let weight: Tensor

    package init(weight: Tensor) {
        self.weight = weight
    }

    /// The rows at integer `indices` of any shape.
    package func callAsFunction(_ indices: Tensor) -> Tensor { indices.embedding(weight) }

    package func parameters(_ prefix: String) -> [NamedTensor] {
        [(name: "\(prefix).weight", tensor: weight)]
    }
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
