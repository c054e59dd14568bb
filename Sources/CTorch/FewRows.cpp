#include "FewRows.hpp"

#include "Vector.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <type_traits>

namespace ctorch {

namespace {

/// Rows of a and of b whose products are accumulated in registers together.
constexpr int64_t rowsInTile = 4, columnsInTile = 2;

/// Prefetch distance for b; b is read once, sequentially.
constexpr int64_t bytesAhead = 4096;

/// The sum of each of eight vectors, adding neighbouring lanes first.
inline Vector neighbourSums(const Vector *v) {
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

/// The initial value of a sum: the bias of its column, the existing element of c, or zero.
enum class Start { zero, bias, existing };

/// Rows of b with their scales, if its elements have them.
template <typename Element> struct RightRows {
    const Element *values;
    int64_t stride;
    const float *scales;
    int64_t scaleStride;
};

/// The products of `Rows` rows of a with `Columns` rows of b; `isFirst` if these are the first rows of a for them.
template <Start start, int64_t Rows, int64_t Columns, typename Element>
inline void multiplyTile(bool isFirst, int64_t k, const float *a, int64_t strideA, const RightRows<Element> &b,
                         const float *bias, float *c, int64_t strideC) {
    Vector total[rowsInTile * columnsInTile];
    for (Vector &part : total) part = broadcast(0);
    auto accumulate = [&](int64_t first, int64_t count, Vector *sums) __attribute__((always_inline)) {
        forEachVector(count, [&](int64_t offset, int64_t used) __attribute__((always_inline)) {
            int64_t index = first + offset;
            Vector right[Columns];
            for (int64_t column = 0; column < Columns; ++column) {
                const Element *source = b.values + column * b.stride + index;
                if (isFirst) __builtin_prefetch(reinterpret_cast<const char *>(source) + bytesAhead, 0, 2);
                right[column] = loadWidened(source, used);
            }
            for (int64_t row = 0; row < Rows; ++row) {
                Vector left = loadUpTo(a + row * strideA + index, used);
                for (int64_t column = 0; column < Columns; ++column)
                    sums[row * columnsInTile + column] += left * right[column];
            }
        });
    };
    if constexpr (isScaled<Element>) {
        for (int64_t first = 0, group = 0; first < k; first += featuresInGroup, ++group) {
            Vector part[rowsInTile * columnsInTile];
            for (Vector &sum : part) sum = broadcast(0);
            accumulate(first, std::min(featuresInGroup, k - first), part);
            for (int64_t row = 0; row < Rows; ++row)
                for (int64_t column = 0; column < Columns; ++column) {
                    int64_t index = row * columnsInTile + column;
                    total[index] += part[index] * b.scales[column * b.scaleStride + group];
                }
        }
    } else {
        accumulate(0, k, total);
    }
    float products[rowsInTile * columnsInTile];
    store(products, neighbourSums(total));
    for (int64_t row = 0; row < Rows; ++row) {
        float *target = c + row * strideC;
        for (int64_t column = 0; column < Columns; ++column) {
            float initial = start == Start::bias ? bias[column] : start == Start::existing ? target[column] : 0;
            target[column] = initial + products[row * columnsInTile + column];
        }
    }
}

/// Rows of b `first ..< last` with all rows of a, columns in pairs.
template <Start start, typename Element>
void multiplyColumns(int64_t m, int64_t first, int64_t last, int64_t k, ConstMatrix a, RightRows<Element> b,
                     const float *bias, Matrix c) {
    auto tiles = [&]<int64_t Columns>(int64_t column, std::integral_constant<int64_t, Columns>) {
        const float *above = bias ? bias + column : nullptr;
        RightRows<Element> right = b;
        right.values += column * b.stride;
        if constexpr (isScaled<Element>) right.scales += column * b.scaleStride;
        auto tile = [&]<int64_t Rows>(int64_t row, std::integral_constant<int64_t, Rows>) {
            multiplyTile<start, Rows, Columns>(row == 0, k, a.values + row * a.stride, a.stride, right, above,
                                               c.values + row * c.stride + column, c.stride);
        };
        int64_t row = 0;
        for (; row + rowsInTile <= m; row += rowsInTile)
            tile(row, std::integral_constant<int64_t, rowsInTile>{});
        for (; row < m; ++row) tile(row, std::integral_constant<int64_t, 1>{});
    };
    int64_t column = first;
    for (; column + columnsInTile <= last; column += columnsInTile)
        tiles(column, std::integral_constant<int64_t, columnsInTile>{});
    for (; column < last; ++column) tiles(column, std::integral_constant<int64_t, 1>{});
}

}  // namespace

void multiplyFewRows(int64_t m, int64_t n, int64_t k, ConstMatrix a, const ConstWeights &b, const float *bias,
                     bool adds, Matrix c) {
    int64_t pairs = (n + columnsInTile - 1) / columnsInTile;
    int64_t grain = std::max<int64_t>(1, productsInTask / std::max<int64_t>(1, m * k * columnsInTile));
    at::parallel_for(0, pairs, grain, [&](int64_t begin, int64_t end) {
        int64_t first = begin * columnsInTile, last = std::min(n, end * columnsInTile);
        b.visit([&]<typename Element>(const Element *values) {
            RightRows<Element> right{values, b.stride, b.scales, groupCount(k)};
            if (bias) multiplyColumns<Start::bias>(m, first, last, k, a, right, bias, c);
            else if (adds) multiplyColumns<Start::existing>(m, first, last, k, a, right, bias, c);
            else multiplyColumns<Start::zero>(m, first, last, k, a, right, bias, c);
        });
    });
}

}  // namespace ctorch
