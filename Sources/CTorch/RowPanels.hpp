/// The product of tens of rows with the transpose of a matrix that exceeds the nearest caches: BLAS
/// would first copy the matrix and wait for memory.
#pragma once

#include "Matrix.hpp"
#include "Weights.hpp"

namespace ctorch {

/// Maximum number of rows for which `multiplyPanels` is faster.
constexpr int64_t panelRows = 128;

/// The same as `multiplyFewRows`; each row's result depends only on that row.
void multiplyPanels(int64_t m, int64_t n, int64_t k, ConstMatrix a, const ConstWeights &b, const float *bias,
                    bool adds, Matrix c);

}  // namespace ctorch
