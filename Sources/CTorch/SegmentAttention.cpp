/// Division of segment attention into tiles, and of the tiles among threads.
///
/// The summation order of each element does not depend on how the work is divided: by segment, then
/// tile of queries, then head.
#include "SegmentAttention.hpp"

#include "AttentionTile.hpp"
#include "Tasks.hpp"
#include "Vector.hpp"

#include <c10/util/SmallVector.h>

#include <tuple>
#include <vector>

namespace ctorch {

namespace {

/// A position in a segment, `start` tokens from its beginning.
struct Position {
    int64_t segment, start;
};

/// The segments, their ancestors and their descendants, and how to cut tiles out of the arguments.
class Layout {
  public:
    explicit Layout(const SegmentAttention &attention) : problem(attention) {
        size_t count = problem.segments.size();
        lineages.resize(count);
        seenBefore.resize(count, 0);
        for (size_t index = 0; index < count; ++index) {
            auto parent = problem.segments[index].parent;
            if (problem.isCausal && parent >= 0) {
                lineages[index] = lineages[parent];
                seenBefore[index] = seenBefore[parent] + problem.segments[parent].count;
            }
            lineages[index].push_back(static_cast<int64_t>(index));
        }
    }

    /// The ancestors of a segment from the oldest on, and the segment itself.
    const std::vector<int64_t> &lineage(int64_t segment) const { return lineages[segment]; }

    /// The number of keys before those of a segment, for the queries that see them.
    int64_t keysBefore(int64_t segment) const { return seenBefore[segment]; }

    int64_t root(int64_t segment) const { return lineages[segment].front(); }

    /// A position every `step` tokens of every segment.
    std::vector<Position> positions(int64_t step) const {
        std::vector<Position> result;
        for (size_t segment = 0; segment < problem.segments.size(); ++segment)
            for (int64_t start = 0; start < problem.segments[segment].count; start += step)
                result.push_back({static_cast<int64_t>(segment), start});
        return result;
    }

    /// The number of query heads per key head.
    int64_t groupSize() const { return problem.headCount / problem.keyHeadCount; }

    KeyRun run(int64_t segment, int64_t keyHead) const {
        const TorchSegment &seen = problem.segments[segment];
        return {problem.keys.at(seen.start, keyHead), problem.values.at(seen.start, keyHead),
                problem.keys.tokenStride, problem.values.tokenStride, seen.count};
    }

    /// The tile of `segment` that begins `start` tokens into it.
    QueryTile tile(int64_t segment, int64_t start, int64_t head) const {
        const TorchSegment &asking = problem.segments[segment];
        return {{problem.queries.at(asking.start + start, head), problem.queries.tokenStride},
                std::min<int64_t>(queriesInTile, asking.count - start),
                problem.width,
                seenBefore[segment] + start + 1,
                problem.isCausal,
                problem.scale};
    }

    /// Rough number of scores in a segment's tiles.
    int64_t cost(int64_t segment) const {
        int64_t count = problem.segments[segment].count;
        return count * (seenBefore[segment] + (problem.isCausal ? count / 2 : count) + 1);
    }

  private:
    const SegmentAttention &problem;
    std::vector<std::vector<int64_t>> lineages;
    std::vector<int64_t> seenBefore;
};

/// The derivative of a problem, divided among threads.
class Backward {
  public:
    Backward(const SegmentAttention &attention, const float *logSums, const float *outputGradients,
             const float *deltas, float *queryGradients, float *keyGradients, float *valueGradients)
        : problem(attention), layout(attention), logSums(logSums), outputGradients(outputGradients),
          deltas(deltas), queryGradients(queryGradients), keyGradients(keyGradients),
          valueGradients(valueGradients) {}

    /// Derivatives of queries need all keys and derivatives of keys all queries. Computing both at once takes
    /// five products a tile instead of seven, but allows only one thread for a tree of segments and a key
    /// head.
    void run() const {
        std::vector<int64_t> treeCosts(problem.segments.size(), 0);
        int64_t total = 0;
        for (size_t segment = 0; segment < problem.segments.size(); ++segment) {
            treeCosts[layout.root(segment)] += layout.cost(segment);
            total += layout.cost(segment) * problem.keyHeadCount;
        }
        int64_t largest = *std::max_element(treeCosts.begin(), treeCosts.end());
        int64_t threads = at::get_num_threads();
        bool isBalanced = std::max(largest, total / threads) * 5 <= total / threads * 7;
        if (isBalanced) runTogether(treeCosts);
        else runApart();
    }

  private:
    /// One task for each tree of segments and key head, the most expensive trees first.
    void runTogether(const std::vector<int64_t> &treeCosts) const {
        std::vector<std::vector<int64_t>> members(problem.segments.size());
        std::vector<int64_t> roots;
        for (size_t segment = 0; segment < problem.segments.size(); ++segment) {
            if (layout.root(segment) == static_cast<int64_t>(segment)) roots.push_back(segment);
            members[layout.root(segment)].push_back(segment);
        }
        std::sort(roots.begin(), roots.end(), [&](int64_t a, int64_t b) {
            return std::tie(treeCosts[b], a) < std::tie(treeCosts[a], b);
        });
        forEachTask(static_cast<int64_t>(roots.size()) * problem.keyHeadCount, [&](int64_t task) {
            int64_t keyHead = task % problem.keyHeadCount;
            for (int64_t segment : members[roots[task / problem.keyHeadCount]])
                forEachTile(segment, keyHead, [&](int64_t start, int64_t head) {
                    for (int64_t seen : layout.lineage(segment))
                        differentiateTile(segment, start, head, layout.run(seen, keyHead),
                                          layout.keysBefore(seen), problem.segments[seen].start, true, true);
                });
        });
    }

