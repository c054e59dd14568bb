/// Paged attention: sequences with one query in a loop over their keys, sequences with more in tiles.
///
/// The work is divided at fixed positions, so that a sequence's result depends neither on the thread count nor
/// on the other sequences.
#include "PagedAttention.hpp"

#include "AttentionTile.hpp"
#include "SingleQuery.hpp"
#include "Tasks.hpp"

#include <c10/util/SmallVector.h>

#include <cmath>
#include <vector>

namespace ctorch {

namespace {

/// Cached tokens that one task processes for one query.
constexpr int64_t tokensInChunk = 1024;

class Forward {
  public:
    Forward(const PagedAttention &attention, float *output)
        : problem(attention), output(output), groupSize(attention.headCount / attention.keyHeadCount) {}

    void run() {
        plan();
        std::vector<float> partial(partialCount * partialSize());
        forEachTask(static_cast<int64_t>(tasks.size()), [&](int64_t index) {
            const Task &task = tasks[index];
            if (task.isTile) attendTile(task);
            else decode(task, partial.data());
        });
        for (const Merge &merge : merges) combine(merge, partial.data());
    }

  private:
    /// A tile of queries of one head, or a chunk of keys of one query and some key heads.
    struct Task {
        int64_t sequence;
        int64_t head;     // of queries for a tile, else the first of keys
        int64_t start;    // first query of the sequence, or first key
        int64_t partial;  // start of a chunk's results, one per key head, or -1 for an only chunk
        bool isTile;
    };

    /// The chunks of a query.
    struct Merge {
        int64_t sequence, firstPartial, count;
    };

    /// A partial result: for each head of a group, the sums of weighted values, the greatest score, the
    /// total.
    int64_t partialSize() const { return groupSize * (problem.width + 2); }

    static int64_t chunkCount(const TorchPagedSequence &sequence) {
        return (sequence.length + tokensInChunk - 1) / tokensInChunk;
    }

    void plan() {
        // Adjacent key heads are read together, unless that would leave other threads idle.
        int64_t chunks = 0, threads = at::get_num_threads();
        for (const TorchPagedSequence &sequence : problem.sequences)
            if (sequence.queryCount == 1) chunks += chunkCount(sequence);
        headsInTask = threads == 1 || chunks >= 2 * threads ? problem.keyHeadCount : 1;
        for (size_t index = 0; index < problem.sequences.size(); ++index) {
            const TorchPagedSequence &sequence = problem.sequences[index];
            int64_t sequenceIndex = static_cast<int64_t>(index);
            if (sequence.queryCount == 1) {
                planChunks(sequenceIndex, chunkCount(sequence));
            } else {
                for (int64_t start = 0; start < sequence.queryCount; start += queriesInTile)
                    for (int64_t head = 0; head < problem.headCount; ++head)
                        tasks.push_back({sequenceIndex, head, start, -1, true});
            }
        }
    }

    void planChunks(int64_t sequence, int64_t count) {
        if (count > 1) merges.push_back({sequence, partialCount, count});
        for (int64_t chunk = 0; chunk < count; ++chunk) {
            for (int64_t keyHead = 0; keyHead < problem.keyHeadCount; keyHead += headsInTask)
                tasks.push_back({sequence, keyHead, chunk * tokensInChunk, count > 1 ? partialCount : -1, false});
            if (count > 1) partialCount += problem.keyHeadCount;
        }
    }

    /// Calls `body` with the runs, at most `longest` long, of tokens `start ..< end`. A run ends with its page, even
    /// if the next one follows in memory: the order of summation must not depend on which pages were free.
    template <typename Body>
    void forEachRun(const TorchPagedSequence &sequence, int64_t keyHead, int64_t start, int64_t end,
                    int64_t longest, Body &&body) const {
        int64_t stride = problem.keyHeadCount * problem.width;
        auto page = [&](int64_t token) -> int64_t {
            return problem.pages[sequence.firstPage + token / problem.pageSize];
        };
        for (int64_t token = start; token < end;) {
            int64_t slot = token % problem.pageSize;
            int64_t count = std::min({problem.pageSize - slot, longest, end - token});
            int64_t offset = (page(token) * problem.pageSize + slot) * stride + keyHead * problem.width;
            body(KeyRun{problem.keyPages + offset, problem.valuePages + offset, stride, stride, count});
            token += count;
        }
    }

