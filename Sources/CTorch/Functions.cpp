/// The kernels as functions with a derivative.
#include "Functions.hpp"

#include "PagedAttention.hpp"
#include "Rows.hpp"
#include "SegmentAttention.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace ctorch {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

namespace {

template <typename... Tensors> bool isRecorded(const Tensors &...tensors) {
    return c10::GradMode::is_enabled() && (tensors.requires_grad() || ...);
}

/// The tensor itself if its features are contiguous.
at::Tensor withFeaturesSideBySide(const at::Tensor &tensor) {
    return tensor.stride(-1) == 1 ? tensor : tensor.contiguous();
}

Heads heads(const at::Tensor &tensor) {
    return {tensor.const_data_ptr<float>(), tensor.stride(0), tensor.stride(1)};
}

// MARK: Segment attention

SegmentAttention problem(const at::Tensor &query, const at::Tensor &key, const at::Tensor &value,
                         c10::ArrayRef<TorchSegment> segments, bool isCausal, double scale) {
    return {heads(query), heads(key),    heads(value), query.size(0), query.size(1),
            key.size(1),  query.size(2), segments,     isCausal,      static_cast<float>(scale)};
}

struct SegmentAttentionFunction : Function<SegmentAttentionFunction> {
    struct Layout {
        c10::ArrayRef<TorchSegment> segments;
        bool isCausal;
        double scale;
    };

    static at::Tensor forward(AutogradContext *context, const at::Tensor &query, const at::Tensor &key,
                              const at::Tensor &value, const Layout *layout) {
        at::Tensor output = at::empty(query.sizes(), query.options());
        at::Tensor logSums = at::empty({query.size(0), query.size(1)}, query.options());
        problem(query, key, value, layout->segments, layout->isCausal, layout->scale)
            .forward(output.mutable_data_ptr<float>(), logSums.mutable_data_ptr<float>());
        std::vector<int64_t> flat;
        flat.reserve(layout->segments.size() * 3);
        for (const TorchSegment &segment : layout->segments)
            flat.insert(flat.end(), {segment.start, segment.count, segment.parent});
        context->saved_data["segments"] = std::move(flat);
        context->saved_data["isCausal"] = layout->isCausal;
        context->saved_data["scale"] = layout->scale;
        context->save_for_backward({query, key, value, output, logSums});
        return output;
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        auto saved = context->get_saved_variables();
        const at::Tensor &query = saved[0], &key = saved[1], &value = saved[2];
        auto flat = context->saved_data["segments"].toIntVector();
        std::vector<TorchSegment> segments(flat.size() / 3);
        for (size_t index = 0; index < segments.size(); ++index)
            segments[index] = {flat[3 * index], flat[3 * index + 1], flat[3 * index + 2]};
        auto zeros = [](const at::Tensor &like) {
            return at::zeros_like(like, at::MemoryFormat::Contiguous);
        };
        at::Tensor outputGradient = gradients[0].contiguous();
        at::Tensor dquery = zeros(query), dkey = zeros(key), dvalue = zeros(value);
        problem(query, key, value, segments, context->saved_data["isCausal"].toBool(),
                context->saved_data["scale"].toDouble())
            .backward(saved[3].const_data_ptr<float>(), saved[4].const_data_ptr<float>(),
                      outputGradient.const_data_ptr<float>(), dquery.mutable_data_ptr<float>(),
                      dkey.mutable_data_ptr<float>(), dvalue.mutable_data_ptr<float>());
        return {dquery, dkey, dvalue, at::Tensor()};
    }
};

// MARK: RMSNorm

at::Tensor rmsNorm(const at::Tensor &input, const at::Tensor &weight, double epsilon, at::Tensor &inverse) {
    at::Tensor output = at::empty_like(input);
    int64_t width = input.size(-1), rowCount = input.numel() / std::max<int64_t>(1, width);
    inverse = at::empty({rowCount}, input.options());
    ctorch::rmsNorm(input.const_data_ptr<float>(), weight.const_data_ptr<float>(),
                    static_cast<float>(epsilon), rowCount, width, output.mutable_data_ptr<float>(),
                    inverse.mutable_data_ptr<float>());
    return output;
}

struct RMSNormFunction : Function<RMSNormFunction> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &input, const at::Tensor &weight,
                              double epsilon) {
        at::Tensor inverse;
        at::Tensor output = rmsNorm(input, weight, epsilon, inverse);
        context->save_for_backward({input, weight, inverse});
        return output;
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        auto saved = context->get_saved_variables();
        const at::Tensor &input = saved[0], &weight = saved[1];
        at::Tensor outputGradient = gradients[0].contiguous();
        at::Tensor dinput = at::empty_like(input), dweight = at::empty_like(weight);
        rmsNormGradient(input.const_data_ptr<float>(), weight.const_data_ptr<float>(),
                        saved[2].const_data_ptr<float>(), outputGradient.const_data_ptr<float>(),
                        saved[2].numel(), input.size(-1), dinput.mutable_data_ptr<float>(),
                        dweight.mutable_data_ptr<float>());
        return {dinput, dweight, at::Tensor()};
    }
};

