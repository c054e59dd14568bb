// WebP through libwebp.
#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

#include "Alpha.h"
#include "Status.h"

static ImagingStatus status_of(VP8StatusCode code) {
    switch (code) {
    case VP8_STATUS_OK: return imaging_ok();
    case VP8_STATUS_OUT_OF_MEMORY: return imaging_out_of_memory();
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return imaging_failure(ImagingCodeUnsupported, "it uses a feature that libwebp does not read");
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return imaging_failure(ImagingCodeDamaged, "the file ends too early");
    default: return imaging_failure(ImagingCodeDamaged, "its data is not valid WebP");
    }
}

/// One axis of a crop: an even start at least `margin` before the region, and a length with the same margin behind it.
typedef struct {
    uint32_t start, length;
} Span;

/// Chroma upsampling reads one chroma sample on either side; without it, the border pixels of a crop would
/// differ from those of the whole image. libwebp rounds an odd start down to an even one.
static Span widen(uint32_t start, uint32_t length, uint32_t limit) {
    enum { margin = 4 };
    uint32_t first = start > margin ? (start - margin) & ~1u : 0;
    uint32_t end = start + length + margin;
    return (Span){.start = first, .length = (end < limit ? end : limit) - first};
}

/// Copies RGB pixels, or converts RGBA pixels to RGB over white.
static void write_rgb(const uint8_t *source, int has_alpha, uint8_t *rgb, size_t width) {
    if (!has_alpha) {
        memcpy(rgb, source, 3 * width);
        return;
    }
    for (size_t x = 0; x < width; ++x) {
        memcpy(rgb + 3 * x, source + 4 * x, 3);
        imaging_lay_on_white(rgb + 3 * x, source[4 * x + 3]);
    }
}

ImagingStatus imaging_decode_webp(
    const uint8_t *bytes, size_t count, ImagingSize expected, ImagingRegion region, uint8_t *pixels
) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return imaging_failure(ImagingCodeUnsupported, "libwebp is older than the one this was built with");
    VP8StatusCode code = WebPGetFeatures(bytes, count, &config.input);
    if (code != VP8_STATUS_OK) return status_of(code);
    if (config.input.has_animation) return imaging_failure(ImagingCodeUnsupported, "it is animated");
    if (config.input.width != (int)expected.width || config.input.height != (int)expected.height)
        return imaging_size_mismatch();

    Span columns = widen(region.x, region.width, expected.width);
    Span rows = widen(region.y, region.height, expected.height);
    int has_alpha = config.input.has_alpha;
    int direct = !has_alpha && columns.length == region.width && rows.length == region.height;
    size_t pixel_bytes = has_alpha ? 4 : 3;
    size_t stride = pixel_bytes * columns.length;
    uint8_t *cut = direct ? pixels : malloc(stride * rows.length);
    if (cut == NULL) return imaging_out_of_memory();

    config.options.use_cropping = columns.length < expected.width || rows.length < expected.height;
    config.options.crop_left = (int)columns.start;
    config.options.crop_top = (int)rows.start;
    config.options.crop_width = (int)columns.length;
    config.options.crop_height = (int)rows.length;
    config.output.colorspace = has_alpha ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = cut;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * rows.length;
    code = WebPDecode(bytes, count, &config);
    WebPFreeDecBuffer(&config.output);

    if (!direct) {
        const uint8_t *part =
            cut + stride * (region.y - rows.start) + pixel_bytes * (size_t)(region.x - columns.start);
        if (code == VP8_STATUS_OK)
            for (uint32_t y = 0; y < region.height; ++y)
                write_rgb(
                    part + stride * y, has_alpha, pixels + 3 * (size_t)region.width * y, region.width);
        free(cut);
    }
    return status_of(code);
}
