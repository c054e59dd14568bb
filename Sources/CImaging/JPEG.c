// JPEG through libjpeg-turbo.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// After stdio.h, whose types it uses, and before jerror.h, which uses its own.
#include <jpeglib.h>

#include <jerror.h>

#include "Status.h"

/// Progressive files with this many scans are made to exhaust resources.
enum { maximum_scans = 256 };

// MARK: Errors

/// libjpeg's error manager with the jump target for its callbacks.
typedef struct {
    struct jpeg_error_mgr manager;
    jmp_buf escape;
    ImagingStatus status;
} Errors;

static ImagingCode code_of(int message) {
    switch (message) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
        return ImagingCodeOutOfMemory;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_IMAGE_TOO_BIG:
    case JERR_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
        return ImagingCodeUnsupported;
    default:
        return ImagingCodeDamaged;
    }
}

static void leave(j_common_ptr info) {
    Errors *errors = (Errors *)info->err;
    char text[JMSG_LENGTH_MAX];
    errors->manager.format_message(info, text);
    errors->status = imaging_failure(code_of(errors->manager.msg_code), text);
    longjmp(errors->escape, 1);
}

/// Treats warnings about lost picture data as errors. Other warnings, such as stray bytes between segments, are
/// common in intact photographs.
static void judge_message(j_common_ptr info, int level) {
    if (level >= 0) return;
    switch (info->err->msg_code) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
        leave(info);
    }
}

static void stay_silent(j_common_ptr info) { (void)info; }

static struct jpeg_error_mgr *prepare(Errors *errors) {
    errors->status = imaging_ok();
    struct jpeg_error_mgr *manager = jpeg_std_error(&errors->manager);
    manager->error_exit = leave;
    manager->emit_message = judge_message;
    manager->output_message = stay_silent;
    return manager;
}

// MARK: Decoding

typedef struct {
    struct jpeg_decompress_struct info;
    struct jpeg_progress_mgr progress;
    Errors errors;
    uint8_t *row;
} Decoder;

static void limit_scans(j_common_ptr info) {
    if (((j_decompress_ptr)info)->input_scan_number <= maximum_scans) return;
    Errors *errors = (Errors *)info->err;
    errors->status = imaging_failure(ImagingCodeUnsupported, "it has more than 256 scans");
    longjmp(errors->escape, 1);
}

/// Rounded a * b / 255.
static inline unsigned scaled(unsigned a, unsigned b) {
    unsigned product = a * b + 128;
    return (product + (product >> 8)) >> 8;
}

/// Converts Adobe's CMYK, which is stored inverted, with Pillow's formula, without colour profiles.
static void convert_cmyk(const uint8_t *cmyk, uint8_t *rgb, size_t width) {
    for (size_t x = 0; x < width; ++x) {
        unsigned light = cmyk[4 * x + 3];
        for (size_t channel = 0; channel < 3; ++channel)
            rgb[3 * x + channel] = (uint8_t)(light - scaled(255u - cmyk[4 * x + channel], light));
    }
}

/// Limits the output to the columns of `region` and the neighbouring columns that its pixels depend on.
/// Returns the first column of the output.
///
/// Chroma upsampling reads one chroma sample on either side; without it, the border pixels of a crop would
/// differ from those of the whole image. Smoothing of an incomplete progressive image reads two blocks
/// more.
static JDIMENSION crop_columns(Decoder *decoder, ImagingRegion region) {
    j_decompress_ptr info = &decoder->info;
    JDIMENSION unit = (JDIMENSION)(info->max_h_samp_factor * DCTSIZE);
    JDIMENSION margin = info->progressive_mode ? 3 * unit : unit;
    JDIMENSION first = region.x > margin ? region.x - margin : 0;
    JDIMENSION end = region.x + region.width + margin;
    JDIMENSION width = (end < info->output_width ? end : info->output_width) - first;
    if (width < info->output_width) jpeg_crop_scanline(info, &first, &width);
    return first;
}

/// Skips rows before row `y` without decoding them, except for a margin of neighbouring rows that `y` depends on.
static void skip_rows(Decoder *decoder, JDIMENSION y) {
    j_decompress_ptr info = &decoder->info;
    JDIMENSION unit = (JDIMENSION)(info->max_v_samp_factor * DCTSIZE);
    if (y / unit > 1) (void)jpeg_skip_scanlines(info, (y / unit - 1) * unit);
}

