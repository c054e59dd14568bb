// C over libjpeg-turbo, libpng and libwebp: RGB pixels in, RGB pixels out, 8 bits a channel, rows without
// padding.
//
// Nothing here keeps state, prints, or leaves by exit() or longjmp(): errors of the libraries end in an
// ImagingStatus.
#ifndef CIMAGING_H
#define CIMAGING_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

#define IMAGING_RESULT __attribute__((warn_unused_result))

typedef enum __attribute__((enum_extensibility(closed))) ImagingCode {
    ImagingCodeOK = 0,
    /// The bytes are invalid for the format.
    ImagingCodeDamaged,
    /// Valid, but of an unsupported kind.
    ImagingCodeUnsupported,
    ImagingCodeOutOfMemory,
} ImagingCode;

/// The result of a call, with the library's message (empty on success).
typedef struct ImagingStatus {
    ImagingCode code;
    char message[220];
} ImagingStatus;

typedef struct ImagingSize {
    uint32_t width, height;
} ImagingSize;

/// A part of an image as it is stored, that is, before any orientation is applied; inside the image and not
/// empty.
typedef struct ImagingRegion {
    uint32_t x, y, width, height;
} ImagingRegion;

/// Bytes that `imaging_release` frees.
typedef struct ImagingBuffer {
    uint8_t *_Nullable bytes;
    size_t count;
} ImagingBuffer;

// MARK: Decoding

// Each decodes `region` into `pixels`, which has room for 3 * width * height bytes of it, and fails with
// ImagingCodeDamaged if the image is not of the size `expected` that its header was understood to state.
// Decoding a part gives exactly the pixels that cutting the part from the whole would give. Transparent pixels
// are composited over white.

IMAGING_RESULT ImagingStatus imaging_decode_jpeg(
    const uint8_t *bytes, size_t count, ImagingSize expected, ImagingRegion region, uint8_t *pixels);

IMAGING_RESULT ImagingStatus imaging_decode_png(
    const uint8_t *bytes, size_t count, ImagingSize expected, ImagingRegion region, uint8_t *pixels);

IMAGING_RESULT ImagingStatus imaging_decode_webp(
    const uint8_t *bytes, size_t count, ImagingSize expected, ImagingRegion region, uint8_t *pixels);

// MARK: Encoding

/// `quality` is libjpeg's 1...100; with `full_chroma` colour is kept at full resolution (4:4:4), else halved
/// (4:2:0).
IMAGING_RESULT ImagingStatus imaging_encode_jpeg(
    const uint8_t *pixels, ImagingSize size, int quality, int full_chroma, ImagingBuffer *output);

/// `compression` is zlib's 0...9.
IMAGING_RESULT ImagingStatus imaging_encode_png(
    const uint8_t *pixels, ImagingSize size, int compression, ImagingBuffer *output);

void imaging_release(ImagingBuffer buffer);

// MARK: Resampling

/// A one-dimensional filter: output i is the sum over t < counts[i] of weights[i * stride + t] *
/// input[starts[i] + t], rounded after a shift to the right by `shift` and clamped to 0...255. `starts` never
/// decreases, `stride` is even, and the weights from counts[i] up to `stride` are zero.
typedef struct ImagingFilter {
    const int32_t *starts;
    const int32_t *counts;
    const int32_t *weights;
    int32_t stride;
    int32_t shift;
} ImagingFilter;

/// Filters `rows` rows of `source_width` RGB pixels, `source_stride` bytes apart, to rows of `width` pixels.
void imaging_filter_rows(
    const uint8_t *source, size_t source_stride, size_t rows, size_t source_width,
    uint8_t *destination, size_t width, ImagingFilter filter);

/// Filters columns: rows of `row_bytes` bytes, `source_stride` bytes apart, to `height` rows without padding.
void imaging_filter_columns(
    const uint8_t *source, size_t source_stride, size_t row_bytes,
    uint8_t *destination, size_t height, ImagingFilter filter);

#pragma clang assume_nonnull end

#endif
