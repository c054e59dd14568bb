/// The product of any number of rows with the transpose of a matrix of weights, by the fastest method for that number.
#pragma once

#include "Matrix.hpp"
#include "Weights.hpp"

namespace ctorch {

/// c [m, n] = a [m, k] · b [n, k]ᵀ + start, where `start` is the bias [n], or c itself, or nothing if null.
void multiplyRows(int64_t m, int64_t n, int64_t k, ConstMatrix a, const ConstWeights &b, const float *bias, bool adds,
                  Matrix c);

/// c [m, k] = a [m, n] · b [n, k] + c
void addRowsTimes(int64_t m, int64_t n, int64_t k, ConstMatrix a, const ConstWeights &b, Matrix c);

}  // namespace ctorch
