#include "FewRows.hpp"

#include "Vector.hpp"

#include <ATen/Parallel.h>

#include <algorithm>

namespace ctorch {

namespace {

/// Multiplications that one thread should have at least.
constexpr int64_t productsInTask = 1 << 18;
/// Rows of a, and rows of b, whose products are summed in registers at a time.
constexpr int64_t rowsInTile = 4, columnsInTile = 2;

/// The sums of eight vectors.
inline Vector sums(const Vector *v) {
    auto pairs = [](Vector a, Vector b) {
        return __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14) +
               __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    };
    auto quads = [](Vector a, Vector b) {
        return __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
               __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    };
    Vector low = quads(pairs(v[0], v[1]), pairs(v[2], v[3]));
    Vector high = quads(pairs(v[4], v[5]), pairs(v[6], v[7]));
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(low, high, 4, 5, 6, 7, 12, 13, 14, 15);
}

/// Writes the products of `Rows` rows of a with `Columns` rows of b to `out` [Columns, rowsInTile].
template <int64_t Rows, int64_t Columns>
inline void multiplyTile(const float *a, int64_t strideA, const float *b, int64_t strideB, int64_t k,
                         float *out) {
    Vector total[columnsInTile * rowsInTile];
    for (Vector &part : total) part = broadcast(0);
    forEachVector(k, [&](int64_t index, int64_t used) __attribute__((always_inline)) {
        Vector left[Rows];
        for (int64_t row = 0; row < Rows; ++row) left[row] = loadUpTo(a + row * strideA + index, used);
        for (int64_t column = 0; column < Columns; ++column) {
            Vector right = loadUpTo(b + column * strideB + index, used);
            for (int64_t row = 0; row < Rows; ++row) total[column * rowsInTile + row] += left[row] * right;
        }
    });
    store(out, sums(total));
}

using Tile = void (*)(const float *, int64_t, const float *, int64_t, int64_t, float *);

/// [rows - 1][columns - 1]
constexpr Tile tiles[rowsInTile][columnsInTile] = {
    {multiplyTile<1, 1>, multiplyTile<1, 2>},
    {multiplyTile<2, 1>, multiplyTile<2, 2>},
    {multiplyTile<3, 1>, multiplyTile<3, 2>},
    {multiplyTile<4, 1>, multiplyTile<4, 2>},
};

}  // namespace

void multiplyFewRows(int64_t m, int64_t n, int64_t k, ConstMatrix a, ConstMatrix b, const float *bias,
                     bool adds, Matrix c) {
    int64_t grain = std::max<int64_t>(1, productsInTask / std::max<int64_t>(1, m * k * columnsInTile));
    at::parallel_for(0, (n + columnsInTile - 1) / columnsInTile, grain, [&](int64_t begin, int64_t end) {
        for (int64_t column = begin * columnsInTile; column < std::min(n, end * columnsInTile);
             column += columnsInTile) {
            int64_t columns = std::min(columnsInTile, n - column);
            for (int64_t row = 0; row < m; row += rowsInTile) {
                int64_t rows = std::min(rowsInTile, m - row);
                float out[columnsInTile * rowsInTile];
                tiles[rows - 1][columns - 1](a.values + row * a.stride, a.stride,
                                             b.values + column * b.stride, b.stride, k, out);
                for (int64_t i = 0; i < rows; ++i) {
                    float *target = c.values + (row + i) * c.stride + column;
                    for (int64_t j = 0; j < columns; ++j) {
                        float start = bias ? bias[column + j] : adds ? target[j] : 0;
                        target[j] = start + out[j * rowsInTile + i];
                    }
                }
            }
        }
    });
}

void multiplyRows(int64_t m, int64_t n, int64_t k, ConstMatrix a, ConstMatrix b, const float *bias, bool adds,
                  Matrix c) {
    if (m <= fewRows) return multiplyFewRows(m, n, k, a, b, bias, adds, c);
    if (bias)
        for (int64_t row = 0; row < m; ++row) std::copy_n(bias, n, c.values + row * c.stride);
    multiplyByTransposed(m, n, k, 1, a, b, bias || adds ? 1 : 0, c);
}

}  // namespace ctorch
