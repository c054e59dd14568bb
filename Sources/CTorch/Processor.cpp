/// What the processor can do, read at run time.
#include "CTorch.h"

const char *torch_missing_instructions(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2")) return "AVX2";
    if (!__builtin_cpu_supports("fma")) return "FMA";
#endif
    return nullptr;
}
