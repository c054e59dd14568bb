// Creates an ImagingStatus; for the files of this target.
#ifndef CIMAGING_STATUS_H
#define CIMAGING_STATUS_H

#include <stdio.h>

#include "CImaging.h"

static inline ImagingStatus imaging_ok(void) {
    return (ImagingStatus){.code = ImagingCodeOK};
}

static inline ImagingStatus imaging_failure(ImagingCode code, const char *message) {
    ImagingStatus status = {.code = code};
    snprintf(status.message, sizeof status.message, "%s", message);
    return status;
}

static inline ImagingStatus imaging_size_mismatch(void) {
    return imaging_failure(ImagingCodeDamaged, "the file states its size twice, and differently");
}

static inline ImagingStatus imaging_out_of_memory(void) {
    return imaging_failure(ImagingCodeOutOfMemory, "memory ran out");
}

#endif
