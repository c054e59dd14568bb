/// The product of some tens of rows with the transpose of a matrix that is too large for the nearest caches: BLAS
/// would copy the matrix first, and wait for memory meanwhile.
#pragma once

#include "Matrix.hpp"

namespace ctorch {

/// Rows up to which `multiplyPanels` is the faster one.
constexpr int64_t panelRows = 128;

/// The same as `multiplyFewRows`, and as there each row's result depends on that row alone.
void multiplyPanels(int64_t m, int64_t n, int64_t k, ConstMatrix a, ConstMatrix b, const float *bias, bool adds,
                    Matrix c);

}  // namespace ctorch
