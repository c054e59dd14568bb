/// Products of activations with weights in the formats that checkpoints have.
#pragma once

#include "Guarded.hpp"
#include "Weights.hpp"

namespace ctorch {

/// A matrix [out, in]: float32, another floating-point type, or int8 with scales [out, group].
struct Weight {
    at::Tensor values;
    at::Tensor scales;  // undefined unless the values are int8
    at::Tensor down;    // [rank, in] of a low-rank addition, or undefined
    at::Tensor up;      // [out, rank], as down
    double factor = 1;  // of the addition

    int64_t rowCount() const { return values.size(0); }
    int64_t width() const { return values.size(1); }
    /// Whether the kernels can widen it: float32, bfloat16 or int8, contiguous in main memory.
    bool isServed() const;
    /// Whether it has the type of `input`, so that ATen multiplies them.
    bool matches(const at::Tensor &input) const;
    /// For the kernels.
    ConstWeights view() const;
    /// As a matrix of floating-point numbers.
    at::Tensor dequantized(at::ScalarType type) const;
    /// Throws unless it is a matrix whose scales fit.
    void check() const;
};

std::vector<Weight> unwrapWeights(const TorchWeight *handles, ptrdiff_t count);

/// input [row, in] · the joined rows of `blocks` [out, in]ᵀ + bias [out]; differentiable with respect to the input, the bias,
/// low-rank additions, and weights of the input's type.
at::Tensor linear(const at::Tensor &input, const std::vector<Weight> &blocks, const std::optional<at::Tensor> &bias);

/// rows [row, out] · weight [out, in] without its addition, not recorded.
at::Tensor timesRows(const at::Tensor &rows, const Weight &weight);

/// input [row, in] · weight [out, in]ᵀ without its addition, not recorded.
at::Tensor timesTransposed(const at::Tensor &input, const Weight &weight);

}  // namespace ctorch
