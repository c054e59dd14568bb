/// The product of a few rows with the transpose of a matrix, as generation needs it: BLAS would first copy
/// the whole matrix into another order, which takes as long as the product itself.
#pragma once

#include "Matrix.hpp"

namespace ctorch {

/// Rows up to which `multiplyFewRows` is the faster one.
constexpr int64_t fewRows = 16;

/// c [m, n] = a [m, k] · b [n, k]ᵀ + start, where `start` is the bias [n], or c itself, or nothing if null.
/// Each row's result depends on that row alone, not on how many there are or on the thread count.
void multiplyFewRows(int64_t m, int64_t n, int64_t k, ConstMatrix a, ConstMatrix b, const float *bias,
                     bool adds, Matrix c);

}  // namespace ctorch