// MARK: Rotary embedding

at::Tensor rotary(const at::Tensor &input, const at::Tensor &cosine, const at::Tensor &sine, bool isAdjoint) {
    at::Tensor output = at::empty(input.sizes(), input.options());
    rotate(input.const_data_ptr<float>(), input.stride(0), input.stride(1), cosine.const_data_ptr<float>(),
           sine.const_data_ptr<float>(), input.size(0), input.size(1), input.size(2), isAdjoint,
           output.mutable_data_ptr<float>());
    return output;
}

struct RotaryFunction : Function<RotaryFunction> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &input, const at::Tensor &cosine,
                              const at::Tensor &sine) {
        context->save_for_backward({cosine, sine});
        return rotary(input, cosine, sine, false);
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        auto saved = context->get_saved_variables();
        return {rotary(withFeaturesSideBySide(gradients[0]), saved[0], saved[1], true), at::Tensor(),
                at::Tensor()};
    }
};

// MARK: SwiGLU

at::Tensor swiGLU(const at::Tensor &gate, const at::Tensor &up) {
    at::Tensor output = at::empty_like(gate);
    ctorch::swiGLU(gate.const_data_ptr<float>(), up.const_data_ptr<float>(), gate.numel(),
                   output.mutable_data_ptr<float>());
    return output;
}

struct SwiGLUFunction : Function<SwiGLUFunction> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &gate, const at::Tensor &up) {
        context->save_for_backward({gate, up});
        return swiGLU(gate, up);
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        auto saved = context->get_saved_variables();
        at::Tensor outputGradient = gradients[0].contiguous();
        at::Tensor dgate = at::empty_like(saved[0]), dup = at::empty_like(saved[1]);
        swiGLUGradient(saved[0].const_data_ptr<float>(), saved[1].const_data_ptr<float>(),
                       outputGradient.const_data_ptr<float>(), saved[0].numel(),
                       dgate.mutable_data_ptr<float>(), dup.mutable_data_ptr<float>());
        return {dgate, dup};
    }
};

}  // namespace

at::Tensor fusedSegmentAttention(const at::Tensor &query, const at::Tensor &key, const at::Tensor &value,
                                 c10::ArrayRef<TorchSegment> segments, bool isCausal, double scale) {
    at::Tensor q = withFeaturesSideBySide(query), k = withFeaturesSideBySide(key),
               v = withFeaturesSideBySide(value);
    if (isRecorded(q, k, v)) {
        SegmentAttentionFunction::Layout layout{segments, isCausal, scale};
        return SegmentAttentionFunction::apply(q, k, v, &layout);
    }
    at::Tensor output = at::empty(q.sizes(), q.options());
    problem(q, k, v, segments, isCausal, scale).forward(output.mutable_data_ptr<float>(), nullptr);
    return output;
}

at::Tensor fusedPagedAttention(const at::Tensor &query, const at::Tensor &keyPages,
                               const at::Tensor &valuePages, c10::ArrayRef<int32_t> pages,
                               c10::ArrayRef<TorchPagedSequence> sequences, double scale) {
    TORCH_CHECK(keyPages.is_contiguous() && valuePages.is_contiguous(), "the pages must be contiguous");
    at::Tensor q = withFeaturesSideBySide(query);
    at::Tensor output = at::empty(q.sizes(), q.options());
    PagedAttention{heads(q),
                   keyPages.const_data_ptr<float>(),
                   valuePages.const_data_ptr<float>(),
                   keyPages.size(1),
                   q.size(1),
                   keyPages.size(2),
                   q.size(2),
                   pages,
                   sequences,
                   static_cast<float>(scale)}
        .forward(output.mutable_data_ptr<float>());
    return output;
}

at::Tensor fusedRotary(const at::Tensor &input, const at::Tensor &cosine, const at::Tensor &sine) {
    at::Tensor x = withFeaturesSideBySide(input), c = cosine.contiguous(), s = sine.contiguous();
    return isRecorded(x) ? RotaryFunction::apply(x, c, s) : rotary(x, c, s, false);
}

at::Tensor fusedRMSNorm(const at::Tensor &input, const at::Tensor &weight, double epsilon) {
    at::Tensor x = input.contiguous(), w = weight.contiguous();
    if (isRecorded(x, w)) return RMSNormFunction::apply(x, w, epsilon);
    at::Tensor inverse;
    return rmsNorm(x, w, epsilon, inverse);
}

at::Tensor fusedSwiGLU(const at::Tensor &gate, const at::Tensor &up) {
    at::Tensor x = gate.contiguous(), y = up.contiguous();
    return isRecorded(x, y) ? SwiGLUFunction::apply(x, y) : swiGLU(x, y);
}

}  // namespace ctorch
