/// The product of a few rows with the transpose of a matrix, for generation: BLAS would first copy
/// the whole matrix into another order, which takes as long as the product itself.
#pragma once

#include "Matrix.hpp"
#include "Weights.hpp"

namespace ctorch {

/// Maximum number of rows for which `multiplyFewRows` is faster.
constexpr int64_t fewRows = 16;

/// c [m, n] = a [m, k] · b [n, k]ᵀ + start, where `start` is the bias [n], or c itself, or nothing if null.
/// Each row's result depends only on that row, not on the number of rows or on the thread count.
void multiplyFewRows(int64_t m, int64_t n, int64_t k, ConstMatrix a, const ConstWeights &b, const float *bias,
                     bool adds, Matrix c);

}  // namespace ctorch
