package import Models
package import Torch

/// A linear head that reads the value of a state from the hidden state before a token.
package final class ValueHead {
    private let linear: Linear

    private init(_ linear: Linear) { self.linear = linear }

    /// A head whose values are 0.
    ///
    /// - Parameter model: the model whose hidden states it reads.
    package convenience init(of model: any VisionLanguageModel) {
        let options = (dtype: model.activationType, device: model.device)
        self.init(
            Linear(
                weight: .zeros([1, model.head.width], dtype: options.dtype, device: options.device),
                bias: .zeros([1], dtype: options.dtype, device: options.device)))
    }

    package var parameters: [NamedTensor] { linear.parameters("value_head") }

    /// A head over the same weights with its own gradients.
    func sharingWeights() -> ValueHead { ValueHead(linear.sharingWeights()) }

    /// The values before the targets of a pass. `[target]`
    ///
    /// - Parameters:
    ///   - pass: the pass.
    ///   - hidden: the hidden states of its tokens. [token, width]
    func values(of pass: TrainingPass, in hidden: Tensor) -> Tensor {
        linear(hidden.indexSelect(0, Tensor(pass.predictors, device: hidden.device))).to(.float32)
            .reshape([pass.targets.count])
    }
}
