/// Operations on rows of floats that are faster in one pass over memory.
#pragma once

#include <cstdint>

namespace ctorch {

/// y = x / rms(x) · weight for each of `rowCount` rows; `inverse` [row] receives 1 / rms.
void rmsNorm(const float *x, const float *weight, float epsilon, int64_t rowCount, int64_t width, float *y,
             float *inverse);

/// Writes the derivatives of `rmsNorm`, `dx` [row, width] and `dweight` [width].
void rmsNormGradient(const float *x, const float *weight, const float *inverse, const float *dy,
                     int64_t rowCount, int64_t width, float *dx, float *dweight);

/// y = x · cosine + (-x₂, x₁) · sine with x = (x₁, x₂), for each head of each token; with `isAdjoint`, the
/// transposed map, which is the derivative. `x` has the given strides; `y` is contiguous; the angles are
/// [token, width].
void rotate(const float *x, int64_t tokenStride, int64_t headStride, const float *cosine, const float *sine,
            int64_t tokenCount, int64_t headCount, int64_t width, bool isAdjoint, float *y);

/// y = silu(gate) · up
void swiGLU(const float *gate, const float *up, int64_t count, float *y);
void swiGLUGradient(const float *gate, const float *up, const float *dy, int64_t count, float *dgate,
                    float *dup);

/// For each row of logits [row, vocabulary]: the logarithm of the sum of exponentials, the target's log-probability
/// and the entropy. Before that, logits become logits / temperature + bias; the bias may be null.
void logProbabilities(float *logits, const float *bias, const int64_t *targets, int64_t rowCount,
                      int64_t vocabularySize, float temperature, float *logSums, float *chosen, float *entropies);

/// Replaces such logits by the derivative with respect to the logits before temperature and bias.
void logProbabilitiesGradient(float *logits, const int64_t *targets, const float *logSums,
                              const float *entropies, const float *dchosen, const float *dentropies,
                              int64_t rowCount, int64_t vocabularySize, float temperature);

}  // namespace ctorch
