/// Attention over ragged tokens, composed of ATen operations, for devices and types without a kernel.
#include "ComposedAttention.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

namespace ctorch {

/// `query` [token, head, width] over `key` and `value` [key, keyHead, width]; the mask is [token, key] or
/// absent.
static at::Tensor attend(const at::Tensor &query, const at::Tensor &key, const at::Tensor &value,
                         const std::optional<at::Tensor> &mask, double scale) {
    auto headFirst = [](const at::Tensor &x) { return x.transpose(0, 1).unsqueeze(0); };
    return at::scaled_dot_product_attention(headFirst(query), headFirst(key), headFirst(value), mask,
                                            /*dropout_p=*/0, /*is_causal=*/false, scale,
                                            /*enable_gqa=*/query.size(1) != key.size(1))
        .squeeze(0)
        .transpose(0, 1);
}

/// True where one of the last `queryCount` of `keyCount` tokens may attend.
static at::Tensor causalMask(int64_t queryCount, int64_t keyCount, const at::Tensor &like) {
    at::Tensor keys = at::arange(keyCount, like.options().dtype(at::kLong));
    at::Tensor queries = at::arange(keyCount - queryCount, keyCount, like.options().dtype(at::kLong));
    return keys.unsqueeze(0).le(queries.unsqueeze(1));
}

at::Tensor composedSegmentAttention(const at::Tensor &query, const at::Tensor &key, const at::Tensor &value,
                                    c10::ArrayRef<TorchSegment> segments, bool isCausal, double scale) {
    std::vector<at::Tensor> outputs;
    for (const TorchSegment &segment : segments) {
        if (segment.count == 0) continue;
        std::vector<at::Tensor> keys, values;
        auto collect = [&](const TorchSegment &seen) {
            keys.push_back(key.narrow(0, static_cast<int64_t>(seen.start), seen.count));
            values.push_back(value.narrow(0, static_cast<int64_t>(seen.start), seen.count));
        };
        for (auto parent = segment.parent; isCausal && parent >= 0; parent = segments[parent].parent)
            collect(segments[parent]);
        collect(segment);
        at::Tensor seenKeys = at::cat(keys), seenValues = at::cat(values);
        std::optional<at::Tensor> mask;
        if (isCausal) mask = causalMask(segment.count, seenKeys.size(0), query);
        outputs.push_back(attend(query.narrow(0, static_cast<int64_t>(segment.start), segment.count),
                                 seenKeys, seenValues, mask, scale));
    }
    return outputs.empty() ? at::empty_like(query) : at::cat(outputs);
}

at::Tensor composedPagedAttention(const at::Tensor &query, const at::Tensor &keyPages,
                                  const at::Tensor &valuePages, c10::ArrayRef<int32_t> pages,
                                  c10::ArrayRef<TorchPagedSequence> sequences, double scale) {
    int64_t pageSize = keyPages.size(1);
    at::Tensor result = at::empty_like(query);
    for (const TorchPagedSequence &sequence : sequences) {
        if (sequence.queryCount == 0) continue;
        auto used = pages.slice(sequence.firstPage, (sequence.length + pageSize - 1) / pageSize);
        at::Tensor pageIndices = at::tensor(used, query.options().dtype(at::kInt));
        auto cached = [&](const at::Tensor &cache) {
            return cache.index_select(0, pageIndices).flatten(0, 1).narrow(0, int64_t{0}, sequence.length);
        };
        auto rows = [&](const at::Tensor &x) {
            return x.narrow(0, static_cast<int64_t>(sequence.queryStart), sequence.queryCount);
        };
        at::Tensor mask = causalMask(sequence.queryCount, sequence.length, query);
        rows(result).copy_(attend(rows(query), cached(keyPages), cached(valuePages), mask, scale));
    }
    return result;
}

}  // namespace ctorch
