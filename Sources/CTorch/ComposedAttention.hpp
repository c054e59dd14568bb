/// Attention over ragged tokens: the composition of ATen operations, for every device and element type.
#pragma once

#include "Guarded.hpp"

namespace ctorch {

/// `query` is [token, head, width]; `key` and `value` are [token, keyHead, width].
at::Tensor composedSegmentAttention(const at::Tensor &query, const at::Tensor &key, const at::Tensor &value,
                                    c10::ArrayRef<TorchSegment> segments, bool isCausal, double scale);

/// `query` is [token, head, width]; the pages are [page, token, keyHead, width].
at::Tensor composedPagedAttention(const at::Tensor &query, const at::Tensor &keyPages,
                                  const at::Tensor &valuePages, c10::ArrayRef<int32_t> pages,
                                  c10::ArrayRef<TorchPagedSequence> sequences, double scale);

}  // namespace ctorch
