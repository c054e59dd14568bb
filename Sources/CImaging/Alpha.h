// Transparent pixels over white; for the files of this target.
#ifndef CIMAGING_ALPHA_H
#define CIMAGING_ALPHA_H

#include <stdint.h>

/// Composites a pixel over white, rounded as by Pillow's `paste` with a mask.
static inline void imaging_lay_on_white(uint8_t *rgb, uint8_t alpha) {
    for (int channel = 0; channel < 3; ++channel) {
        uint32_t sum = (uint32_t)rgb[channel] * alpha + 255u * (255u - alpha) + 128;
        rgb[channel] = (uint8_t)((sum + (sum >> 8)) >> 8);
    }
}

#endif
