/// Matrices of weights in the formats that checkpoints have; products widen them to floats in registers.
#pragma once

#include "Vector.hpp"

#include <algorithm>

namespace ctorch {

/// The upper half of a float.
struct BFloat16 {
    uint16_t bits;
};

/// Features of a row of an int8 matrix that share a scale.
constexpr int64_t featuresInGroup = 64;

inline int64_t groupCount(int64_t features) { return (features + featuresInGroup - 1) / featuresInGroup; }

/// A matrix [row, feature] whose rows are `stride` elements apart.
struct ConstWeights {
    enum class Format { float32, bfloat16, int8 };

    Format format;
    const void *values;
    int64_t stride;
    /// int8: the factor of each group of each row [row, group]; null for other formats.
    const float *scales;

    /// Calls `body` with the first element, typed.
    template <typename Body> void visit(Body &&body) const {
        switch (format) {
        case Format::float32: return body(static_cast<const float *>(values));
        case Format::bfloat16: return body(static_cast<const BFloat16 *>(values));
        case Format::int8: return body(static_cast<const int8_t *>(values));
        }
    }
};

inline Vector load(const BFloat16 *address) {
    typedef uint16_t Halves __attribute__((ext_vector_type(lanes)));
    typedef uint32_t Bits __attribute__((ext_vector_type(lanes)));
    Halves halves;
    std::memcpy(&halves, address, sizeof halves);
    Bits bits = __builtin_convertvector(halves, Bits) << 16;
    Vector value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline Vector load(const int8_t *address) {
    typedef int8_t Bytes __attribute__((ext_vector_type(lanes)));
    Bytes bytes;
    std::memcpy(&bytes, address, sizeof bytes);
    return __builtin_convertvector(bytes, Vector);
}

/// The first `count` lanes from memory, the others 0.
template <typename Element> inline Vector loadWidened(const Element *address, int64_t count) {
    if (count == lanes) return load(address);
    Element padded[lanes] = {};
    std::memcpy(padded, address, count * sizeof(Element));
    return load(padded);
}

/// Whether the elements of a format have scales.
template <typename Element> constexpr bool isScaled = sizeof(Element) == 1;

/// Writes `count` features from `feature` on of a row as floats.
template <typename Element>
inline void widen(const Element *row, const float *scales, int64_t feature, int64_t count, float *result) {
    if constexpr (isScaled<Element>) {
        for (int64_t done = 0; done < count;) {
            int64_t group = (feature + done) / featuresInGroup;
            int64_t length = std::min(count - done, (group + 1) * featuresInGroup - feature - done);
            Vector scale = broadcast(scales[group]);
            forEachVector(length, [&](int64_t index, int64_t used) {
                storeUpTo(result + done + index, loadWidened(row + feature + done + index, used) * scale, used);
            });
            done += length;
        }
    } else {
        forEachVector(count, [&](int64_t index, int64_t used) {
            storeUpTo(result + index, loadWidened(row + feature + index, used), used);
        });
    }
}

/// Writes the rows `first ..< last` of a matrix with `features` features as floats, one after the other.
inline void widenRows(const ConstWeights &weights, int64_t first, int64_t last, int64_t features, float *result) {
    weights.visit([&](auto *values) {
        for (int64_t row = first; row < last; ++row)
            widen(values + row * weights.stride, weights.scales + (weights.scales ? row * groupCount(features) : 0),
                  0, features, result + (row - first) * features);
    });
}

}  // namespace ctorch
