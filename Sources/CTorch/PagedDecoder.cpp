/// The layers of a decoder over a paged cache in one call. For a few tokens, the operations of a layer take
/// less time than the overhead of calling them one by one.
#include "Attention.hpp"
#include "Functions.hpp"
#include "PagedAttention.hpp"
#include "RowProduct.hpp"
#include "Rows.hpp"

#include <ATen/ops/empty_like.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace ctorch {

namespace {

const float *read(TorchTensor handle) { return unwrap(handle).const_data_ptr<float>(); }

/// Values that are common to all layers.
class PagedDecoder {
  public:
    PagedDecoder(const TorchPagedDecoder &shape, int64_t tokenCount, int64_t width,
                 c10::ArrayRef<int32_t> pages, c10::ArrayRef<TorchPagedSequence> sequences)
        : shape(shape), tokenCount(tokenCount), width(width),
          turnedCount(shape.headCount + shape.keyHeadCount),
          projectedWidth((turnedCount + shape.keyHeadCount) * shape.headWidth),
          mixedWidth(shape.headCount * shape.headWidth), pages(pages), sequences(sequences),
          normed(room(tokenCount * width)), inverse(room(tokenCount)),
          projected(room(tokenCount * projectedWidth)), turned(room(tokenCount * turnedCount * shape.headWidth)),
          mixed(room(tokenCount * mixedWidth)), gateAndUp(room(tokenCount * 2 * shape.innerWidth)),
          inner(room(tokenCount * shape.innerWidth)) {}

    /// Adds the layer's output for `hidden` [token, width] to `hidden`.
    void advance(const TorchDecoderLayer &layer, const float *cosine, const float *sine, const int64_t *slots,
                 float *hidden) {
        norm(hidden, read(layer.attentionNorm), normed.get());
        multiply(normed.get(), width, layer.queryKeyValue, read(layer.queryKeyValueBias), false,
                 {projected.get(), projectedWidth});
        rotate(projected.get(), projectedWidth, shape.headWidth, cosine, sine, tokenCount, turnedCount,
               shape.headWidth, false, turned.get());
        const at::Tensor &keyPages = unwrap(layer.keyPages);
        float *keys = keyPages.mutable_data_ptr<float>();
        float *values = unwrap(layer.valuePages).mutable_data_ptr<float>();
        remember(slots, keys, values);
        float scale = 1 / std::sqrt(static_cast<float>(shape.headWidth));
        PagedAttention{{turned.get(), turnedCount * shape.headWidth, shape.headWidth},
                       keys,
                       values,
                       keyPages.size(1),
                       shape.headCount,
                       shape.keyHeadCount,
                       shape.headWidth,
                       pages,
                       sequences,
                       scale}
            .forward(mixed.get());
        multiply(mixed.get(), mixedWidth, layer.attentionOutput, nullptr, true, {hidden, width});

        norm(hidden, read(layer.feedForwardNorm), normed.get());
        multiply(normed.get(), width, layer.gateAndUp, nullptr, false, {gateAndUp.get(), 2 * shape.innerWidth});
        for (int64_t token = 0; token < tokenCount; ++token) {
            const float *gate = gateAndUp.get() + token * 2 * shape.innerWidth;
            swiGLU(gate, gate + shape.innerWidth, shape.innerWidth, inner.get() + token * shape.innerWidth);
        }
        multiply(inner.get(), shape.innerWidth, layer.down, nullptr, true, {hidden, width});
    }

    void norm(const float *x, const float *weight, float *y) {
        rmsNorm(x, weight, static_cast<float>(shape.epsilon), tokenCount, width, y, inverse.get());
    }

  private:
    static std::unique_ptr<float[]> room(int64_t count) { return std::make_unique_for_overwrite<float[]>(count); }

    /// The product of `x` [token, features] with weights, added to the bias or, if `adds`, to the result.
    void multiply(const float *x, int64_t features, const TorchWeights &weights, const float *bias, bool adds,
                  Matrix result) const {
        for (ptrdiff_t index = 0; index < weights.count; ++index) {
            const TorchWeight &block = weights.blocks[index];
            int64_t rows = unwrap(block.values).size(0);
            multiplyRows(tokenCount, rows, features, {x, features}, view(block), bias, adds, result);
            if (block.down.object) addLowRank(x, features, block, rows, result);
            result.values += rows;
            if (bias) bias += rows;
        }
    }

    static ConstWeights view(const TorchWeight &block) {
        return Weight{unwrap(block.values), block.scales.object ? unwrap(block.scales) : at::Tensor(), {}, {}}.view();
    }

    static ConstWeights view(TorchTensor handle) { return Weight{unwrap(handle), {}, {}, {}}.view(); }

    /// Adds the low-rank addition of a block.
    void addLowRank(const float *x, int64_t features, const TorchWeight &block, int64_t rows, Matrix result) const {
        int64_t rank = unwrap(block.down).size(0);
        auto low = room(tokenCount * rank);
        multiplyRows(tokenCount, rank, features, {x, features}, view(block.down), nullptr, false, {low.get(), rank});
        float factor = static_cast<float>(block.factor);
        for (int64_t value = 0; value < tokenCount * rank; ++value) low[value] *= factor;
        multiplyRows(tokenCount, rows, rank, {low.get(), rank}, view(block.up), nullptr, true, result);
    }

