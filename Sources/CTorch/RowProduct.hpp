/// The product of any number of rows with the transpose of a matrix, by the fastest method for that number.
#pragma once

#include "Matrix.hpp"

namespace ctorch {

/// c [m, n] = a [m, k] · b [n, k]ᵀ + start, where `start` is the bias [n], or c itself, or nothing if null.
void multiplyRows(int64_t m, int64_t n, int64_t k, ConstMatrix a, ConstMatrix b, const float *bias, bool adds,
                  Matrix c);

}  // namespace ctorch
