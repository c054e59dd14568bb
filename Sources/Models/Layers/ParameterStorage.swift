package import Torch

/// Allocates uninitialized parameters, which are then loaded from a checkpoint or initialized randomly.
package struct ParameterStorage {
    package let dtype: DType
    package let device: Device

    package init(dtype: DType, device: Device) {
        self.dtype = dtype
        self.device = device
    }

    func empty(_ shape: [Int]) -> Tensor { .empty(shape, dtype: dtype, device: device) }

    func linear(_ inputWidth: Int, _ outputWidth: Int, hasBias: Bool) -> Linear {
        Linear(weight: empty([outputWidth, inputWidth]), bias: hasBias ? empty([outputWidth]) : nil)
    }

    func norm(_ width: Int, epsilon: Double) -> RMSNorm { RMSNorm(weight: empty([width]), epsilon: epsilon) }
}
