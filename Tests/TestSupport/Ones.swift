package import Torch

extension Tensor {
    /// A tensor of ones, which only tests ask for.
    package static func ones(_ shape: [Int], dtype: DType = .float32) -> Tensor {
        full(shape, 1, dtype: dtype)
    }
}
