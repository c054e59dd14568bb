package import Torch

/// The gated feed-forward part of a block: `down(silu(gate(x)) · up(x))`.
package final class FeedForward {
    /// Fused gate and up projection, [2 · inner, width].
    package let gateAndUp: Linear
    package let down: Linear
    private let innerWidth: Int

    init(width: Int, innerWidth: Int, hasBias: Bool, storage: ParameterStorage) {
        gateAndUp = storage.linear(width, [innerWidth, innerWidth], hasBias: hasBias)
        down = storage.linear(innerWidth, width, hasBias: hasBias)
        self.innerWidth = innerWidth
    }

    package func callAsFunction(_ input: Tensor) -> Tensor {
        let halves = gateAndUp(input).split([innerWidth, innerWidth], dim: -1)  // 2 x [token, inner]
        return down(halves[0].swiGLU(halves[1]))
    }

    func parameters(_ prefix: String) -> [NamedTensor] {
        gateAndUp.parameters("\(prefix).gateAndUp") + down.parameters("\(prefix).down")
    }
}
