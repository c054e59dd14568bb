#include "Rows.hpp"

#include "Tasks.hpp"
#include "Vector.hpp"

#include <cmath>
#include <vector>

namespace ctorch {

namespace {

/// Minimum elements per thread.
constexpr int64_t elementsInTask = 1 << 14;
/// Rows whose contributions to a sum over rows are added in one block, independent of the thread count.
constexpr int64_t rowsInBlock = 64;

template <typename Body> void forEachRow(int64_t rowCount, int64_t width, Body &&body) {
    int64_t grain = std::max<int64_t>(1, elementsInTask / std::max<int64_t>(1, width));
    at::parallel_for(0, rowCount, grain, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) body(row);
    });
}

/// Calls `body` with the offset and lane count of each vector, divided among threads.
template <typename Body> void forEachElement(int64_t count, Body &&body) {
    at::parallel_for(0, (count + lanes - 1) / lanes, elementsInTask / lanes, [&](int64_t begin, int64_t end) {
        for (int64_t index = begin * lanes; index < std::min(count, end * lanes); index += lanes)
            body(index, std::min(lanes, count - index));
    });
}

}  // namespace

// MARK: RMSNorm

void rmsNorm(const float *x, const float *weight, float epsilon, int64_t rowCount, int64_t width, float *y,
             float *inverse) {
    forEachRow(rowCount, width, [&](int64_t row) {
        const float *in = x + row * width;
        float *out = y + row * width;
        float factor = 1 / std::sqrt(dot(in, in, width) / static_cast<float>(width) + epsilon);
        inverse[row] = factor;
        forEachVector(width, [&](int64_t index, int64_t used) {
            storeUpTo(out + index, loadUpTo(in + index, used) * factor * loadUpTo(weight + index, used),
                      used);
        });
    });
}

void rmsNormGradient(const float *x, const float *weight, const float *inverse, const float *dy,
                     int64_t rowCount, int64_t width, float *dx, float *dweight) {
    int64_t blockCount = (rowCount + rowsInBlock - 1) / rowsInBlock;
    std::vector<float> partial(blockCount * width, 0.0f);
    int64_t grain = std::max<int64_t>(1, elementsInTask / (rowsInBlock * width));
    at::parallel_for(0, blockCount, grain, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin * rowsInBlock; row < std::min(rowCount, end * rowsInBlock); ++row) {
            const float *in = x + row * width, *slope = dy + row * width;
            float *out = dx + row * width, *sums = partial.data() + row / rowsInBlock * width;
            Vector projection = broadcast(0);
            float factor = inverse[row];
            forEachVector(width, [&](int64_t index, int64_t used) {
                Vector value = loadUpTo(in + index, used), change = loadUpTo(slope + index, used);
                projection += value * change * loadUpTo(weight + index, used);
                storeUpTo(sums + index, loadUpTo(sums + index, used) + value * change * factor, used);
            });
            float pull = sum(projection) * factor * factor / static_cast<float>(width);
            forEachVector(width, [&](int64_t index, int64_t used) {
                Vector change = loadUpTo(slope + index, used) * loadUpTo(weight + index, used);
                storeUpTo(out + index, (change - loadUpTo(in + index, used) * pull) * factor, used);
            });
        }
    });
    std::fill_n(dweight, width, 0.0f);
    for (int64_t block = 0; block < blockCount; ++block)
        for (int64_t index = 0; index < width; ++index) dweight[index] += partial[block * width + index];
}

// MARK: Rotary embedding

