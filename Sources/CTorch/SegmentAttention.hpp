/// Attention over packed segments, on a CPU in single precision.
#pragma once

#include "CTorch.h"

#include <c10/util/ArrayRef.h>

#include <cstdint>

namespace ctorch {

/// [token, head, width] with contiguous features.
struct Heads {
    const float *values;
    int64_t tokenStride;
    int64_t headStride;

    const float *at(int64_t token, int64_t head) const {
        return values + token * tokenStride + head * headStride;
    }
};

struct SegmentAttention {
    Heads queries;
    Heads keys;
    Heads values;
    int64_t tokenCount;
    int64_t headCount;
    int64_t keyHeadCount;
    int64_t width;
    c10::ArrayRef<TorchSegment> segments;
    bool isCausal;
    float scale;

    /// Writes `output` [token, head, width] and, unless it is null, `logSums` [token, head], both contiguous.
    void forward(float *output, float *logSums) const;

    /// Adds the derivatives to `queryGradients`, `keyGradients` and `valueGradients`, which have the shapes
    /// of the arguments; all are contiguous.
    void backward(const float *output, const float *logSums, const float *outputGradients,
                  float *queryGradients, float *keyGradients, float *valueGradients) const;
};

}  // namespace ctorch
