package import Torch

/// Where parameters are made, before a checkpoint or a random generator sets them.
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
