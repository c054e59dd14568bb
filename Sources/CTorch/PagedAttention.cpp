/// Paged attention: sequences with one query in a loop over their keys, sequences with more in tiles.
///
/// The work is divided at fixed places, so that a sequence's result depends neither on the thread count nor
/// on the sequences beside it.
#include "PagedAttention.hpp"

#include "AttentionTile.hpp"
#include "Tasks.hpp"
#include "Vector.hpp"

#include <c10/util/SmallVector.h>

#include <cmath>
#include <vector>

namespace ctorch {

namespace {

/// Cached tokens that one task looks at for one query.
constexpr int64_t tokensInChunk = 1024;
/// Keys whose scores are held at a time.
constexpr int64_t keysInBlock = 64;

/// The query heads that share a key head, and their softmax so far.
class Decoder {
  public:
    /// `queries` are `count` heads, `stride` apart; `sums` [head, width] receives the weighted values.
    Decoder(const float *queries, int64_t stride, int64_t count, int64_t width, float scale, float *sums)
        : count(count), width(width), scaled(count * width), sums(sums),
          greatest(count, -std::numeric_limits<float>::infinity()), totals(count, 0) {
        for (int64_t head = 0; head < count; ++head)
            for (int64_t feature = 0; feature < width; ++feature)
                scaled[head * width + feature] = queries[head * stride + feature] * scale;
        std::fill_n(sums, count * width, 0.0f);
    }

    /// Takes in at most `keysInBlock` keys.
    void absorb(const KeyRun &run) {
        for (int64_t head = 0; head < count; ++head) {
            alignas(32) float weights[keysInBlock];
            for (int64_t key = 0; key < run.count; ++key)
                weights[key] = dot(scaled.data() + head * width, run.keys + key * run.keyStride, width);
            Vector best = broadcast(greatest[head]);
            forEachVector(run.count, [&](int64_t index, int64_t used) {
                best = maximum(best, loadUpTo(weights + index, used, greatest[head]));
            });
            float next = maximum(best), factor = std::exp(greatest[head] - next);
            Vector added = broadcast(0);
            forEachVector(run.count, [&](int64_t index, int64_t used) {
                constexpr float none = -std::numeric_limits<float>::infinity();
                Vector weight = exponential(loadUpTo(weights + index, used, none) - next);
                storeUpTo(weights + index, weight, used);
                added += weight;
            });
            greatest[head] = next;
            totals[head] = totals[head] * factor + sum(added);
            addValues(sums + head * width, factor, weights, run);
        }
    }

    /// Divides the sums by the total weights.
    void normalize() {
        for (int64_t head = 0; head < count; ++head)
            for (int64_t feature = 0; feature < width; ++feature)
                sums[head * width + feature] /= totals[head];
    }

    float greatestScore(int64_t head) const { return greatest[head]; }
    float totalWeight(int64_t head) const { return totals[head]; }

  private:
    void addValues(float *sum, float factor, const float *weights, const KeyRun &run) const {
        int64_t feature = 0;
        for (; feature + 4 * lanes <= width; feature += 4 * lanes) {
            Vector parts[4];
            for (int64_t part = 0; part < 4; ++part)
                parts[part] = load(sum + feature + part * lanes) * factor;
            for (int64_t key = 0; key < run.count; ++key) {
                const float *row = run.values + key * run.valueStride + feature;
                for (int64_t part = 0; part < 4; ++part)
                    parts[part] += load(row + part * lanes) * weights[key];
            }
            for (int64_t part = 0; part < 4; ++part) store(sum + feature + part * lanes, parts[part]);
        }
        forEachVector(width - feature, [&](int64_t rest, int64_t used) {
            Vector part = loadUpTo(sum + feature + rest, used) * factor;
            for (int64_t key = 0; key < run.count; ++key)
                part += loadUpTo(run.values + key * run.valueStride + feature + rest, used) * weights[key];
            storeUpTo(sum + feature + rest, part, used);
        });
    }

    int64_t count, width;
    c10::SmallVector<float, 1024> scaled;
    float *sums;
    c10::SmallVector<float, 16> greatest, totals;
};

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
    /// A tile of queries of one head, or a chunk of keys of one query and key head.
    struct Task {
        int64_t sequence;
        int64_t head;     // of queries for a tile, else of keys
        int64_t start;    // first query of the sequence, or first key
        int64_t partial;  // where the result of a chunk goes, or -1 if it is the only one
        bool isTile;
    };

    /// The chunks of one query and key head.
    struct Merge {
        int64_t sequence, keyHead, firstPartial, count;
    };

