/// Conversion of weights to eight bits.
#include "Product.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <vector>

using namespace ctorch;

ptrdiff_t torch_features_in_group(void) { return featuresInGroup; }

/// Of each group, the largest magnitude becomes 127; a group of zeros has the scale 0.
static void quantize(const float *row, int64_t width, int8_t *values, float *scales) {
    for (int64_t first = 0, group = 0; first < width; first += featuresInGroup, ++group) {
        int64_t count = std::min(featuresInGroup, width - first);
        Vector magnitudes = broadcast(0);
        forEachVector(count, [&](int64_t index, int64_t used) {
            magnitudes = maximum(magnitudes, __builtin_elementwise_abs(loadUpTo(row + first + index, used)));
        });
        float largest = maximum(magnitudes);
        scales[group] = largest / 127;
        float factor = largest > 0 ? 127 / largest : 0;
        forEachVector(count, [&](int64_t index, int64_t used) {
            typedef int8_t Bytes __attribute__((ext_vector_type(lanes)));
            Vector steps = __builtin_elementwise_roundeven(loadUpTo(row + first + index, used) * factor);
            Bytes bytes = __builtin_convertvector(__builtin_convertvector(steps, IntegerVector), Bytes);
            std::memcpy(values + first + index, &bytes, used);
        });
    }
}

TorchStatus torch_quantize(TorchTensor matrix, TorchTensor *values, TorchTensor *scales) {
    return guarded([&] {
        Weight source{unwrap(matrix).detach(), {}, {}, {}};
        source.check();
        TORCH_CHECK(source.isServed(), "the matrix must be contiguous float32 or bfloat16 in main memory");
        int64_t rows = source.rowCount(), width = source.width(), groups = groupCount(width);
        at::Tensor codes = at::empty({rows, width}, at::kChar), factors = at::empty({rows, groups}, at::kFloat);
        ConstWeights view = source.view();
        at::parallel_for(0, rows, 16, [&](int64_t begin, int64_t end) {
            std::vector<float> row(width);
            for (int64_t index = begin; index < end; ++index) {
                widenRows(view, index, index + 1, width, row.data());
                quantize(row.data(), width, codes.mutable_data_ptr<int8_t>() + index * width,
                         factors.mutable_data_ptr<float>() + index * groups);
            }
        });
        *values = wrap(codes);
        *scales = wrap(factors);
    });
}
