/// Attention of a tile of queries over runs of keys, without materializing all scores.
#pragma once

#include "Matrix.hpp"

#include <c10/util/ArrayRef.h>

#include <algorithm>

namespace ctorch {

/// Queries of one head that are processed together.
constexpr int64_t queriesInTile = 64;
/// Keys of one head that are processed together.
constexpr int64_t keysInTile = 256;

/// Consecutive tokens of one key head; rows are `keyStride` and `valueStride` apart.
struct KeyRun {
    const float *keys;
    const float *values;
    int64_t keyStride;
    int64_t valueStride;
    int64_t count;

    KeyRun part(int64_t start, int64_t length) const {
        return {keys + start * keyStride, values + start * valueStride, keyStride, valueStride, length};
    }

    /// The same tokens of a key head whose features start `offset` later.
    KeyRun moved(int64_t offset) const { return {keys + offset, values + offset, keyStride, valueStride, count}; }
};

/// A tile of queries of one head with its visibility: of all keys in order, row `row` sees the first
/// `visible + row`, or all of them if `isCausal` is false.
struct QueryTile {
    ConstMatrix queries;  // [row, width]
    int64_t rows;         // at most queriesInTile
    int64_t width;
    int64_t visible;
    bool isCausal;
    float scale;

    /// How many of the `count` keys from `offset` on row `row` may see.
    int64_t visibleKeys(int64_t row, int64_t offset, int64_t count) const {
        if (!isCausal) return count;
        return std::clamp<int64_t>(visible + row - offset, 0, count);
    }
};

/// Writes softmax(scale · q · kᵀ) · v to `output` [row, width], and, unless it is null, to `logSums` the
/// logarithm of each row's sum of exponentials.
void attend(const QueryTile &tile, c10::ArrayRef<KeyRun> runs, Matrix output, float *logSums,
            int64_t logSumStride);

/// The inputs of a tile's derivative besides its queries.
struct TileGradient {
    ConstMatrix outputs;   // the derivative with respect to the output [row, width]
    const float *logSums;  // from `attend`, `stride` apart
    const float *deltas;   // Σ output · its derivative for each row, `stride` apart
    int64_t stride;
};

/// Adds the derivatives that pass through the keys of `run`, the first of which comes after `offset` others,
/// to those of `queries` [row, width], and of `keys` and `values` [key, width]; null values are left out.
void differentiate(const QueryTile &tile, const TileGradient &gradient, const KeyRun &run, int64_t offset,
                   Matrix queries, Matrix keys, Matrix values);

}  // namespace ctorch
