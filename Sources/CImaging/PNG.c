// PNG through libpng.
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "Alpha.h"
#include "Status.h"

// MARK: Errors

typedef struct {
    jmp_buf escape;
    ImagingStatus status;
} Errors;

static void leave(png_structp png, png_const_charp message) {
    Errors *errors = png_get_error_ptr(png);
    errors->status = imaging_failure(ImagingCodeDamaged, message);
    longjmp(errors->escape, 1);
}

static void stay_silent(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

// MARK: Decoding

/// Text and profiles with a larger uncompressed size are dropped.
enum { maximum_chunk_bytes = 8 << 20, maximum_chunks = 128 };

typedef struct {
    Errors errors;
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t count, position;
    uint8_t *rows;
} Decoder;

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    Decoder *decoder = png_get_io_ptr(png);
    if (count > decoder->count - decoder->position) png_error(png, "the file ends too early");
    memcpy(target, decoder->bytes + decoder->position, count);
    decoder->position += count;
}

/// The layout of a decoded row.
typedef struct {
    size_t row_bytes, pixel_bytes;
    int is_wide_grey, has_alpha;
} Layout;

/// Sets up conversion to 8 bits, equal to Pillow's: of 16 bits the high byte is kept, and a transparent colour
/// becomes an alpha channel. 16-bit grey keeps its 16 bits; see `narrowed_grey`.
static void request_channels(Decoder *decoder) {
    png_structp png = decoder->png;
    int colour = png_get_color_type(png, decoder->info);
    int depth = png_get_bit_depth(png, decoder->info);
    if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (colour == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
    if (png_get_valid(png, decoder->info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
    if (colour == PNG_COLOR_TYPE_GRAY && depth == 16) return;
    if (depth == 16) png_set_strip_16(png);
    if (!(colour & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
}

static Layout layout_of(Decoder *decoder, uint32_t width) {
    Layout layout = {.row_bytes = png_get_rowbytes(decoder->png, decoder->info)};
    int channels = png_get_channels(decoder->png, decoder->info);
    layout.is_wide_grey = png_get_bit_depth(decoder->png, decoder->info) == 16;
    layout.has_alpha = channels % 2 == 0;
    layout.pixel_bytes = (size_t)channels * (layout.is_wide_grey ? 2 : 1);
    if (layout.row_bytes != layout.pixel_bytes * width || (layout.is_wide_grey ? channels > 2 : channels < 3))
        png_error(decoder->png, "its pixels cannot be converted to RGB");
    return layout;
}

/// A 16-bit value clamped to 255, as Pillow does in its conversion to RGB.
static uint8_t narrowed_grey(const uint8_t *grey) { return grey[0] != 0 ? 255 : grey[1]; }

/// Converts decoded pixels to RGB over white.
static void write_rgb(const uint8_t *source, Layout layout, uint8_t *rgb, size_t width) {
    if (!layout.is_wide_grey && !layout.has_alpha) {
        memcpy(rgb, source, 3 * width);
        return;
    }
    for (size_t x = 0; x < width; ++x, source += layout.pixel_bytes, rgb += 3) {
        if (layout.is_wide_grey)
            memset(rgb, narrowed_grey(source), 3);
        else
            memcpy(rgb, source, 3);
        // The alpha of 16-bit grey is that of its transparent colour: 0 or 65535.
        if (layout.has_alpha) imaging_lay_on_white(rgb, source[layout.is_wide_grey ? 2 : 3]);
    }
}

static void decode_region(Decoder *decoder, ImagingSize expected, ImagingRegion region, uint8_t *pixels) {
    png_structp png = decoder->png;
    png_set_user_limits(png, expected.width, expected.height);
    png_set_chunk_malloc_max(png, maximum_chunk_bytes);
    png_set_chunk_cache_max(png, maximum_chunks);
    png_set_read_fn(png, decoder, read_bytes);
    png_read_info(png, decoder->info);
    if (png_get_image_width(png, decoder->info) != expected.width
        || png_get_image_height(png, decoder->info) != expected.height) {
        decoder->errors.status = imaging_size_mismatch();
        return;
    }
    request_channels(decoder);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, decoder->info);

    Layout layout = layout_of(decoder, expected.width);

    // Each pass of an interlaced image completes the rows of earlier passes, so all rows are kept until the
    // last pass.
    int direct = !layout.is_wide_grey && !layout.has_alpha && region.width == expected.width;
    size_t kept = direct ? 0 : passes > 1 ? region.height : 1;
    if (kept > 0) {
        decoder->rows = calloc(kept, layout.row_bytes);
        if (decoder->rows == NULL) {
            decoder->errors.status = imaging_out_of_memory();
            return;
        }
    }
    uint32_t end = region.y + region.height;
    for (int pass = 1; pass <= passes; ++pass) {
        uint32_t rows = pass == passes ? end : expected.height;
        for (uint32_t y = 0; y < rows; ++y) {
            if (y < region.y || y >= end) {
                png_read_row(png, NULL, NULL);
                continue;
            }
            uint8_t *target = pixels + 3 * (size_t)region.width * (y - region.y);
            size_t start = kept > 1 ? layout.row_bytes * (y - region.y) : 0;
            uint8_t *row = direct ? target : decoder->rows + start;
            png_read_row(png, row, NULL);
            if (direct || pass < passes) continue;
            write_rgb(row + layout.pixel_bytes * region.x, layout, target, region.width);
        }
    }
    if (region.height == expected.height) png_read_end(png, NULL);
}

/// A separate function, because setjmp leaves the variables of its own function undefined.
static void decode(Decoder *decoder, ImagingSize expected, ImagingRegion region, uint8_t *pixels) {
    if (setjmp(decoder->errors.escape) != 0) return;
    decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder->errors, leave, stay_silent);
    if (decoder->png != NULL) decoder->info = png_create_info_struct(decoder->png);
    if (decoder->info != NULL)
        decode_region(decoder, expected, region, pixels);
    else
        decoder->errors.status = imaging_out_of_memory();
}

ImagingStatus imaging_decode_png(
    const uint8_t *bytes, size_t count, ImagingSize expected, ImagingRegion region, uint8_t *pixels
) {
    Decoder decoder = {.errors = {.status = imaging_ok()}, .bytes = bytes, .count = count};
    decode(&decoder, expected, region, pixels);
    png_destroy_read_struct(&decoder.png, &decoder.info, NULL);
    free(decoder.rows);
    return decoder.errors.status;
}

// MARK: Encoding

typedef struct {
    Errors errors;
    png_structp png;
    png_infop info;
    uint8_t *bytes;
    size_t count, capacity;
} Encoder;

static void write_bytes(png_structp png, png_bytep source, size_t count) {
    Encoder *encoder = png_get_io_ptr(png);
    if (count > encoder->capacity - encoder->count) {
        size_t capacity = 2 * encoder->capacity + count + 4096;
        uint8_t *bytes = realloc(encoder->bytes, capacity);
        if (bytes == NULL) png_error(png, "memory ran out");
        encoder->bytes = bytes;
        encoder->capacity = capacity;
    }
    memcpy(encoder->bytes + encoder->count, source, count);
    encoder->count += count;
}

static void flush_nothing(png_structp png) { (void)png; }

static void encode(Encoder *encoder, const uint8_t *pixels, ImagingSize size, int compression) {
    if (setjmp(encoder->errors.escape) != 0) return;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &encoder->errors, leave, stay_silent);
    encoder->png = png;
    if (png != NULL) encoder->info = png_create_info_struct(png);
    if (encoder->info == NULL) {
        encoder->errors.status = imaging_out_of_memory();
        return;
    }
    png_set_write_fn(png, encoder, write_bytes, flush_nothing);
    png_set_user_limits(png, size.width, size.height);
    png_set_compression_level(png, compression);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_set_IHDR(
        png, encoder->info, size.width, size.height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, encoder->info);
    for (uint32_t y = 0; y < size.height; ++y) png_write_row(png, pixels + 3 * (size_t)size.width * y);
    png_write_end(png, NULL);
}

ImagingStatus imaging_encode_png(
    const uint8_t *pixels, ImagingSize size, int compression, ImagingBuffer *output
) {
    Encoder encoder = {.errors = {.status = imaging_ok()}};
    encode(&encoder, pixels, size, compression);
    png_destroy_write_struct(&encoder.png, &encoder.info);
    if (encoder.errors.status.code == ImagingCodeOK)
        *output = (ImagingBuffer){.bytes = encoder.bytes, .count = encoder.count};
    else
        free(encoder.bytes);
    return encoder.errors.status;
}
