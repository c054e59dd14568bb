/// Parameter updates.
#include "Guarded.hpp"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

using namespace ctorch;

/// The gradients of all `parameters`, each of which must have one.
static std::vector<at::Tensor> gradients(c10::ArrayRef<at::Tensor> parameters) {
    std::vector<at::Tensor> result;
    result.reserve(parameters.size());
    for (const at::Tensor &parameter : parameters) {
        TORCH_CHECK(parameter.grad().defined(), "a parameter of shape ", parameter.sizes(),
                    " has no gradient");
        result.push_back(parameter.grad());
    }
    return result;
}

/// Σ x² in double precision over blocks of fixed size, so that the result does not depend on the thread
/// count.
static double sumOfSquares(const float *values, int64_t count) {
    constexpr int64_t pieceSize = 1 << 15;
    std::vector<double> pieces((count + pieceSize - 1) / pieceSize);
    at::parallel_for(0, static_cast<int64_t>(pieces.size()), 4, [&](int64_t begin, int64_t end) {
        for (int64_t piece = begin; piece < end; ++piece) {
            int64_t first = piece * pieceSize, last = std::min(count, first + pieceSize);
            double lanes[8] = {};
            int64_t index = first;
            for (; index + 8 <= last; index += 8)
                for (int lane = 0; lane < 8; ++lane)
                    lanes[lane] += static_cast<double>(values[index + lane]) * values[index + lane];
            for (; index < last; ++index) lanes[0] += static_cast<double>(values[index]) * values[index];
            for (double lane : lanes) pieces[piece] += lane;
        }
    });
    double sum = 0;
    for (double piece : pieces) sum += piece;
    return sum;
}

static double sumOfSquares(const at::Tensor &tensor) {
    if (tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous())
        return sumOfSquares(tensor.const_data_ptr<float>(), tensor.numel());
    double norm = at::linalg_vector_norm(tensor, 2, std::nullopt, false, at::kFloat).item().toDouble();
    return norm * norm;
}

TorchStatus torch_adamw_step(const TorchTensor *parameters, const TorchTensor *firstMoments,
                             const TorchTensor *secondMoments, const TorchTensor *steps, ptrdiff_t count,
                             TorchAdamWStep step) {
    return guarded([&] {
        c10::NoGradGuard unrecorded;
        auto values = unwrapAll(parameters, count);
        auto stepCounts = unwrapAll(steps, count);
        for (at::Tensor &stepCount : stepCounts) stepCount.add_(1);
        at::_fused_adamw_(values, gradients(values), unwrapAll(firstMoments, count),
                          unwrapAll(secondMoments, count), /*max_exp_avg_sqs=*/{}, stepCounts,
                          step.learningRate, step.beta1, step.beta2, step.weightDecay, step.epsilon,
                          /*amsgrad=*/false,
                          /*maximize=*/false);
    });
}

TorchStatus torch_clip_gradients(const TorchTensor *parameters, ptrdiff_t count, double maximum,
                                 double *norm) {
    return guarded([&] {
        c10::NoGradGuard unrecorded;
        auto all = gradients(unwrapAll(parameters, count));
        double sum = 0;
        for (const at::Tensor &gradient : all) sum += sumOfSquares(gradient);
        *norm = std::sqrt(sum);
        if (*norm > maximum)
            for (at::Tensor &gradient : all) gradient.mul_(maximum / (*norm + 1e-6));
    });
}
