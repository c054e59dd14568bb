/// Attention over ragged tokens: checks of the arguments and the choice of implementation.
#include "Attention.hpp"
#include "ComposedAttention.hpp"
#include "Functions.hpp"

#include <c10/core/GradMode.h>

using namespace ctorch;

static void checkHeads(const at::Tensor &query, const at::Tensor &key, const at::Tensor &value) {
    TORCH_CHECK(query.dim() == 3, "queries must be [token, head, width], not ", query.sizes());
    TORCH_CHECK(key.sizes() == value.sizes(), "keys ", key.sizes(), " and values ", value.sizes(), " differ");
    TORCH_CHECK(key.size(-1) == query.size(2), "keys ", key.sizes(), " and queries ", query.sizes(),
                " differ in width");
    TORCH_CHECK(key.size(-2) > 0 && query.size(1) % key.size(-2) == 0, query.size(1), " heads cannot share ",
                key.size(-2), " key heads evenly");
    TORCH_CHECK(query.scalar_type() == key.scalar_type() && query.scalar_type() == value.scalar_type(),
                "queries, keys and values differ in element type");
}

static void checkSegments(c10::ArrayRef<TorchSegment> segments, int64_t tokenCount) {
    ptrdiff_t end = 0;
    for (size_t index = 0; index < segments.size(); ++index) {
        const TorchSegment &segment = segments[index];
        TORCH_CHECK(segment.start == end && segment.count >= 0, "segment ", index, " starts at ",
                    segment.start, " with ", segment.count, " tokens, where ", end, " was expected");
        TORCH_CHECK(segment.parent >= -1 && segment.parent < static_cast<ptrdiff_t>(index), "segment ", index,
                    " has the parent ", segment.parent, ", which is not an earlier segment");
        end += segment.count;
    }
    TORCH_CHECK(end == tokenCount, "the segments cover ", end, " of ", tokenCount, " tokens");
}

void ctorch::checkPages(c10::ArrayRef<TorchPagedSequence> sequences, c10::ArrayRef<int32_t> pages,
                        int64_t rowCount, const at::Tensor &cache) {
    TORCH_CHECK(cache.dim() == 4, "pages must be [page, token, keyHead, width], not ", cache.sizes());
    ptrdiff_t pageSize = cache.size(1), row = 0;
    for (size_t index = 0; index < sequences.size(); ++index) {
        const TorchPagedSequence &sequence = sequences[index];
        TORCH_CHECK(sequence.queryStart == row && sequence.queryCount >= 0 &&
                        sequence.queryCount <= sequence.length,
                    "sequence ", index, " asks with ", sequence.queryCount, " of ", sequence.length,
                    " tokens from row ", sequence.queryStart, ", where ", row, " was expected");
        ptrdiff_t pageCount = (sequence.length + pageSize - 1) / pageSize;
        TORCH_CHECK(sequence.firstPage >= 0 &&
                        sequence.firstPage + pageCount <= static_cast<ptrdiff_t>(pages.size()),
                    "sequence ", index, " of ", sequence.length, " tokens has too few pages");
        for (int32_t page : pages.slice(sequence.firstPage, pageCount))
            TORCH_CHECK(page >= 0 && page < cache.size(0), "sequence ", index, " refers to page ", page,
                        " of ", cache.size(0));
        row += sequence.queryCount;
    }
    TORCH_CHECK(row == rowCount, "the sequences ask with ", row, " of ", rowCount, " rows");
}

TorchStatus torch_segment_attention(TorchTensor query, TorchTensor key, TorchTensor value,
                                    const TorchSegment *segments, ptrdiff_t count, bool isCausal,
                                    double scale, TorchTensor *result) {
    return guarded(result, [&] {
        const at::Tensor &q = unwrap(query), &k = unwrap(key), &v = unwrap(value);
        c10::ArrayRef<TorchSegment> layout(segments, count);
        TORCH_CHECK(k.dim() == 3 && k.size(0) == q.size(0), "keys must be [token, keyHead, width] with ",
                    q.size(0), " tokens, not ", k.sizes());
        checkHeads(q, k, v);
        checkSegments(layout, q.size(0));
        if (areServed(q, k, v)) return fusedSegmentAttention(q, k, v, layout, isCausal, scale);
        return composedSegmentAttention(q, k, v, layout, isCausal, scale);
    });
}

TorchStatus torch_paged_attention(TorchTensor query, TorchTensor keyPages, TorchTensor valuePages,
                                  const int32_t *pages, ptrdiff_t pageCount,
                                  const TorchPagedSequence *sequences, ptrdiff_t count, double scale,
                                  TorchTensor *result) {
    return guarded(result, [&] {
        c10::NoGradGuard unrecorded;
        const at::Tensor &q = unwrap(query), &k = unwrap(keyPages), &v = unwrap(valuePages);
        c10::ArrayRef<int32_t> table(pages, pageCount);
        c10::ArrayRef<TorchPagedSequence> layout(sequences, count);
        checkHeads(q, k, v);
        checkPages(layout, table, q.size(0), k);
        if (areServed(q, k, v)) return fusedPagedAttention(q, k, v, table, layout, scale);
        return composedPagedAttention(q, k, v, table, layout, scale);
    });
}
