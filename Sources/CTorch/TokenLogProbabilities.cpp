/// Log-probabilities of tokens over a large vocabulary; logits are computed for a chunk of tokens at a time.
#include "Functions.hpp"

#include "Rows.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace ctorch {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

namespace {

/// Maximum number of logits in memory.
constexpr int64_t logitsInChunk = 1 << 22;

/// The rows `start ..< start + count` of all per-token tensors.
struct Chunk {
    int64_t start, count;
    at::Tensor of(const at::Tensor &tensor) const { return tensor.narrow(0, start, count); }
};

template <typename Body> void forEachChunk(int64_t rowCount, int64_t vocabularySize, Body &&body) {
    int64_t size = std::max<int64_t>(1, logitsInChunk / std::max<int64_t>(1, vocabularySize));
    for (int64_t start = 0; start < rowCount; start += size)
        body(Chunk{start, std::min(size, rowCount - start)});
}

struct Problem {
    at::Tensor hidden;   // [token, width]
    Weight weight;       // [vocabulary, width]
    at::Tensor bias;     // [vocabulary] or undefined
    at::Tensor targets;  // [token]
    double temperature;

    int64_t tokenCount() const { return hidden.size(0); }
    int64_t vocabularySize() const { return weight.rowCount(); }
    bool usesKernels() const { return isServed(hidden) && weight.isServed(); }

    at::Tensor perToken() const { return at::empty({tokenCount()}, hidden.options().dtype(at::kFloat)); }

    /// The logits of a chunk in single precision, before temperature and bias.
    at::Tensor logits(const Chunk &chunk) const {
        return timesTransposed(chunk.of(hidden), weight).to(at::kFloat);  // [token, vocabulary]
    }

    /// Applies temperature and bias to logits, and writes `rows` of the results.
    void evaluate(at::Tensor &logits, const Chunk &chunk, at::Tensor &logSums, at::Tensor &chosen,
                  at::Tensor &entropies) const {
        if (usesKernels()) {
            logProbabilities(logits.mutable_data_ptr<float>(),
                             bias.defined() ? bias.const_data_ptr<float>() : nullptr,
                             targets.const_data_ptr<int64_t>() + chunk.start, chunk.count, vocabularySize(),
                             static_cast<float>(temperature), logSums.mutable_data_ptr<float>() + chunk.start,
                             chosen.mutable_data_ptr<float>() + chunk.start,
                             entropies.mutable_data_ptr<float>() + chunk.start);
            return;
        }
        logits.div_(temperature);
        if (bias.defined()) logits.add_(bias);
        at::Tensor sums = logits.logsumexp(-1);
        at::Tensor probabilities = logits.sub(sums.unsqueeze(-1)).exp_();
        chunk.of(logSums).copy_(sums);
        chunk.of(chosen).copy_(logits.gather(1, chunk.of(targets).unsqueeze(1)).squeeze(1).sub(sums));
        chunk.of(entropies).copy_(sums.sub(probabilities.mul_(logits.clamp_min(-1e30)).sum(-1)));
    }

