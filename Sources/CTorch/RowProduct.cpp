#include "RowProduct.hpp"

#include "FewRows.hpp"
#include "RowPanels.hpp"
#include "Tasks.hpp"

#include <algorithm>
#include <memory>

namespace ctorch {

namespace {

/// Weights that are widened at a time: they stay in the second cache while BLAS reads them.
constexpr int64_t weightsInChunk = 1 << 19;

int64_t rowsInChunk(int64_t k) { return std::clamp<int64_t>(weightsInChunk / std::max<int64_t>(1, k), 16, 1024); }

ConstMatrix floats(const ConstWeights &b) { return {static_cast<const float *>(b.values), b.stride}; }

/// For each chunk of rows of b, `body(first row, last row, the rows as floats)` on ATen's threads.
template <typename Body> void forEachWidenedChunk(int64_t n, int64_t k, const ConstWeights &b, Body &&body) {
    int64_t size = rowsInChunk(k);
    forEachTask((n + size - 1) / size, [&](int64_t chunk) {
        int64_t first = chunk * size, last = std::min(n, first + size);
        auto room = std::make_unique_for_overwrite<float[]>((last - first) * k);
        widenRows(b, first, last, k, room.get());
        body(first, last, ConstMatrix{room.get(), k});
    });
}

}  // namespace

void multiplyRows(int64_t m, int64_t n, int64_t k, ConstMatrix a, const ConstWeights &b, const float *bias, bool adds,
                  Matrix c) {
    if (m <= fewRows) return multiplyFewRows(m, n, k, a, b, bias, adds, c);
    if (m <= panelRows) return multiplyPanels(m, n, k, a, b, bias, adds, c);
    if (bias)
        for (int64_t row = 0; row < m; ++row) std::copy_n(bias, n, c.values + row * c.stride);
    float keep = bias || adds ? 1 : 0;
    if (b.format == ConstWeights::Format::float32)
        return multiplyByTransposed(m, n, k, 1, a, floats(b), keep, c);
    forEachWidenedChunk(n, k, b, [&](int64_t first, int64_t last, ConstMatrix widened) {
        multiplyByTransposed(m, last - first, k, 1, a, widened, keep, {c.values + first, c.stride});
    });
}

void addRowsTimes(int64_t m, int64_t n, int64_t k, ConstMatrix a, const ConstWeights &b, Matrix c) {
    if (b.format == ConstWeights::Format::float32) return multiply(m, n, k, 1, a, floats(b), 1, c);
    // Every chunk adds to all of c, so that the threads divide its rows and not the chunks.
    int64_t size = rowsInChunk(k);
    auto room = std::make_unique_for_overwrite<float[]>(std::min(n, size) * k);
    for (int64_t first = 0; first < n; first += size) {
        int64_t last = std::min(n, first + size);
        widenRows(b, first, last, k, room.get());
        multiply(m, k, last - first, 1, {a.values + first, a.stride}, {room.get(), k}, 1, c);
    }
}

}  // namespace ctorch
