/// Checks of the arguments of attention.
#pragma once

#include "Guarded.hpp"

namespace ctorch {

/// Throws unless the sequences have `rowCount` query rows in order and their pages are in `cache`.
void checkPages(c10::ArrayRef<TorchPagedSequence> sequences, c10::ArrayRef<int32_t> pages, int64_t rowCount,
                const at::Tensor &cache);

}  // namespace ctorch
