/// Attention of a query to many keys, which are read once for all heads that use them.
#pragma once

#include "AttentionTile.hpp"
#include "Vector.hpp"

#include <c10/util/SmallVector.h>

#include <algorithm>
#include <cmath>

namespace ctorch {

/// Keys whose scores are in memory at a time.
constexpr int64_t keysInBlock = 64;

/// The heads of one query that use the same key head, and their running softmax. `knownWidth` is the width if
/// the compiler should know it, else 0.
template <int64_t knownWidth> class SingleQuery {
  public:
    /// `queries` are `count` heads, `stride` apart; `output` [head, width] receives the weighted values.
    SingleQuery(const float *queries, int64_t stride, int64_t count, int64_t width, float scale, float *output)
        : count(count), anyWidth(width), scaled(count * width), output(output),
          greatest(count, -std::numeric_limits<float>::infinity()), totals(count, 0) {
        for (int64_t head = 0; head < count; ++head)
            for (int64_t feature = 0; feature < width; ++feature)
                scaled[head * width + feature] = queries[head * stride + feature] * scale;
        std::fill_n(output, count * width, 0.0f);
    }

    /// Processes at most `keysInBlock` keys and prefetches those of `next`.
    void absorb(const KeyRun &run, const KeyRun &next) {
        int64_t head = 0;
        for (; head + 2 <= count; head += 2) absorb<2>(head, run, next);
        if (head < count) absorb<1>(head, run, next);
    }

    /// Divides the sums by the total weights.
    void normalize() {
        int64_t width = this->width();
        for (int64_t head = 0; head < count; ++head)
            for (int64_t feature = 0; feature < width; ++feature)
                output[head * width + feature] /= totals[head];
    }

    /// Leaves the sums as they are, followed by each head's greatest score and each head's total weight.
    void keepStatistics() {
        std::copy_n(greatest.data(), count, output + count * width());
        std::copy_n(totals.data(), count, output + count * (width() + 1));
    }

  private:
    int64_t width() const { return knownWidth > 0 ? knownWidth : anyWidth; }

    /// Fetches a key or value into the second cache; the first one takes only few at a time.
    void fetch(const float *row) const {
        for (int64_t feature = 0; feature < width(); feature += floatsInCacheLine)
            __builtin_prefetch(row + feature, 0, 2);
    }

    /// Heads that read a key or value together.
    template <int64_t Heads> void absorb(int64_t first, const KeyRun &run, const KeyRun &next) {
        int64_t width = this->width();
        alignas(32) float weights[Heads][keysInBlock];
        float factors[Heads];
        score<Heads>(first, run, next, weights);
        exponentiate<Heads>(first, run.count, weights, factors);
        int64_t feature = 0;
        for (; feature + 4 * lanes <= width; feature += 4 * lanes)
            addValues<Heads, 4>(first, factors, weights, run, next, feature);
        for (; feature < width; feature += lanes) addValues<Heads, 1>(first, factors, weights, run, next, feature);
    }

    /// The products of some heads with the keys of a run.
    template <int64_t Heads>
    void score(int64_t first, const KeyRun &run, const KeyRun &next, float (*scores)[keysInBlock]) const {
        int64_t width = this->width();
        const float *queries = scaled.data() + first * width;
        int64_t key = 0;
        for (; key + lanes <= run.count; key += lanes) {
            if (first == 0)
                for (int64_t part = 0; part < lanes; ++part) fetch(next.keys + (key + part) * next.keyStride);
            for (int64_t head = 0; head < Heads; ++head) {
                Vector products[lanes];
                for (int64_t part = 0; part < lanes; ++part)
                    products[part] =
                        multiplied(queries + head * width, run.keys + (key + part) * run.keyStride, width);
                store(scores[head] + key, sums(products));
            }
        }
        for (; key < run.count; ++key)
            for (int64_t head = 0; head < Heads; ++head)
                scores[head][key] = dot(queries + head * width, run.keys + key * run.keyStride, width);
    }

    /// Turns the scores of some heads into weights; `factors` receives the factors for earlier weights.
    template <int64_t Heads>
    void exponentiate(int64_t first, int64_t keyCount, float (*scores)[keysInBlock], float *factors) {
        Vector best[Heads], added[Heads];
        float next[Heads];
        for (int64_t head = 0; head < Heads; ++head) {
            best[head] = broadcast(greatest[first + head]);
            added[head] = broadcast(0);
        }
        forEachVector(keyCount, [&](int64_t index, int64_t used) {
            for (int64_t head = 0; head < Heads; ++head)
                best[head] = maximum(best[head], loadUpTo(scores[head] + index, used, greatest[first + head]));
        });
        for (int64_t head = 0; head < Heads; ++head) {
            next[head] = maximum(best[head]);
            float shrinks = greatest[first + head] - next[head];
            factors[head] = shrinks == 0 ? 1 : std::exp(shrinks);
        }
        forEachVector(keyCount, [&](int64_t index, int64_t used) {
            constexpr float none = -std::numeric_limits<float>::infinity();
            for (int64_t head = 0; head < Heads; ++head) {
                Vector weight = exponential(loadUpTo(scores[head] + index, used, none) - next[head]);
                storeUpTo(scores[head] + index, weight, used);
                added[head] += weight;
            }
        });
        for (int64_t head = 0; head < Heads; ++head) {
            greatest[first + head] = next[head];
            totals[first + head] = totals[first + head] * factors[head] + sum(added[head]);
        }
    }

    /// Adds some vectors of the weighted values from `feature` on; only the last may be short.
    template <int64_t Heads, int64_t Parts>
    void addValues(int64_t first, const float *factors, const float (*weights)[keysInBlock], const KeyRun &run,
                   const KeyRun &next, int64_t feature) {
        int64_t width = this->width();
        int64_t used = Parts == 1 ? std::min(lanes, width - feature) : lanes;
        float *sum = output + first * width + feature;
        Vector parts[Heads][Parts];
        for (int64_t head = 0; head < Heads; ++head)
            for (int64_t part = 0; part < Parts; ++part)
                parts[head][part] = loadUpTo(sum + head * width + part * lanes, used) * factors[head];
        for (int64_t key = 0; key < run.count; ++key) {
            const float *row = run.values + key * run.valueStride + feature;
            if (first == 0 && feature == 0) fetch(next.values + key * next.valueStride);
            for (int64_t part = 0; part < Parts; ++part) {
                Vector value = loadUpTo(row + part * lanes, used);
                for (int64_t head = 0; head < Heads; ++head) parts[head][part] += value * weights[head][key];
            }
        }
        for (int64_t head = 0; head < Heads; ++head)
            for (int64_t part = 0; part < Parts; ++part)
                storeUpTo(sum + head * width + part * lanes, parts[head][part], used);
    }

    int64_t count, anyWidth;
    c10::SmallVector<float, 1024> scaled;
    float *output;
    c10::SmallVector<float, 16> greatest, totals;
};

}  // namespace ctorch
