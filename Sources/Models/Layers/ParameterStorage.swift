package import Torch

/// Allocates uninitialized parameters, which are then loaded from a checkpoint or initialized randomly.
package struct ParameterStorage {
    package let precision: Precision
    package let device: Device
    /// Whether matrices with the same input are stored apart, as in a checkpoint, so that each can be frozen or added to.
    package let isSeparate: Bool

    package init(precision: Precision = .fp32, device: Device = .cpu, isSeparate: Bool = false) {
        self.precision = precision
        self.device = device
        self.isSeparate = isSeparate
    }

    /// The type of activations, biases and norms.
    package var activationType: DType { precision.activationType(on: device) }

    /// Whether matrices with the same input are one parameter. Those that are widened are stored apart, as in a checkpoint's
    /// file, which they may be views of.
    private var fuses: Bool { !isSeparate && precision.matrixType == activationType }

    /// A parameter other than a matrix.
    func empty(_ shape: [Int]) -> Tensor { .empty(shape, dtype: activationType, device: device) }

    func matrix(_ rowCount: Int, _ width: Int) -> Weight {
        .empty(rowCount, width, dtype: precision.matrixType, device: device)
    }

    func linear(_ inputWidth: Int, _ outputWidth: Int, hasBias: Bool) -> Linear {
        linear(inputWidth, [outputWidth], hasBias: hasBias)
    }

    /// Products with the same input, whose outputs follow each other.
    func linear(_ inputWidth: Int, _ outputWidths: [Int], hasBias: Bool) -> Linear {
        let width = outputWidths.reduce(0, +)
        return Linear(
            blocks: (fuses ? [width] : outputWidths).map { matrix($0, inputWidth) },
            bias: hasBias ? empty([width]) : nil)
    }

    func embedding(_ rowCount: Int, _ width: Int) -> Embedding {
        Embedding(table: matrix(rowCount, width), dtype: activationType)
    }

    func norm(_ width: Int, epsilon: Double) -> RMSNorm { RMSNorm(weight: empty([width]), epsilon: epsilon) }
}
