import CTorch
import Settings

/// AdamW: Adam with decoupled weight decay and bias correction (Loshchilov and Hutter, 2019), as one fused pass per parameter.
package final class AdamW {
    /// The constant hyperparameters; the learning rate is given with each step.
    package struct Options: Hashable, Sendable, Codable {
        @Setting("Decay of the mean of gradients.", .from(0, below: 1)) package var beta1 = 0.9
        @Setting("Decay of the mean of squared gradients.", .from(0, below: 1)) package var beta2 = 0.999
        @Setting("Added to the root of the mean of squared gradients.", .above(0)) package var epsilon = 1e-8
        @Setting("Decoupled weight decay of matrices.", .atLeast(0)) package var weightDecay = 0.01

        package init(
            beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01
        ) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    /// A parameter with its optimizer state.
    private struct Slot {
        let name: String
        let parameter: Tensor
        let firstMoment: Tensor
        let secondMoment: Tensor
        /// The number of steps of this parameter, as one `float32`.
        let step: Tensor
        let decays: Bool
    }

    package let options: Options
    private let slots: [Slot]

    /// - Parameters:
    ///   - parameters: the parameters; those without a gradient are not updated in a step.
    ///   - options: the hyperparameters.
    ///   - decays: whether weight decay applies to a parameter; by default to matrices only.
    package init(
        _ parameters: [NamedTensor], _ options: Options = Options(),
        decays: (NamedTensor) -> Bool = { $0.tensor.rank >= 2 }
    ) {
        self.options = options
        slots = parameters.map { parameter in
            Slot(
                name: parameter.name, parameter: parameter.tensor,
                firstMoment: parameter.tensor.zerosLike(), secondMoment: parameter.tensor.zerosLike(),
                step: .zeros([], device: parameter.tensor.device), decays: decays(parameter))
        }
    }

    /// Updates all parameters that have a gradient.
    package func step(learningRate: Double) {
        let ready = slots.filter { $0.parameter.grad != nil }
        for decays in [true, false] {
            let group = ready.filter { $0.decays == decays }
            if !group.isEmpty { step(group, learningRate, decays ? options.weightDecay : 0) }
        }
    }

    private func step(_ group: [Slot], _ learningRate: Double, _ weightDecay: Double) {
        let step = TorchAdamWStep(
            learningRate: learningRate, beta1: options.beta1, beta2: options.beta2,
            epsilon: options.epsilon, weightDecay: weightDecay)
        let parameters = group.map(\.parameter)
        let status = Tensor.withHandles(parameters) { parameters, count in
            Tensor.withHandles(group.map(\.firstMoment)) { firstMoments, _ in
                Tensor.withHandles(group.map(\.secondMoment)) { secondMoments, _ in
                    Tensor.withHandles(group.map(\.step)) { steps, _ in
                        torch_adamw_step(parameters, firstMoments, secondMoments, steps, count, step)
                    }
                }
            }
        }
        if status != .success { stop("AdamW.step", parameters) }
    }

    /// Clears all gradients.
    package func clearGradients() {
        for slot in slots { slot.parameter.grad = nil }
    }

    /// The state for checkpoints: both moments and the step count of each parameter, named by the parameter's name and
    /// `.first_moment`, `.second_moment` or `.step`.
    package var state: [NamedTensor] {
        slots.flatMap { slot in
            [
                (name: slot.name + ".first_moment", tensor: slot.firstMoment),
                (name: slot.name + ".second_moment", tensor: slot.secondMoment),
                (name: slot.name + ".step", tensor: slot.step),
            ]
        }
    }

    /// Restores the state that `state` returned.
    ///
    /// - Parameter tensor: returns a tensor by name and shape, or throws if there is none.
    package func restore(_ tensor: (_ name: String, _ shape: [Int]) throws -> Tensor) rethrows {
        for kept in state { kept.tensor.copy_(try tensor(kept.name, kept.tensor.shape)) }
    }
}