    void attendTile(const Task &task) const {
        const TorchPagedSequence &sequence = problem.sequences[task.sequence];
        int64_t rows = std::min<int64_t>(queriesInTile, sequence.queryCount - task.start);
        int64_t token = sequence.queryStart + task.start;
        int64_t visible = sequence.length - sequence.queryCount + task.start + 1;
        c10::SmallVector<KeyRun, 32> runs;
        forEachRun(sequence, task.head / groupSize, 0, visible + rows - 1, keysInTile,
                   [&](const KeyRun &run) { runs.push_back(run); });
        QueryTile tile{{problem.queries.at(token, task.head), problem.queries.tokenStride},
                       rows,
                       problem.width,
                       visible,
                       true,
                       problem.scale};
        attend(tile, runs,
               {output + (token * problem.headCount + task.head) * problem.width,
                problem.headCount * problem.width},
               nullptr, 0);
    }

    void decode(const Task &task, float *partial) const {
        switch (problem.width) {
        case 32: return decode<32>(task, partial);
        case 64: return decode<64>(task, partial);
        case 128: return decode<128>(task, partial);
        default: return decode<0>(task, partial);
        }
    }

    template <int64_t knownWidth> void decode(const Task &task, float *partial) const {
        const TorchPagedSequence &sequence = problem.sequences[task.sequence];
        c10::SmallVector<SingleQuery<knownWidth>, 4> groups;
        for (int64_t keyHead = task.head; keyHead < task.head + headsInTask; ++keyHead)
            groups.emplace_back(problem.queries.at(sequence.queryStart, keyHead * groupSize),
                                problem.queries.headStride, groupSize, problem.width, problem.scale,
                                task.partial < 0 ? result(sequence, keyHead)
                                                 : partial + (task.partial + keyHead) * partialSize());
        KeyRun previous{};
        auto absorb = [&](const KeyRun &next) {
            for (size_t index = 0; index < groups.size() && previous.count > 0; ++index) {
                int64_t offset = static_cast<int64_t>(index) * problem.width;
                groups[index].absorb(previous.moved(offset), next.moved(offset));
            }
            previous = next;
        };
        int64_t end = std::min<int64_t>(sequence.length, task.start + tokensInChunk);
        forEachRun(sequence, task.head, task.start, end, keysInBlock, absorb);
        absorb(previous);
        for (SingleQuery<knownWidth> &group : groups)
            if (task.partial < 0) group.normalize();
            else group.keepStatistics();
    }

    /// The output of a group of heads of a sequence's only query.
    float *result(const TorchPagedSequence &sequence, int64_t keyHead) const {
        return output + (sequence.queryStart * problem.headCount + keyHead * groupSize) * problem.width;
    }

    void combine(const Merge &merge, const float *partial) const {
        const TorchPagedSequence &sequence = problem.sequences[merge.sequence];
        for (int64_t keyHead = 0; keyHead < problem.keyHeadCount; ++keyHead) {
            auto chunk = [&](int64_t index) {
                return partial + (merge.firstPartial + index * problem.keyHeadCount + keyHead) * partialSize();
            };
            for (int64_t head = 0; head < groupSize; ++head) {
                int64_t greatest = groupSize * problem.width + head, total = greatest + groupSize;
                float best = chunk(0)[greatest], weights = 0;
                for (int64_t index = 1; index < merge.count; ++index) best = std::max(best, chunk(index)[greatest]);
                float *target = result(sequence, keyHead) + head * problem.width;
                std::fill_n(target, problem.width, 0.0f);
                for (int64_t index = 0; index < merge.count; ++index) {
                    const float *part = chunk(index);
                    float weight = std::exp(part[greatest] - best);
                    weights += weight * part[total];
                    for (int64_t feature = 0; feature < problem.width; ++feature)
                        target[feature] += weight * part[head * problem.width + feature];
                }
                for (int64_t feature = 0; feature < problem.width; ++feature) target[feature] /= weights;
            }
        }
    }

    const PagedAttention &problem;
    float *output;
    int64_t groupSize;
    std::vector<Task> tasks;
    std::vector<Merge> merges;
    int64_t partialCount = 0, headsInTask = 1;
};

}  // namespace

void PagedAttention::forward(float *output) const { Forward(*this, output).run(); }

}  // namespace ctorch