    /// One task for each tile of queries and head, then one for each block of keys and key head.
    void runApart() const {
        auto tiles = layout.positions(queriesInTile);
        forEachTask(static_cast<int64_t>(tiles.size()) * problem.headCount, [&](int64_t task) {
            auto [segment, start] = tiles[task / problem.headCount];
            int64_t head = task % problem.headCount, keyHead = head / layout.groupSize();
            for (int64_t seen : layout.lineage(segment))
                differentiateTile(segment, start, head, layout.run(seen, keyHead), layout.keysBefore(seen),
                                  problem.segments[seen].start, true, false);
        });

        std::vector<std::vector<int64_t>> observers(problem.segments.size());
        for (size_t segment = 0; segment < problem.segments.size(); ++segment)
            for (int64_t seen : layout.lineage(segment)) observers[seen].push_back(segment);
        auto blocks = layout.positions(keysInTile);
        forEachTask(static_cast<int64_t>(blocks.size()) * problem.keyHeadCount, [&](int64_t task) {
            auto [seen, start] = blocks[task / problem.keyHeadCount];
            int64_t keyHead = task % problem.keyHeadCount;
            KeyRun whole = layout.run(seen, keyHead);
            KeyRun block = whole.part(start, std::min(keysInTile, whole.count - start));
            for (int64_t segment : observers[seen])
                forEachTile(segment, keyHead, [&](int64_t row, int64_t head) {
                    differentiateTile(segment, row, head, block, layout.keysBefore(seen) + start,
                                      problem.segments[seen].start + start, false, true);
                });
        });
    }

    /// Calls `body` with the start and head of each tile of a segment whose head uses `keyHead`.
    template <typename Body> void forEachTile(int64_t segment, int64_t keyHead, Body &&body) const {
        for (int64_t start = 0; start < problem.segments[segment].count; start += queriesInTile)
            for (int64_t member = 0; member < layout.groupSize(); ++member)
                body(start, keyHead * layout.groupSize() + member);
    }

    /// `keyToken` is the token that the first key of `keys` belongs to.
    void differentiateTile(int64_t segment, int64_t start, int64_t head, const KeyRun &keys,
                           int64_t keysBefore, int64_t keyToken, bool ofQueries, bool ofKeys) const {
        int64_t token = problem.segments[segment].start + start;
        int64_t row = token * problem.headCount + head, stride = problem.headCount * problem.width;
        int64_t keyHead = head / layout.groupSize(), keyStride = problem.keyHeadCount * problem.width;
        int64_t keyOffset = keyToken * keyStride + keyHead * problem.width;
        TileGradient gradient{
            {outputGradients + row * problem.width, stride}, logSums + row, deltas + row, problem.headCount};
        differentiate(layout.tile(segment, start, head), gradient, keys, keysBefore,
                      {ofQueries ? queryGradients + row * problem.width : nullptr, stride},
                      {ofKeys ? keyGradients + keyOffset : nullptr, keyStride},
                      {ofKeys ? valueGradients + keyOffset : nullptr, keyStride});
    }

    const SegmentAttention &problem;
    Layout layout;
    const float *logSums, *outputGradients, *deltas;
    float *queryGradients, *keyGradients, *valueGradients;
};

}  // namespace

void SegmentAttention::forward(float *output, float *logSums) const {
    Layout layout(*this);
    auto tiles = layout.positions(queriesInTile);
    forEachTask(static_cast<int64_t>(tiles.size()) * headCount, [&](int64_t task) {
        auto [segment, start] = tiles[task / headCount];
        int64_t head = task % headCount, keyHead = head / layout.groupSize();
        c10::SmallVector<KeyRun, 8> runs;
        for (int64_t seen : layout.lineage(segment)) runs.push_back(layout.run(seen, keyHead));
        int64_t row = (this->segments[segment].start + start) * headCount + head;
        attend(layout.tile(segment, start, head), runs, {output + row * width, headCount * width},
               logSums ? logSums + row : nullptr, headCount);
    });
}

void SegmentAttention::backward(const float *output, const float *logSums, const float *outputGradients,
                                float *queryGradients, float *keyGradients, float *valueGradients) const {
    if (tokenCount == 0) return;
    std::vector<float> deltas(tokenCount * headCount);
    at::parallel_for(0, tokenCount * headCount, std::max<int64_t>(1, 16384 / width),
                     [&](int64_t begin, int64_t end) {
                         for (int64_t row = begin; row < end; ++row)
                             deltas[row] = dot(output + row * width, outputGradients + row * width, width);
                     });
    Backward(*this, logSums, outputGradients, deltas.data(), queryGradients, keyGradients, valueGradients)
        .run();
}

}  // namespace ctorch
