/// Matrix products through libtorch's BLAS, or in plain loops if it exports none.
#include "Matrix.hpp"

#include "Vector.hpp"

#include <algorithm>

/// The Fortran BLAS function for column-major matrices; null if no loaded library has it.
extern "C" __attribute__((weak)) void sgemm_(const char *transposeA, const char *transposeB, const int *m,
                                             const int *n, const int *k, const float *alpha, const float *a,
                                             const int *lda, const float *b, const int *ldb,
                                             const float *beta, float *c, const int *ldc);

/// MKL's number of threads for products of this thread, 0 for the number of the process; returns the former
/// one.
extern "C" __attribute__((weak)) int MKL_Set_Num_Threads_Local(int count);

namespace ctorch {

void setMatrixThreadsHere(int count) {
    if (MKL_Set_Num_Threads_Local) MKL_Set_Num_Threads_Local(count);
}

OnThisThreadOnly::OnThisThreadOnly() {
    if (MKL_Set_Num_Threads_Local) former = MKL_Set_Num_Threads_Local(1);
}

OnThisThreadOnly::~OnThisThreadOnly() {
    if (MKL_Set_Num_Threads_Local) MKL_Set_Num_Threads_Local(former);
}

static void multiplyInLoops(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float factor,
                            ConstMatrix a, ConstMatrix b, float keep, Matrix c) {
    for (int64_t row = 0; row < m; ++row) {
        float *out = c.values + row * c.stride;
        for (int64_t column = 0; column < n; ++column) out[column] = keep == 0 ? 0 : keep * out[column];
        if (transposeB) {
            for (int64_t column = 0; column < n; ++column)
                out[column] += factor * dot(a.values + row * a.stride, b.values + column * b.stride, k);
            continue;
        }
        for (int64_t inner = 0; inner < k; ++inner) {
            float left =
                factor * (transposeA ? a.values[inner * a.stride + row] : a.values[row * a.stride + inner]);
            const float *right = b.values + inner * b.stride;
            for (int64_t column = 0; column < n; ++column) out[column] += left * right[column];
        }
    }
}

/// A row-major matrix is its transpose in column-major order, so cᵀ = bᵀ · aᵀ is computed.
static void multiply(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float factor,
                     ConstMatrix a, ConstMatrix b, float keep, Matrix c) {
    if (m == 0 || n == 0) return;
    if (!sgemm_) return multiplyInLoops(transposeA, transposeB, m, n, k, factor, a, b, keep, c);
    int rows = static_cast<int>(m), columns = static_cast<int>(n), inner = static_cast<int>(k);
    int strideA = static_cast<int>(a.stride), strideB = static_cast<int>(b.stride),
        strideC = static_cast<int>(c.stride);
    sgemm_(transposeB ? "T" : "N", transposeA ? "T" : "N", &columns, &rows, &inner, &factor, b.values,
           &strideB, a.values, &strideA, &keep, c.values, &strideC);
}

void multiply(int64_t m, int64_t n, int64_t k, float factor, ConstMatrix a, ConstMatrix b, float keep,
              Matrix c) {
    multiply(false, false, m, n, k, factor, a, b, keep, c);
}

void multiplyByTransposed(int64_t m, int64_t n, int64_t k, float factor, ConstMatrix a, ConstMatrix b,
                          float keep, Matrix c) {
    multiply(false, true, m, n, k, factor, a, b, keep, c);
}

void multiplyTransposed(int64_t m, int64_t n, int64_t k, float factor, ConstMatrix a, ConstMatrix b,
                        float keep, Matrix c) {
    multiply(true, false, m, n, k, factor, a, b, keep, c);
}

}  // namespace ctorch
