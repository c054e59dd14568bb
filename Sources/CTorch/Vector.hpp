/// Eight floats at a time, through the compiler's vector types: AVX2 on x86, pairs of NEON registers on ARM.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>

namespace ctorch {

typedef float Vector __attribute__((ext_vector_type(8)));
typedef int32_t IntegerVector __attribute__((ext_vector_type(8)));
constexpr int64_t lanes = 8;
constexpr int64_t floatsInCacheLine = 16;

inline Vector broadcast(float value) { return Vector(value); }

inline Vector load(const float *address) {
    Vector value;
    std::memcpy(&value, address, sizeof value);
    return value;
}

inline void store(float *address, Vector value) { std::memcpy(address, &value, sizeof value); }

/// The first `count` lanes from memory, the others `filler`.
inline Vector load(const float *address, int64_t count, float filler) {
    Vector value = broadcast(filler);
    std::memcpy(&value, address, count * sizeof(float));
    return value;
}

inline void store(float *address, Vector value, int64_t count) {
    std::memcpy(address, &value, count * sizeof(float));
}

inline Vector maximum(Vector a, Vector b) { return a > b ? a : b; }
inline Vector minimum(Vector a, Vector b) { return a < b ? a : b; }

inline float sum(Vector value) {
    auto halves = value.lo + value.hi;
    auto quarters = halves.lo + halves.hi;
    return quarters.x + quarters.y;
}

/// The sum of each of eight vectors, added in the same order as by `sum`.
inline Vector sums(const Vector *v) {
    auto halves = [](Vector a, Vector b) {
        return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
               __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    };
    auto quarters = [](Vector a, Vector b) {
        return __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
               __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    };
    Vector even = quarters(halves(v[0], v[4]), halves(v[1], v[5]));
    Vector odd = quarters(halves(v[2], v[6]), halves(v[3], v[7]));
    return __builtin_shufflevector(even, odd, 0, 2, 8, 10, 4, 6, 12, 14) +
           __builtin_shufflevector(even, odd, 1, 3, 9, 11, 5, 7, 13, 15);
}

inline float maximum(Vector value) { return __builtin_reduce_max(value); }

/// eˣ to about one unit in the last place; 0 below -87, e⁸⁸ above 88, NaN for NaN.
///
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2, where the Taylor series to r⁷ is exact to 5e-9.
inline Vector exponential(Vector x) {
    constexpr float log2e = 1.44269504088896341f, ln2High = 0.693145751953125f,
                    ln2Low = 1.42860682030941723e-6f;
    Vector bounded = minimum(maximum(x, broadcast(-87.0f)), broadcast(88.0f));
    Vector n = __builtin_elementwise_roundeven(bounded * log2e);
    Vector r = bounded - n * ln2High - n * ln2Low;
    Vector series = broadcast(1.0f / 5040);
    series = series * r + 1.0f / 720;
    series = series * r + 1.0f / 120;
    series = series * r + 1.0f / 24;
    series = series * r + 1.0f / 6;
    series = series * r + 0.5f;
    series = series * r + 1.0f;
    series = series * r + 1.0f;
    IntegerVector bits = (__builtin_convertvector(n, IntegerVector) + 127) << 23;
    Vector power;
    std::memcpy(&power, &bits, sizeof power);
    Vector result = series * power;
    return x < -87.0f ? broadcast(0.0f) : x == x ? result : x;
}

/// 1 / (1 + e⁻ˣ)
inline Vector sigmoid(Vector x) { return 1.0f / (1.0f + exponential(-x)); }

/// Calls `body` with the offset and lane count of each vector that covers `count` floats.
template <typename Body> inline void forEachVector(int64_t count, Body &&body) {
    int64_t index = 0;
    for (; index + lanes <= count; index += lanes) body(index, lanes);
    if (index < count) body(index, count - index);
}

/// A vector whose unused lanes, if `count` is short, are `filler`.
inline Vector loadUpTo(const float *address, int64_t count, float filler = 0) {
    return count == lanes ? load(address) : load(address, count, filler);
}

inline void storeUpTo(float *address, Vector value, int64_t count) {
    if (count == lanes) store(address, value);
    else store(address, value, count);
}

/// The products of a and b, added in eight lanes.
inline Vector multiplied(const float *a, const float *b, int64_t count) {
    Vector even = broadcast(0), odd = broadcast(0);
    int64_t index = 0;
    for (; index + 2 * lanes <= count; index += 2 * lanes) {
        even += load(a + index) * load(b + index);
        odd += load(a + index + lanes) * load(b + index + lanes);
    }
    if (index < count) {
        forEachVector(count - index, [&](int64_t rest, int64_t used) {
            even += loadUpTo(a + index + rest, used) * loadUpTo(b + index + rest, used);
        });
    }
    return even + odd;
}

inline float dot(const float *a, const float *b, int64_t count) { return sum(multiplied(a, b, count)); }

}  // namespace ctorch
