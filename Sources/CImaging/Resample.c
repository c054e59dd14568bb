// The two passes of a separable filter over 8-bit RGB in integer arithmetic: the inner loops of a resize.
#include <string.h>

#include "CImaging.h"

// The loader picks the variant for the processor it runs on.
#if defined(__x86_64__) && defined(__linux__)
#define VECTORISED __attribute__((target_clones("avx2", "default")))
#else
#define VECTORISED
#endif

typedef int32_t Lanes __attribute__((vector_size(32)));
typedef uint8_t ByteLanes __attribute__((vector_size(8)));

enum { lanes = 8 };

static inline uint8_t clamped(int32_t sum, int32_t shift) {
    int32_t value = sum >> shift;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static inline ByteLanes load(const uint8_t *bytes) {
    ByteLanes value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

// A macro, because the calling convention for vectors depends on the variant a function is compiled for.
#define WIDENED(bytes) __builtin_convertvector(load(bytes), Lanes)

/// The number of leading outputs whose vector loads, which read two bytes past the pixels, stay inside the row.
static size_t count_inside(ImagingFilter filter, size_t source_width, size_t width) {
    size_t inside = width;
    for (; inside > 0; --inside) {
        size_t end = (size_t)(filter.starts[inside - 1] + filter.stride);
        if (3 * end + 2 <= 3 * source_width) break;
    }
    return inside;
}

static void filter_pixel(const uint8_t *row, uint8_t *target, ImagingFilter filter, size_t x) {
    const int32_t *weights = filter.weights + x * (size_t)filter.stride;
    const uint8_t *pixel = row + 3 * (size_t)filter.starts[x];
    for (int channel = 0; channel < 3; ++channel) {
        int32_t sum = 1 << (filter.shift - 1);
        for (int32_t tap = 0; tap < filter.counts[x]; ++tap) sum += weights[tap] * pixel[3 * tap + channel];
        target[channel] = clamped(sum, filter.shift);
    }
}

/// Two neighbouring pixels fill six of eight lanes; four rows share the weights.
VECTORISED void imaging_filter_rows(
    const uint8_t *source, size_t source_stride, size_t rows, size_t source_width,
    uint8_t *destination, size_t width, ImagingFilter filter
) {
    size_t inside = count_inside(filter, source_width, width);
    int32_t half = 1 << (filter.shift - 1);
    Lanes start = {half, half, half, 0, 0, 0, 0, 0};
    for (size_t y = 0; y < rows; y += 4) {
        size_t height = rows - y < 4 ? rows - y : 4;
        const uint8_t *row[4];
        uint8_t *target[4];
        for (size_t i = 0; i < 4; ++i) {
            // In an incomplete last group, the first row is computed again for each missing one.
            size_t at = y + (i < height ? i : 0);
            row[i] = source + at * source_stride;
            target[i] = destination + 3 * width * at;
        }
        for (size_t x = 0; x < inside; ++x) {
            const int32_t *weights = filter.weights + x * (size_t)filter.stride;
            size_t offset = 3 * (size_t)filter.starts[x];
            Lanes sums[4] = {start, start, start, start};
            for (int32_t tap = 0; tap < filter.stride; tap += 2) {
                int32_t a = weights[tap], b = weights[tap + 1];
                Lanes weight = {a, a, a, b, b, b, 0, 0};
                for (int i = 0; i < 4; ++i) sums[i] += WIDENED(row[i] + offset + 3 * tap) * weight;
            }
            for (int i = 0; i < 4; ++i) {
                uint8_t *pixel = target[i] + 3 * x;
                for (int channel = 0; channel < 3; ++channel)
                    pixel[channel] = clamped(sums[i][channel] + sums[i][channel + 3], filter.shift);
            }
        }
        for (size_t i = 0; i < height; ++i)
            for (size_t x = inside; x < width; ++x) filter_pixel(row[i], target[i] + 3 * x, filter, x);
    }
}

VECTORISED void imaging_filter_columns(
    const uint8_t *source, size_t source_stride, size_t row_bytes,
    uint8_t *destination, size_t height, ImagingFilter filter
) {
    enum { block = 4 * lanes };
    int32_t half = 1 << (filter.shift - 1);
    for (size_t y = 0; y < height; ++y) {
        const int32_t *weights = filter.weights + y * (size_t)filter.stride;
        const uint8_t *first = source + (size_t)filter.starts[y] * source_stride;
        uint8_t *target = destination + y * row_bytes;
        int32_t count = filter.counts[y];
        size_t x = 0;
        for (; x + block <= row_bytes; x += block) {
            Lanes sums[4];
            for (int i = 0; i < 4; ++i) sums[i] = (Lanes){0} + half;
            for (int32_t tap = 0; tap < count; ++tap) {
                const uint8_t *bytes = first + (size_t)tap * source_stride + x;
                for (int i = 0; i < 4; ++i) sums[i] += WIDENED(bytes + lanes * i) * weights[tap];
            }
            for (int i = 0; i < 4; ++i)
                for (int lane = 0; lane < lanes; ++lane)
                    target[x + (size_t)(lanes * i + lane)] = clamped(sums[i][lane], filter.shift);
        }
        for (; x < row_bytes; ++x) {
            int32_t sum = half;
            for (int32_t tap = 0; tap < count; ++tap)
                sum += weights[tap] * first[(size_t)tap * source_stride + x];
            target[x] = clamped(sum, filter.shift);
        }
    }
}
