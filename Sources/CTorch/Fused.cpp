/// Operations of a transformer that are faster in one piece.
#include "Guarded.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/silu.h>

using namespace ctorch;

TorchStatus torch_apply_rotary(TorchTensor input, TorchTensor cosine, TorchTensor sine, TorchTensor *result) {
    return guarded(result, [&] {
        const at::Tensor &x = unwrap(input);  // [token, head, width]
        at::Tensor c = unwrap(cosine).unsqueeze(1), s = unwrap(sine).unsqueeze(1);  // [token, 1, width]
        auto halves = x.chunk(2, -1);
        return x.mul(c).add(at::cat({halves[1].neg(), halves[0]}, -1).mul(s));
    });
}

TorchStatus torch_rms_norm(TorchTensor input, TorchTensor weight, double epsilon, TorchTensor *result) {
    return guarded(result, [&] {
        const at::Tensor &x = unwrap(input);
        return at::rms_norm(x, {x.size(-1)}, unwrap(weight), epsilon);
    });
}

TorchStatus torch_swiglu(TorchTensor gate, TorchTensor up, TorchTensor *result) {
    return guarded(result, [&] { return at::silu(unwrap(gate)).mul(unwrap(up)); });
}

TorchStatus torch_token_log_probabilities(TorchTensor hidden, TorchTensor weight, TorchTensor bias,
                                          TorchTensor targets, double temperature, TorchTensor *logProbabilities,
                                          TorchTensor *entropies) {
    return guarded([&] {
        at::Tensor logits = at::matmul(unwrap(hidden), unwrap(weight).t()).div(temperature);  // [token, word]
        if (bias.object) logits = logits.add(unwrap(bias));
        at::Tensor logs = logits.log_softmax(-1);
        at::Tensor chosen = logs.gather(-1, unwrap(targets).unsqueeze(-1)).squeeze(-1);
        at::Tensor finite = logs.masked_fill(logs.isinf(), 0);
        *logProbabilities = wrap(chosen);
        *entropies = wrap(logs.exp().mul(finite).sum(-1).neg());
    });
}
