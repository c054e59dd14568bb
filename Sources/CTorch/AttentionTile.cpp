/// The tile with a running softmax (Milakov and Gimelshein, 2018) and its derivative from recomputed weights
/// (Dao et al., 2022).
#include "AttentionTile.hpp"

#include "Vector.hpp"

#include <cmath>

namespace ctorch {

namespace {

constexpr float negativeInfinity = -std::numeric_limits<float>::infinity();

/// Scores or weights of a tile, row-major.
struct alignas(64) Scores {
    float values[queriesInTile * keysInTile];
};

float greatest(const float *values, int64_t count) {
    Vector best = broadcast(negativeInfinity);
    forEachVector(count, [&](int64_t index, int64_t used) {
        best = maximum(best, loadUpTo(values + index, used, negativeInfinity));
    });
    return maximum(best);
}

/// Replaces the scores by e^(score - shift) and returns their sum.
float exponentials(float *scores, int64_t count, float shift) {
    Vector total = broadcast(0);
    forEachVector(count, [&](int64_t index, int64_t used) {
        Vector value = exponential(loadUpTo(scores + index, used, negativeInfinity) - shift);
        storeUpTo(scores + index, value, used);
        total += value;
    });
    return sum(total);
}

void scaleRow(float *row, int64_t count, float factor) {
    forEachVector(count, [&](int64_t index, int64_t used) {
        storeUpTo(row + index, loadUpTo(row + index, used) * factor, used);
    });
}

/// The running maximum and sum of exponentials of each row.
struct RunningSoftmax {
    float greatest[queriesInTile];
    float total[queriesInTile];

    explicit RunningSoftmax(int64_t rows) {
        std::fill_n(greatest, rows, negativeInfinity);
        std::fill_n(total, rows, 0.0f);
    }

    /// Turns a row of scores into weights relative to the new maximum; returns the factor for earlier
    /// weights.
    float absorb(int64_t row, float *scores, int64_t count) {
        if (count == 0) return 1;
        float next = std::max(greatest[row], ctorch::greatest(scores, count));
        float factor = std::exp(greatest[row] - next);
        total[row] = total[row] * factor + exponentials(scores, count, next);
        greatest[row] = next;
        return factor;
    }
};

}  // namespace

void attend(const QueryTile &tile, c10::ArrayRef<KeyRun> runs, Matrix output, float *logSums,
            int64_t logSumStride) {
    RunningSoftmax softmax(tile.rows);
    Scores scores;
    int64_t offset = 0;
    for (const KeyRun &run : runs) {
        for (int64_t start = 0; start < run.count; start += keysInTile) {
            int64_t first = offset + start;
            int64_t count = tile.visibleKeys(tile.rows - 1, first, std::min(keysInTile, run.count - start));
            if (count == 0) break;
            KeyRun block = run.part(start, count);
            multiplyByTransposed(tile.rows, count, tile.width, tile.scale, tile.queries,
                                 {block.keys, block.keyStride}, 0, {scores.values, count});
            for (int64_t row = 0; row < tile.rows; ++row) {
                float *weights = scores.values + row * count;
                int64_t visible = tile.visibleKeys(row, first, count);
                float factor = softmax.absorb(row, weights, visible);
                std::fill(weights + visible, weights + count, 0.0f);
                if (first > 0 && factor != 1)
                    scaleRow(output.values + row * output.stride, tile.width, factor);
            }
            multiply(tile.rows, tile.width, count, 1, {scores.values, count},
                     {block.values, block.valueStride}, first > 0 ? 1 : 0, output);
        }
        offset += run.count;
    }
    for (int64_t row = 0; row < tile.rows; ++row) {
        scaleRow(output.values + row * output.stride, tile.width, 1 / softmax.total[row]);
        if (logSums) logSums[row * logSumStride] = softmax.greatest[row] + std::log(softmax.total[row]);
    }
}

/// `scores` become weights, and `products` (output derivative · value) the derivative of the scaled scores.
static void differentiateRow(float *scores, float *products, int64_t visible, int64_t count, float logSum,
                             float delta, float scale) {
    forEachVector(visible, [&](int64_t index, int64_t used) {
        Vector weight = exponential(loadUpTo(scores + index, used) - logSum);
        Vector product = loadUpTo(products + index, used);
        storeUpTo(scores + index, weight, used);
        storeUpTo(products + index, weight * (product - delta) * scale, used);
    });
    std::fill(scores + visible, scores + count, 0.0f);
    std::fill(products + visible, products + count, 0.0f);
}

void differentiate(const QueryTile &tile, const TileGradient &gradient, const KeyRun &run, int64_t offset,
                   Matrix queries, Matrix keys, Matrix values) {
    Scores scores, products;
    for (int64_t start = 0; start < run.count; start += keysInTile) {
        int64_t first = offset + start;
        int64_t count = tile.visibleKeys(tile.rows - 1, first, std::min(keysInTile, run.count - start));
        if (count == 0) return;
        KeyRun block = run.part(start, count);
        multiplyByTransposed(tile.rows, count, tile.width, tile.scale, tile.queries,
                             {block.keys, block.keyStride}, 0, {scores.values, count});
        multiplyByTransposed(tile.rows, count, tile.width, 1, gradient.outputs,
                             {block.values, block.valueStride}, 0, {products.values, count});
        for (int64_t row = 0; row < tile.rows; ++row)
            differentiateRow(scores.values + row * count, products.values + row * count,
                             tile.visibleKeys(row, first, count), count,
                             gradient.logSums[row * gradient.stride], gradient.deltas[row * gradient.stride],
                             tile.scale);
        if (queries.values)
            multiply(tile.rows, tile.width, count, 1, {products.values, count}, {block.keys, block.keyStride},
                     1, queries);
        if (keys.values)
            multiplyTransposed(count, tile.width, tile.rows, 1, {products.values, count}, tile.queries, 1,
                               {keys.values + start * keys.stride, keys.stride});
        if (values.values)
            multiplyTransposed(count, tile.width, tile.rows, 1, {scores.values, count}, gradient.outputs, 1,
                               {values.values + start * values.stride, values.stride});
    }
}

}  // namespace ctorch
