/// Operations of this library that libtorch's differentiation knows.
#pragma once

#include "Guarded.hpp"

namespace ctorch {

/// Whether the kernels serve a tensor: single precision in main memory.
inline bool isServed(const at::Tensor &tensor) {
    return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat;
}

template <typename... Tensors> bool areServed(const Tensors &...tensors) {
    return (isServed(tensors) && ...);
}

// Each of these asks for tensors that are served; shapes are checked before.

at::Tensor fusedSegmentAttention(const at::Tensor &query, const at::Tensor &key, const at::Tensor &value,
                                 c10::ArrayRef<TorchSegment> segments, bool isCausal, double scale);
at::Tensor fusedPagedAttention(const at::Tensor &query, const at::Tensor &keyPages,
                               const at::Tensor &valuePages, c10::ArrayRef<int32_t> pages,
                               c10::ArrayRef<TorchPagedSequence> sequences, double scale);
at::Tensor fusedRotary(const at::Tensor &input, const at::Tensor &cosine, const at::Tensor &sine);
at::Tensor fusedRMSNorm(const at::Tensor &input, const at::Tensor &weight, double epsilon);
at::Tensor fusedSwiGLU(const at::Tensor &gate, const at::Tensor &up);

/// Whether `fusedLinear` serves a product: not too many rows, nothing to record.
bool servesLinear(const at::Tensor &input, const at::Tensor &weight, const std::optional<at::Tensor> &bias);
/// input [row, in] · weight [out, in]ᵀ + bias [out]
at::Tensor fusedLinear(const at::Tensor &input, const at::Tensor &weight,
                       const std::optional<at::Tensor> &bias);

/// Serves every tensor; the kernels do the rows of those that they serve.
struct TokenLogProbabilities {
    at::Tensor chosen;
    at::Tensor entropies;
};
TokenLogProbabilities tokenLogProbabilities(const at::Tensor &hidden, const at::Tensor &weight,
                                            const std::optional<at::Tensor> &bias, const at::Tensor &targets,
                                            double temperature);

}  // namespace ctorch
