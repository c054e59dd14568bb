/// Operations of this library with derivatives for libtorch.
#pragma once

#include "Guarded.hpp"
#include "Product.hpp"

namespace ctorch {

/// Whether the kernels support a tensor: float32 on the CPU.
inline bool isServed(const at::Tensor &tensor) {
    return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat;
}

template <typename... Tensors> bool areServed(const Tensors &...tensors) {
    return (isServed(tensors) && ...);
}

// These require supported tensors; shapes are checked by the caller.

at::Tensor fusedSegmentAttention(const at::Tensor &query, const at::Tensor &key, const at::Tensor &value,
                                 c10::ArrayRef<TorchSegment> segments, bool isCausal, double scale);
at::Tensor fusedPagedAttention(const at::Tensor &query, const at::Tensor &keyPages,
                               const at::Tensor &valuePages, c10::ArrayRef<int32_t> pages,
                               c10::ArrayRef<TorchPagedSequence> sequences, double scale);
at::Tensor fusedRotary(const at::Tensor &input, const at::Tensor &cosine, const at::Tensor &sine);
at::Tensor fusedRMSNorm(const at::Tensor &input, const at::Tensor &weight, double epsilon);
at::Tensor fusedSwiGLU(const at::Tensor &gate, const at::Tensor &up);

/// For every tensor; the kernels are used for the tensors that they support.
struct TokenLogProbabilities {
    at::Tensor chosen;
    at::Tensor entropies;
};
TokenLogProbabilities tokenLogProbabilities(const at::Tensor &hidden, const Weight &weight,
                                            const std::optional<at::Tensor> &bias, const at::Tensor &targets,
                                            double temperature);

}  // namespace ctorch
