/// Products of small row-major matrices inside a parallel region.
#pragma once

#include <cstdint>

namespace ctorch {

/// Minimum multiplications per thread.
constexpr int64_t productsInTask = 1 << 18;

/// A row-major matrix whose rows are `stride` floats apart.
struct ConstMatrix {
    const float *values;
    int64_t stride;
};

struct Matrix {
    float *values;
    int64_t stride;
    operator ConstMatrix() const { return {values, stride}; }
};

/// c [m, n] = factor · a [m, k] · b [k, n] + keep · c
void multiply(int64_t m, int64_t n, int64_t k, float factor, ConstMatrix a, ConstMatrix b, float keep,
              Matrix c);
/// c [m, n] = factor · a [m, k] · b [n, k]ᵀ + keep · c
void multiplyByTransposed(int64_t m, int64_t n, int64_t k, float factor, ConstMatrix a, ConstMatrix b,
                          float keep, Matrix c);
/// c [m, n] = factor · a [k, m]ᵀ · b [k, n] + keep · c
void multiplyTransposed(int64_t m, int64_t n, int64_t k, float factor, ConstMatrix a, ConstMatrix b,
                        float keep, Matrix c);

/// Sets the number of threads for products that the calling thread starts.
void setMatrixThreadsHere(int count);

/// During its lifetime, products on this thread are single-threaded: inside a parallel region MKL would otherwise
/// open one of its own for each product.
class OnThisThreadOnly {
  public:
    OnThisThreadOnly();
    ~OnThisThreadOnly();
    OnThisThreadOnly(const OnThisThreadOnly &) = delete;
    OnThisThreadOnly &operator=(const OnThisThreadOnly &) = delete;

  private:
    int former = 0;
};

}  // namespace ctorch
