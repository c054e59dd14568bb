/// The rows are copied into panels, in which the same feature of 16 rows is contiguous. The matrix is read once, with some
/// rows prefetched: floats without a copy, other formats widened block by block. Products with the features of a block, which
/// fit into the nearest cache, are summed sequentially, in the order of MKL on AMD for even numbers of features.
#include "RowPanels.hpp"

#include "Vector.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <memory>

namespace ctorch {

namespace {

/// Features per block; the products of a block are summed before they are added to the sums of other blocks.
constexpr int64_t featuresInBlock = 192;
/// Columns of c that are processed together.
constexpr int64_t columnsInBlock = 8;
/// Rows of c that are processed together.
constexpr int64_t rowsInPanel = 2 * lanes;

typedef float Quad __attribute__((ext_vector_type(4)));

/// Makes rows of the columns of [4, 8]: then the halves of `v[i]` are the columns i and i + 4.
inline void transposeQuads(Vector *v) {
    Vector pairs[4];
    for (int64_t row = 0; row < 4; row += 2) {
        pairs[row] = __builtin_shufflevector(v[row], v[row + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pairs[row + 1] = __builtin_shufflevector(v[row], v[row + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int64_t half = 0; half < 2; ++half) {
        v[2 * half] = __builtin_shufflevector(pairs[half], pairs[half + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        v[2 * half + 1] = __builtin_shufflevector(pairs[half], pairs[half + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
}

/// Makes rows of the columns of [8, 8].
inline void transpose(Vector *v) {
    transposeQuads(v);
    transposeQuads(v + 4);
    for (int64_t row = 0; row < 4; ++row) {
        Vector upper = v[row], lower = v[row + 4];
        v[row] = __builtin_shufflevector(upper, lower, 0, 1, 2, 3, 8, 9, 10, 11);
        v[row + 4] = __builtin_shufflevector(upper, lower, 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

class PanelProduct {
  public:
    PanelProduct(int64_t m, int64_t n, int64_t k, ConstMatrix a, const ConstWeights &b, const float *bias, bool adds,
                 Matrix c)
        : m(m), n(n), k(k), b(b), bias(bias), adds(adds), c(c),
          panels(std::make_unique_for_overwrite<float[]>((m + lanes - 1) / lanes * lanes * k)) {
        for (int64_t row = 0; row < m; row += lanes) copy(row, a);
    }

    /// Computes the columns `first ..< last`.
    void multiply(int64_t first, int64_t last) const {
        // Features between one and two blocks are split evenly into two.
        int64_t step = k <= featuresInBlock || k >= 2 * featuresInBlock ? featuresInBlock : (k + 1) / 2;
        for (int64_t column = first; column < last; column += columnsInBlock)
            for (int64_t feature = 0; feature < k; feature += step) {
                int64_t count = std::min(step, k - feature);
                alignas(64) float widened[columnsInBlock * featuresInBlock];
                Block block = this->block(column, feature, count, widened);
                for (int64_t row = 0; row < m; row += rowsInPanel) {
                    if (panelWidth(row) == lanes) {
                        multiplyTile<1, columnsInBlock>(block, row, column, feature, count);
                        continue;
                    }
                    for (int64_t tile = column; tile < std::min(last, column + columnsInBlock); tile += 4)
                        multiplyTile<2, 4>(block, row, tile, feature, count);
                }
            }
    }

  private:
    /// Features of `columnsInBlock` rows of b as floats, from row `column` on; rows beyond those of b repeat the last one.
    struct Block {
        const float *values;
        int64_t stride;
        int64_t column;
        /// The last row of b.
        int64_t last;
        /// How much later the same features of the next block are, or 0 if they are not to be prefetched.
        int64_t ahead;

        const float *row(int64_t index) const { return values + (std::min(last, index) - column) * stride; }
    };

    /// The block at row `column` and feature `feature` of b: in place, or widened into `room`.
    Block block(int64_t column, int64_t feature, int64_t count, float *room) const {
        int64_t rows = std::min(columnsInBlock, n - column);
        if (b.format == ConstWeights::Format::float32) {
            const float *values = static_cast<const float *>(b.values) + column * b.stride + feature;
            return {values, b.stride, column, n - 1, std::min(columnsInBlock, n - 1 - column) * b.stride};
        }
        b.visit([&](auto *values) {
            for (int64_t row = 0; row < rows; ++row) {
                auto *source = values + (column + row) * b.stride;
                if (column + columnsInBlock + row < n) prefetch(source + columnsInBlock * b.stride + feature, count);
                widen(source, b.scales + (b.scales ? (column + row) * groupCount(k) : 0), feature, count,
                      room + row * featuresInBlock);
            }
        });
        return {room, featuresInBlock, column, n - 1, 0};
    }

    template <typename Element> static void prefetch(const Element *first, int64_t count) {
        constexpr int64_t elementsInCacheLine = floatsInCacheLine * sizeof(float) / sizeof(Element);
        for (int64_t index = 0; index < count; index += elementsInCacheLine) __builtin_prefetch(first + index, 0, 2);
    }

    /// The number of rows of the panel that starts at row `row` of a; rows beyond those of a are zero.
    int64_t panelWidth(int64_t row) const { return m - row / rowsInPanel * rowsInPanel > lanes ? rowsInPanel : lanes; }

    /// Copies the eight rows of a from `row` on into their panel [feature, row].
    void copy(int64_t row, ConstMatrix a) {
        int64_t width = panelWidth(row);
        float *panel = panels.get() + row / rowsInPanel * rowsInPanel * k + row % rowsInPanel;
        forEachVector(k, [&](int64_t feature, int64_t used) {
            Vector v[lanes];
            for (int64_t part = 0; part < lanes; ++part)
                v[part] = row + part < m ? loadUpTo(a.values + (row + part) * a.stride + feature, used) : broadcast(0);
            transpose(v);
            for (int64_t part = 0; part < used; ++part) store(panel + (feature + part) * width, v[part]);
        });
    }

    /// Adds the products with `count` features to a tile of c, eight sums in registers.
    template <int64_t Vectors, int64_t Columns>
    void multiplyTile(const Block &block, int64_t row, int64_t column, int64_t feature, int64_t count) const {
        const float *left = panels.get() + row * k + feature * Vectors * lanes, *right[Columns];
        for (int64_t part = 0; part < Columns; ++part) right[part] = block.row(column + part);
        // The first rows also prefetch the same columns of the next block.
        int64_t ahead = row == 0 ? block.ahead : 0;
        Vector total[Vectors][Columns];
        for (auto &part : total) std::fill_n(part, Columns, broadcast(0));
        auto accumulate = [&](int64_t index) __attribute__((always_inline)) {
            Vector rows[Vectors];
            for (int64_t part = 0; part < Vectors; ++part)
                rows[part] = load(left + (index * Vectors + part) * lanes);
            for (int64_t tile = 0; tile < Columns; ++tile)
                for (int64_t part = 0; part < Vectors; ++part)
                    total[part][tile] += rows[part] * right[tile][index];
        };
        int64_t line = 0;
        for (; line + floatsInCacheLine <= count; line += floatsInCacheLine) {
            if (ahead > 0)
                for (int64_t part = 0; part < Columns; ++part) __builtin_prefetch(right[part] + line + ahead, 0, 2);
            for (int64_t index = 0; index < floatsInCacheLine; ++index) accumulate(line + index);
        }
        for (; line < count; ++line) accumulate(line);
        for (int64_t part = 0; part < Vectors; ++part)
            for (int64_t tile = 0; tile < Columns; tile += 4) {
                transposeQuads(total[part] + tile);
                add(row + part * lanes, column + tile, feature == 0, total[part] + tile);
            }
    }

    /// Adds [8, 4] sums, of which the halves of `sums[i]` are the rows i and i + 4.
    void add(int64_t row, int64_t column, bool isFirst, const Vector *sums) const {
        constexpr float zeros[4] = {};
        int64_t rows = std::min(lanes, m - row), columns = std::min<int64_t>(4, n - column);
        float *output = c.values + row * c.stride + column;
        bool hasSum = !isFirst || adds;
        const float *initial = hasSum ? output : bias ? bias + column : zeros;
        int64_t stride = hasSum ? c.stride : 0;
        for (int64_t index = 0; index < rows; ++index) {
            Quad sum = index < 4 ? sums[index].lo : sums[index - 4].hi;
            float *target = output + index * c.stride;
            if (columns == 4) {
                Quad start;
                std::memcpy(&start, initial + index * stride, sizeof start);
                sum += start;
                std::memcpy(target, &sum, sizeof sum);
            } else {
                for (int64_t part = 0; part < columns; ++part)
                    target[part] = initial[index * stride + part] + sum[part];
            }
        }
    }

    int64_t m, n, k;
    const ConstWeights &b;
    const float *bias;
    bool adds;
    Matrix c;
    std::unique_ptr<float[]> panels;
};

}  // namespace

void multiplyPanels(int64_t m, int64_t n, int64_t k, ConstMatrix a, const ConstWeights &b, const float *bias,
                    bool adds, Matrix c) {
    PanelProduct product(m, n, k, a, b, bias, adds, c);
    int64_t blocks = (n + columnsInBlock - 1) / columnsInBlock;
    int64_t grain = std::max<int64_t>(1, productsInTask / std::max<int64_t>(1, m * k * columnsInBlock));
    at::parallel_for(0, blocks, grain, [&](int64_t begin, int64_t end) {
        product.multiply(begin * columnsInBlock, std::min(n, end * columnsInBlock));
    });
}

}  // namespace ctorch
