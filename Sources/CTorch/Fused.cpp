/// Fused operations of a transformer: checks of the arguments, and a fallback composed of ATen operations
/// for other devices and types.
#include "Functions.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/silu.h>

using namespace ctorch;

TorchStatus torch_apply_rotary(TorchTensor input, TorchTensor cosine, TorchTensor sine, TorchTensor *result) {
    return guarded(result, [&] {
        const at::Tensor &x = unwrap(input), &c = unwrap(cosine), &s = unwrap(sine);
        TORCH_CHECK(x.dim() == 3 && x.size(2) % 2 == 0, "the input must be [token, head, even width]");
        TORCH_CHECK(c.sizes() == s.sizes() && c.dim() == 2 && c.size(0) == x.size(0) &&
                        c.size(1) == x.size(2),
                    "cosine and sine must be [", x.size(0), ", ", x.size(2), "]");
        if (areServed(x, c, s)) return fusedRotary(x, c, s);
        auto halves = x.chunk(2, -1);
        at::Tensor turned = at::cat({halves[1].neg(), halves[0]}, -1);
        return x.mul(c.unsqueeze(1)).add(turned.mul(s.unsqueeze(1)));
    });
}

TorchStatus torch_rms_norm(TorchTensor input, TorchTensor weight, double epsilon, TorchTensor *result) {
    return guarded(result, [&] {
        const at::Tensor &x = unwrap(input), &w = unwrap(weight);
        TORCH_CHECK(x.dim() > 0 && w.dim() == 1 && w.size(0) == x.size(-1), "the weight must be [",
                    x.size(-1), "]");
        if (areServed(x, w)) return fusedRMSNorm(x, w, epsilon);
        return at::rms_norm(x, {x.size(-1)}, w, epsilon);
    });
}

TorchStatus torch_swiglu(TorchTensor gate, TorchTensor up, TorchTensor *result) {
    return guarded(result, [&] {
        const at::Tensor &x = unwrap(gate), &y = unwrap(up);
        TORCH_CHECK(x.sizes() == y.sizes(), "gate and up must have one shape");
        if (areServed(x, y)) return fusedSwiGLU(x, y);
        return at::silu(x).mul(y);
    });
}

TorchStatus torch_token_log_probabilities(TorchTensor hidden, TorchWeight weight, TorchTensor bias,
                                          TorchTensor targets, double temperature,
                                          TorchTensor *logProbabilities, TorchTensor *entropies) {
    return guarded([&] {
        const at::Tensor &h = unwrap(hidden), &t = unwrap(targets);
        Weight w = unwrapWeights(&weight, 1)[0];
        auto b = unwrapOptional(bias);
        TORCH_CHECK(h.dim() == 2 && h.size(1) == w.width(),
                    "hidden states [token, width] and weight [vocabulary, width] do not fit");
        TORCH_CHECK(t.dim() == 1 && t.size(0) == h.size(0) && t.scalar_type() == at::kLong,
                    "targets must be ", h.size(0), " int64");
        TORCH_CHECK(!b || (b->dim() == 1 && b->size(0) == w.rowCount()), "the bias must be [", w.rowCount(), "]");
        TORCH_CHECK(temperature > 0, "the temperature ", temperature, " is not positive");
        if (t.numel() > 0) {
            auto [least, greatest] = t.aminmax();
            TORCH_CHECK(least.item<int64_t>() >= 0 && greatest.item<int64_t>() < w.rowCount(),
                        "targets must be below ", w.rowCount());
        }
        auto results = tokenLogProbabilities(h, w, b, t, temperature);
        *logProbabilities = wrap(results.chosen);
        *entropies = wrap(results.entropies);
    });
}
