/// Attention over a paged cache of keys and values, on a CPU in single precision.
#pragma once

#include "CTorch.h"
#include "SegmentAttention.hpp"

namespace ctorch {

struct PagedAttention {
    Heads queries;
    const float *keyPages;    // [page, token, keyHead, width]
    const float *valuePages;  // as keyPages
    int64_t pageSize;
    int64_t headCount;
    int64_t keyHeadCount;
    int64_t width;
    c10::ArrayRef<int32_t> pages;
    c10::ArrayRef<TorchPagedSequence> sequences;
    float scale;

    /// Writes `output` [token, head, width].
    void forward(float *output) const;
};

}  // namespace ctorch
