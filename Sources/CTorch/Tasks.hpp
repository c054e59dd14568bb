/// Runs tasks of uneven size, with small matrix products, on ATen's threads.
#pragma once

#include "Matrix.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>

namespace ctorch {

/// Calls `body` with 0 ..< count, each once. A thread takes the next index when it is free, so what `body`
/// computes must not depend on the thread.
template <typename Body> void forEachTask(int64_t count, Body &&body) {
    int64_t workers = std::min<int64_t>(count, at::get_num_threads());
    if (workers <= 1) {
        OnThisThreadOnly single;
        for (int64_t task = 0; task < count; ++task) body(task);
        return;
    }
    std::atomic<int64_t> next{0};
    at::parallel_for(0, workers, 1, [&](int64_t, int64_t) {
        OnThisThreadOnly single;
        for (int64_t task; (task = next.fetch_add(1, std::memory_order_relaxed)) < count;) body(task);
    });
}

}  // namespace ctorch