void rotate(const float *x, int64_t tokenStride, int64_t headStride, const float *cosine, const float *sine,
            int64_t tokenCount, int64_t headCount, int64_t width, bool isAdjoint, float *y) {
    int64_t half = width / 2;
    forEachRow(tokenCount, headCount * width, [&](int64_t token) {
        const float *c1 = cosine + token * width, *s1 = sine + token * width;
        const float *c2 = c1 + half, *s2 = s1 + half;
        // The upper row takes -x₂·sine and the lower row x₁·sine; the adjoint swaps the two.
        const float *upper = isAdjoint ? s2 : s1, *lower = isAdjoint ? s1 : s2;
        float sign = isAdjoint ? -1 : 1;
        for (int64_t head = 0; head < headCount; ++head) {
            const float *in = x + token * tokenStride + head * headStride;
            float *out = y + (token * headCount + head) * width;
            forEachVector(half, [&](int64_t index, int64_t used) {
                Vector first = loadUpTo(in + index, used), second = loadUpTo(in + half + index, used);
                Vector up = loadUpTo(upper + index, used) * sign, down = loadUpTo(lower + index, used) * sign;
                storeUpTo(out + index, first * loadUpTo(c1 + index, used) - second * up, used);
                storeUpTo(out + half + index, second * loadUpTo(c2 + index, used) + first * down, used);
            });
        }
    });
}

// MARK: SwiGLU

void swiGLU(const float *gate, const float *up, int64_t count, float *y) {
    forEachElement(count, [&](int64_t index, int64_t used) {
        Vector value = loadUpTo(gate + index, used);
        storeUpTo(y + index, value * sigmoid(value) * loadUpTo(up + index, used), used);
    });
}

void swiGLUGradient(const float *gate, const float *up, const float *dy, int64_t count, float *dgate,
                    float *dup) {
    forEachElement(count, [&](int64_t index, int64_t used) {
        Vector value = loadUpTo(gate + index, used), change = loadUpTo(dy + index, used);
        Vector sigma = sigmoid(value);
        storeUpTo(dup + index, change * value * sigma, used);
        storeUpTo(dgate + index,
                  change * loadUpTo(up + index, used) * sigma * (1.0f + value * (1.0f - sigma)), used);
    });
}

// MARK: Log-probabilities

/// An excluded vocabulary entry has the logit -∞, and must add 0 to Σ p · logit.
static Vector bounded(Vector logit) { return maximum(logit, broadcast(-1e30f)); }

void logProbabilities(float *logits, const float *bias, const int64_t *targets, int64_t rowCount,
                      int64_t vocabularySize, float temperature, float *logSums, float *chosen, float *entropies) {
    constexpr float negativeInfinity = -std::numeric_limits<float>::infinity();
    forEachRow(rowCount, vocabularySize, [&](int64_t row) {
        float *line = logits + row * vocabularySize;
        Vector best = broadcast(negativeInfinity);
        forEachVector(vocabularySize, [&](int64_t index, int64_t used) {
            Vector logit = loadUpTo(line + index, used, negativeInfinity) / temperature;
            if (bias) logit += loadUpTo(bias + index, used);
            storeUpTo(line + index, logit, used);
            best = maximum(best, logit);
        });
        float greatest = maximum(best);
        Vector weights = broadcast(0), weighted = broadcast(0);
        forEachVector(vocabularySize, [&](int64_t index, int64_t used) {
            Vector logit = loadUpTo(line + index, used, negativeInfinity) - greatest;
            Vector weight = exponential(logit);
            weights += weight;
            weighted += weight * bounded(logit);
        });
        float total = sum(weights);
        logSums[row] = greatest + std::log(total);
        chosen[row] = line[targets[row]] - logSums[row];
        entropies[row] = std::log(total) - sum(weighted) / total;
    });
}

void logProbabilitiesGradient(float *logits, const int64_t *targets, const float *logSums,
                              const float *entropies, const float *dchosen, const float *dentropies,
                              int64_t rowCount, int64_t vocabularySize, float temperature) {
    forEachRow(rowCount, vocabularySize, [&](int64_t row) {
        float *line = logits + row * vocabularySize;
        float ofChosen = dchosen[row] / temperature, ofEntropy = dentropies[row] / temperature;
        float entropy = entropies[row], logSum = logSums[row];
        forEachVector(vocabularySize, [&](int64_t index, int64_t used) {
            Vector logProbability = loadUpTo(line + index, used) - logSum;
            Vector probability = exponential(logProbability);
            Vector slope = -ofChosen - ofEntropy * (bounded(logProbability) + entropy);
            storeUpTo(line + index, probability * slope, used);
        });
        line[targets[row]] += ofChosen;
    });
}

}  // namespace ctorch