    /// A partial result: for each head of a group, the sums of weighted values, the greatest score, the
    /// total.
    int64_t partialSize() const { return groupSize * (problem.width + 2); }

    void plan() {
        for (size_t index = 0; index < problem.sequences.size(); ++index) {
            const TorchPagedSequence &sequence = problem.sequences[index];
            int64_t place = static_cast<int64_t>(index);
            if (sequence.queryCount == 1) {
                for (int64_t keyHead = 0; keyHead < problem.keyHeadCount; ++keyHead)
                    planChunks(place, keyHead, sequence.length);
            } else {
                for (int64_t start = 0; start < sequence.queryCount; start += queriesInTile)
                    for (int64_t head = 0; head < problem.headCount; ++head)
                        tasks.push_back({place, head, start, -1, true});
            }
        }
    }

    void planChunks(int64_t sequence, int64_t keyHead, int64_t length) {
        int64_t chunkCount = (length + tokensInChunk - 1) / tokensInChunk;
        if (chunkCount > 1) merges.push_back({sequence, keyHead, partialCount, chunkCount});
        for (int64_t chunk = 0; chunk < chunkCount; ++chunk) {
            int64_t partial = chunkCount > 1 ? partialCount++ : -1;
            tasks.push_back({sequence, keyHead, chunk * tokensInChunk, partial, false});
        }
    }

    /// Calls `body` with the runs, at most `longest` long, of tokens `start ..< end`; pages that follow each
    /// other in memory make one run.
    template <typename Body>
    void forEachRun(const TorchPagedSequence &sequence, int64_t keyHead, int64_t start, int64_t end,
                    int64_t longest, Body &&body) const {
        int64_t stride = problem.keyHeadCount * problem.width;
        auto page = [&](int64_t token) -> int64_t {
            return problem.pages[sequence.firstPage + token / problem.pageSize];
        };
        for (int64_t token = start; token < end;) {
            int64_t slot = token % problem.pageSize, limit = std::min(longest, end - token);
            int64_t count = std::min(problem.pageSize - slot, limit);
            while (count < limit && page(token + count) == page(token + count - 1) + 1)
                count = std::min(count + problem.pageSize, limit);
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
        const TorchPagedSequence &sequence = problem.sequences[task.sequence];
        float *sums = task.partial < 0 ? result(sequence, task.head) : partial + task.partial * partialSize();
        Decoder decoder(problem.queries.at(sequence.queryStart, task.head * groupSize),
                        problem.queries.headStride, groupSize, problem.width, problem.scale, sums);
        int64_t end = std::min<int64_t>(sequence.length, task.start + tokensInChunk);
        forEachRun(sequence, task.head, task.start, end, keysInBlock,
                   [&](const KeyRun &run) { decoder.absorb(run); });
        if (task.partial < 0) return decoder.normalize();
        for (int64_t head = 0; head < groupSize; ++head) {
            sums[groupSize * problem.width + head] = decoder.greatestScore(head);
            sums[groupSize * (problem.width + 1) + head] = decoder.totalWeight(head);
        }
    }

    /// Where the heads of a group of a sequence's only query go.
    float *result(const TorchPagedSequence &sequence, int64_t keyHead) const {
        return output + (sequence.queryStart * problem.headCount + keyHead * groupSize) * problem.width;
    }

    void combine(const Merge &merge, const float *partial) const {
        const float *first = partial + merge.firstPartial * partialSize();
        for (int64_t head = 0; head < groupSize; ++head) {
            auto greatest = [&](int64_t chunk) {
                return first[chunk * partialSize() + groupSize * problem.width + head];
            };
            float best = greatest(0), total = 0;
            for (int64_t chunk = 1; chunk < merge.count; ++chunk) best = std::max(best, greatest(chunk));
            float *target = result(problem.sequences[merge.sequence], merge.keyHead) + head * problem.width;
            std::fill_n(target, problem.width, 0.0f);
            for (int64_t chunk = 0; chunk < merge.count; ++chunk) {
                const float *part = first + chunk * partialSize();
                float weight = std::exp(greatest(chunk) - best);
                total += weight * part[groupSize * (problem.width + 1) + head];
                for (int64_t feature = 0; feature < problem.width; ++feature)
                    target[feature] += weight * part[head * problem.width + feature];
            }
            for (int64_t feature = 0; feature < problem.width; ++feature) target[feature] /= total;
        }
    }

    const PagedAttention &problem;
    float *output;
    int64_t groupSize;
    std::vector<Task> tasks;
    std::vector<Merge> merges;
    int64_t partialCount = 0;
};

}  // namespace

void PagedAttention::forward(float *output) const { Forward(*this, output).run(); }

}  // namespace ctorch