static void decode_region(Decoder *decoder, ImagingSize expected, ImagingRegion region, uint8_t *pixels) {
    j_decompress_ptr info = &decoder->info;
    (void)jpeg_read_header(info, TRUE);
    if (info->image_width != expected.width || info->image_height != expected.height) {
        decoder->errors.status = imaging_size_mismatch();
        return;
    }
    int cmyk = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
    info->out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    (void)jpeg_start_decompress(info);

    JDIMENSION first = crop_columns(decoder, region);
    decoder->row = malloc((size_t)info->output_width * (size_t)info->output_components);
    if (decoder->row == NULL) {
        decoder->errors.status = imaging_out_of_memory();
        return;
    }
    const uint8_t *part = decoder->row + (size_t)(region.x - first) * (size_t)info->output_components;
    int direct = !cmyk && info->output_width == region.width;

    skip_rows(decoder, region.y);
    while (info->output_scanline < region.y + region.height) {
        int wanted = info->output_scanline >= region.y;
        size_t index = wanted ? info->output_scanline - region.y : 0;
        uint8_t *target = pixels + 3 * (size_t)region.width * index;
        uint8_t *row = wanted && direct ? target : decoder->row;
        (void)jpeg_read_scanlines(info, &row, 1);
        if (!wanted || direct) continue;
        if (cmyk)
            convert_cmyk(part, target, region.width);
        else
            memcpy(target, part, 3 * (size_t)region.width);
    }
}

/// A separate function, because setjmp leaves the variables of its own function undefined.
static void decode(
    Decoder *decoder, const uint8_t *bytes, size_t count, ImagingSize expected, ImagingRegion region,
    uint8_t *pixels
) {
    if (setjmp(decoder->errors.escape) != 0) return;
    jpeg_create_decompress(&decoder->info);
    decoder->info.progress = &decoder->progress;
    jpeg_mem_src(&decoder->info, bytes, (unsigned long)count);
    decode_region(decoder, expected, region, pixels);
}

ImagingStatus imaging_decode_jpeg(
    const uint8_t *bytes, size_t count, ImagingSize expected, ImagingRegion region, uint8_t *pixels
) {
    Decoder decoder;
    memset(&decoder, 0, sizeof decoder);
    decoder.info.err = prepare(&decoder.errors);
    decoder.progress.progress_monitor = limit_scans;
    decode(&decoder, bytes, count, expected, region, pixels);
    jpeg_destroy_decompress(&decoder.info);
    free(decoder.row);
    return decoder.errors.status;
}

// MARK: Encoding

typedef struct {
    struct jpeg_compress_struct info;
    Errors errors;
    uint8_t *bytes;
    unsigned long count;
} Encoder;

static void encode(Encoder *encoder, const uint8_t *pixels, ImagingSize size, int quality, int full_chroma) {
    if (setjmp(encoder->errors.escape) != 0) return;
    j_compress_ptr info = &encoder->info;
    jpeg_create_compress(info);
    jpeg_mem_dest(info, &encoder->bytes, &encoder->count);
    info->image_width = size.width;
    info->image_height = size.height;
    info->input_components = 3;
    info->in_color_space = JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_quality(info, quality, TRUE);
    info->comp_info[0].h_samp_factor = full_chroma ? 1 : 2;
    info->comp_info[0].v_samp_factor = full_chroma ? 1 : 2;
    jpeg_start_compress(info, TRUE);
    while (info->next_scanline < size.height) {
        JSAMPROW row = (JSAMPROW)pixels + 3 * (size_t)size.width * info->next_scanline;
        (void)jpeg_write_scanlines(info, &row, 1);
    }
    jpeg_finish_compress(info);
}

ImagingStatus imaging_encode_jpeg(
    const uint8_t *pixels, ImagingSize size, int quality, int full_chroma, ImagingBuffer *output
) {
    Encoder encoder;
    memset(&encoder, 0, sizeof encoder);
    encoder.info.err = prepare(&encoder.errors);
    encode(&encoder, pixels, size, quality, full_chroma);
    jpeg_destroy_compress(&encoder.info);
    if (encoder.errors.status.code == ImagingCodeOK)
        *output = (ImagingBuffer){.bytes = encoder.bytes, .count = encoder.count};
    else
        free(encoder.bytes);
    return encoder.errors.status;
}

void imaging_release(ImagingBuffer buffer) { free(buffer.bytes); }