    /// Turns such logits into their derivative.
    void differentiate(at::Tensor &logits, const Chunk &chunk, const at::Tensor &logSums,
                       const at::Tensor &entropies, const at::Tensor &dchosen,
                       const at::Tensor &dentropies) const {
        if (usesKernels()) {
            logProbabilitiesGradient(logits.mutable_data_ptr<float>(),
                                     targets.const_data_ptr<int64_t>() + chunk.start,
                                     logSums.const_data_ptr<float>() + chunk.start,
                                     entropies.const_data_ptr<float>() + chunk.start,
                                     dchosen.const_data_ptr<float>() + chunk.start,
                                     dentropies.const_data_ptr<float>() + chunk.start, chunk.count,
                                     vocabularySize(), static_cast<float>(temperature));
            return;
        }
        auto column = [&](const at::Tensor &values) { return chunk.of(values).unsqueeze(1); };
        logits.sub_(column(logSums));
        at::Tensor slope = logits.clamp_min(-1e30)
                               .add_(column(entropies))
                               .mul_(column(dentropies))
                               .add_(column(dchosen))
                               .neg_();
        logits.exp_().mul_(slope).scatter_add_(1, column(targets), column(dchosen)).div_(temperature);
    }
};

struct TokenLogProbabilitiesFunction : Function<TokenLogProbabilitiesFunction> {
    /// `weight` are the values of the problem's weight, if they are differentiated.
    static variable_list forward(AutogradContext *context, const at::Tensor &hidden, const at::Tensor &weight,
                                 const Problem *problem) {
        at::Tensor logSums = problem->perToken(), chosen = problem->perToken(),
                   entropies = problem->perToken();
        at::Tensor kept;  // the logits, if they fit in one chunk
        forEachChunk(problem->tokenCount(), problem->vocabularySize(), [&](const Chunk &chunk) {
            at::Tensor logits = problem->logits(chunk);
            problem->evaluate(logits, chunk, logSums, chosen, entropies);
            if (chunk.count == problem->tokenCount()) kept = logits;
        });
        context->saved_data["temperature"] = problem->temperature;
        context->save_for_backward(
            {hidden, weight, problem->weight.scales, problem->bias, problem->targets, logSums, entropies, kept});
        return {chosen, entropies};
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        auto saved = context->get_saved_variables();
        Problem problem{saved[0], {saved[1], saved[2], {}, {}}, saved[3], saved[4],
                        context->saved_data["temperature"].toDouble()};
        const at::Tensor &values = problem.weight.values, &kept = saved[7];
        at::Tensor dchosen = gradients[0].contiguous(), dentropies = gradients[1].contiguous();
        bool ofHidden = context->needs_input_grad(0), ofWeight = context->needs_input_grad(1);
        at::Tensor dhidden, dweight;
        if (ofHidden) dhidden = at::empty(problem.hidden.sizes(), problem.hidden.options());
        if (ofWeight) dweight = at::zeros(values.sizes(), values.options().dtype(at::kFloat));
        forEachChunk(problem.tokenCount(), problem.vocabularySize(), [&](const Chunk &chunk) {
            at::Tensor logits;
            if (kept.defined()) {
                logits = kept.clone();
            } else {
                logits = problem.logits(chunk);
                rescale(logits, problem);
            }
            problem.differentiate(logits, chunk, saved[5], saved[6], dchosen, dentropies);
            at::Tensor slopes = logits.to(problem.hidden.scalar_type());  // [token, vocabulary]
            if (ofHidden) chunk.of(dhidden).copy_(timesRows(slopes, problem.weight));
            if (ofWeight) addProduct(dweight, slopes, chunk.of(problem.hidden));
        });
        if (ofWeight) dweight = dweight.to(values.scalar_type());
        return {dhidden, dweight, at::Tensor()};
    }

  private:
    static void rescale(at::Tensor &logits, const Problem &problem) {
        if (problem.temperature != 1) logits.div_(problem.temperature);
        if (problem.bias.defined()) logits.add_(problem.bias);
    }

    /// Adds slopesᵀ · hidden in single precision.
    static void addProduct(at::Tensor &sum, const at::Tensor &slopes, const at::Tensor &hidden) {
        if (slopes.scalar_type() == at::kFloat) sum.addmm_(slopes.t(), hidden);
        else sum.add_(at::mm(slopes.t(), hidden));
    }
};

}  // namespace

TokenLogProbabilities tokenLogProbabilities(const at::Tensor &hidden, const Weight &weight,
                                            const std::optional<at::Tensor> &bias, const at::Tensor &targets,
                                            double temperature) {
    at::Tensor shift = bias ? bias->detach().to(hidden.device(), at::kFloat).contiguous() : at::Tensor();
    Problem problem{hidden, weight, shift, targets.contiguous(), temperature};
    if (c10::GradMode::is_enabled() && (hidden.requires_grad() || weight.values.requires_grad())) {
        auto results = TokenLogProbabilitiesFunction::apply(hidden, weight.values, &problem);
        return {results[0], results[1]};
    }
    at::Tensor logSums = problem.perToken(), chosen = problem.perToken(), entropies = problem.perToken();
    forEachChunk(problem.tokenCount(), problem.vocabularySize(), [&](const Chunk &chunk) {
        at::Tensor logits = problem.logits(chunk);
        problem.evaluate(logits, chunk, logSums, chosen, entropies);
    });
    return {chosen, entropies};
}

}  // namespace ctorch