    /// Stores the new keys and values in the cache.
    void remember(const int64_t *slots, float *keys, float *values) const {
        int64_t length = shape.keyHeadCount * shape.headWidth;
        for (int64_t token = 0; token < tokenCount; ++token) {
            const float *key = turned.get() + (token * turnedCount + shape.headCount) * shape.headWidth;
            const float *value = projected.get() + token * projectedWidth + turnedCount * shape.headWidth;
            std::copy_n(key, length, keys + slots[token] * length);
            std::copy_n(value, length, values + slots[token] * length);
        }
    }

    const TorchPagedDecoder &shape;
    int64_t tokenCount, width, turnedCount, projectedWidth, mixedWidth;
    c10::ArrayRef<int32_t> pages;
    c10::ArrayRef<TorchPagedSequence> sequences;
    std::unique_ptr<float[]> normed, inverse, projected, turned, mixed, gateAndUp, inner;
};

void check(TorchTensor handle, const char *name, at::IntArrayRef sizes) {
    const at::Tensor &tensor = unwrap(handle);
    TORCH_CHECK(isServed(tensor) && tensor.is_contiguous() && tensor.sizes() == sizes, name,
                " must be contiguous float32 ", sizes, " in main memory");
}

void check(const TorchWeights &handles, const char *name, int64_t rowCount, int64_t width) {
    int64_t rows = 0;
    for (const Weight &block : unwrapWeights(handles.blocks, handles.count)) {
        TORCH_CHECK(block.isServed() && block.width() == width, name,
                    " must be contiguous float32, bfloat16 or int8 rows of ", width, " in main memory");
        TORCH_CHECK(!block.down.defined() || (isServed(block.down) && block.down.is_contiguous() &&
                                              isServed(block.up) && block.up.is_contiguous()),
                    "a low-rank addition to ", name, " must be contiguous float32 in main memory");
        rows += block.rowCount();
    }
    TORCH_CHECK(rows == rowCount, name, " has ", rows, " rows, not ", rowCount);
}

void check(const TorchPagedDecoder &shape, const TorchDecoderLayer &layer, int64_t width) {
    int64_t mixed = shape.headCount * shape.headWidth;
    int64_t projected = mixed + 2 * shape.keyHeadCount * shape.headWidth;
    check(layer.attentionNorm, "attentionNorm", {width});
    check(layer.queryKeyValue, "queryKeyValue", projected, width);
    check(layer.queryKeyValueBias, "queryKeyValueBias", {projected});
    check(layer.attentionOutput, "attentionOutput", width, mixed);
    check(layer.feedForwardNorm, "feedForwardNorm", {width});
    check(layer.gateAndUp, "gateAndUp", 2 * shape.innerWidth, width);
    check(layer.down, "down", width, shape.innerWidth);
    const at::Tensor &pages = unwrap(layer.keyPages);
    TORCH_CHECK(pages.dim() == 4, "keyPages must be [page, token, keyHead, width]");
    std::array<int64_t, 4> pageSizes{pages.size(0), pages.size(1), shape.keyHeadCount, shape.headWidth};
    check(layer.keyPages, "keyPages", pageSizes);
    check(layer.valuePages, "valuePages", pageSizes);
}

}  // namespace

}  // namespace ctorch

using namespace ctorch;

TorchStatus torch_paged_decoder(TorchTensor embedded, TorchPagedDecoder shape,
                                const TorchDecoderLayer *layers, ptrdiff_t layerCount, TorchTensor norm,
                                TorchTensor cosine, TorchTensor sine, TorchTensor slots, const int32_t *pages,
                                ptrdiff_t pageCount, const TorchPagedSequence *sequences,
                                ptrdiff_t sequenceCount, TorchTensor *result) {
    return guarded(result, [&] {
        c10::NoGradGuard unrecorded;
        at::Tensor hidden = unwrap(embedded).contiguous().clone();
        TORCH_CHECK(isServed(hidden) && hidden.dim() == 2,
                    "embedded must be float32 [token, width] in main memory");
        int64_t tokenCount = hidden.size(0), width = hidden.size(1);
        check(cosine, "cosine", {tokenCount, shape.headWidth});
        check(sine, "sine", {tokenCount, shape.headWidth});
        check(norm, "norm", {width});
        const at::Tensor &slotIndices = unwrap(slots);
        TORCH_CHECK(slotIndices.device().is_cpu() && slotIndices.scalar_type() == at::kLong &&
                        slotIndices.is_contiguous() && slotIndices.dim() == 1 && slotIndices.size(0) == tokenCount,
                    "slots must be ", tokenCount, " int64 in main memory");
        const int64_t *slot = slotIndices.const_data_ptr<int64_t>();
        c10::ArrayRef<TorchDecoderLayer> all(layers, layerCount);
        c10::ArrayRef<int32_t> table(pages, pageCount);
        c10::ArrayRef<TorchPagedSequence> layout(sequences, sequenceCount);
        for (const TorchDecoderLayer &layer : all) {
            check(shape, layer, width);
            checkPages(layout, table, tokenCount, unwrap(layer.keyPages));
            int64_t room = unwrap(layer.keyPages).size(0) * unwrap(layer.keyPages).size(1);
            for (int64_t token = 0; token < tokenCount; ++token)
                TORCH_CHECK(slot[token] >= 0 && slot[token] < room, "slot ", slot[token], " of ", room);
        }
        PagedDecoder decoder(shape, tokenCount, width, table, layout);
        for (const TorchDecoderLayer &layer : all)
            decoder.advance(layer, read(cosine), read(sine), slot, hidden.mutable_data_ptr<float>());
        at::Tensor output = at::empty_like(hidden);
        decoder.norm(read(TorchTensor{&hidden}), read(norm), output.mutable_data_ptr<float>());
        return output;
    });
}
