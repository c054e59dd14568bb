#include "Product.hpp"

#include "Functions.hpp"
#include "RowPanels.hpp"
#include "RowProduct.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace ctorch {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

bool Weight::isServed() const {
    if (!values.device().is_cpu() || !values.is_contiguous()) return false;
    switch (values.scalar_type()) {
    case at::kFloat:
    case at::kBFloat16: return true;
    case at::kChar: return scales.defined() && scales.device().is_cpu() && scales.is_contiguous();
    default: return false;
    }
}

bool Weight::matches(const at::Tensor &input) const {
    return !scales.defined() && values.scalar_type() == input.scalar_type();
}

ConstWeights Weight::view() const {
    using Format = ConstWeights::Format;
    Format format = values.scalar_type() == at::kFloat       ? Format::float32
                    : values.scalar_type() == at::kBFloat16 ? Format::bfloat16
                                                            : Format::int8;
    return {format, values.const_data_ptr(), width(), scales.defined() ? scales.const_data_ptr<float>() : nullptr};
}

at::Tensor Weight::dequantized(at::ScalarType type) const {
    if (!scales.defined()) return values.to(type);
    at::Tensor wide = scales.repeat_interleave(featuresInGroup, 1).narrow(1, 0, width());
    return values.to(at::kFloat).mul(wide).to(type);
}

void Weight::check() const {
    TORCH_CHECK(values.dim() == 2, "a weight must be [out, in], not ", values.sizes());
    TORCH_CHECK((values.scalar_type() == at::kChar) == scales.defined(), "int8 weights, and no others, have scales");
    TORCH_CHECK(down.defined() == up.defined(), "a low-rank addition has two matrices");
    if (down.defined())
        TORCH_CHECK(down.dim() == 2 && up.dim() == 2 && down.size(1) == width() && up.size(0) == rowCount() &&
                        down.size(0) == up.size(1),
                    "a low-rank addition to [", rowCount(), ", ", width(), "] cannot be ", up.sizes(), " times ",
                    down.sizes());
    if (!scales.defined()) return;
    TORCH_CHECK(scales.dim() == 2 && scales.size(0) == rowCount() && scales.size(1) == groupCount(width()) &&
                    scales.scalar_type() == at::kFloat,
                "the scales must be float32 [", rowCount(), ", ", groupCount(width()), "]");
}

std::vector<Weight> unwrapWeights(const TorchWeight *handles, ptrdiff_t count) {
    TORCH_CHECK(count > 0, "a product needs weights");
    std::vector<Weight> weights;
    weights.reserve(count);
    for (ptrdiff_t index = 0; index < count; ++index) {
        auto optional = [](TorchTensor handle) { return handle.object ? unwrap(handle) : at::Tensor(); };
        const TorchWeight &handle = handles[index];
        weights.push_back({unwrap(handle.values), optional(handle.scales), optional(handle.down), optional(handle.up),
                           handle.factor});
        weights.back().check();
    }
    return weights;
}

namespace {

template <typename... Tensors> bool isRecorded(const Tensors &...tensors) {
    return c10::GradMode::is_enabled() && (tensors.requires_grad() || ...);
}

bool areServed(const std::vector<Weight> &blocks) {
    return std::all_of(blocks.begin(), blocks.end(), [](const Weight &block) { return block.isServed(); });
}

int64_t outputWidth(const std::vector<Weight> &blocks) {
    int64_t width = 0;
    for (const Weight &block : blocks) width += block.rowCount();
    return width;
}

at::Tensor product(const at::Tensor &input, const std::vector<Weight> &blocks, const std::optional<at::Tensor> &bias) {
    at::Tensor x = input.contiguous();
    int64_t rows = x.size(0), width = outputWidth(blocks), first = 0;
    at::Tensor y = at::empty({rows, width}, x.options());
    for (const Weight &block : blocks) {
        multiplyRows(rows, block.rowCount(), block.width(), {x.const_data_ptr<float>(), x.size(1)}, block.view(),
                     bias ? bias->const_data_ptr<float>() + first : nullptr, false,
                     {y.mutable_data_ptr<float>() + first, width});
        first += block.rowCount();
    }
    return y;
}

/// A product with frozen weights that are widened.
struct WidenedLinear : Function<WidenedLinear> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &input, const std::vector<Weight> *blocks) {
        variable_list saved;
        for (const Weight &block : *blocks) {
            saved.push_back(block.values);
            saved.push_back(block.scales);
        }
        context->save_for_backward(saved);
        return product(input, *blocks, std::nullopt);
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        auto saved = context->get_saved_variables();
        at::Tensor outputs = gradients[0].contiguous();
        at::Tensor inputs = at::zeros({outputs.size(0), saved[0].size(1)}, outputs.options());
        int64_t first = 0;
        for (size_t index = 0; index < saved.size(); index += 2) {
            Weight block{saved[index], saved[index + 1], {}, {}};
            addRowsTimes(outputs.size(0), block.rowCount(), block.width(),
                         {outputs.const_data_ptr<float>() + first, outputs.size(1)}, block.view(),
                         {inputs.mutable_data_ptr<float>(), inputs.size(1)});
            first += block.rowCount();
        }
        return {inputs, at::Tensor()};
    }
};

/// The low-rank additions of all blocks to a product with `input`; undefined if there are none.
at::Tensor additions(const at::Tensor &input, const std::vector<Weight> &blocks) {
    std::vector<at::Tensor> parts;
    bool any = false;
    for (const Weight &block : blocks) {
        if (block.down.defined()) {
            any = true;
            parts.push_back(at::linear(at::linear(input, block.down), block.up).mul(block.factor));
        } else {
            parts.push_back(at::zeros({input.size(0), block.rowCount()}, input.options()));
        }
    }
    if (!any) return {};
    return parts.size() == 1 ? parts[0] : at::cat(parts, -1);
}

/// Whether ATen's product serves better: for many rows of float32, and where weights are trained.
bool isBetterLeftToATen(const at::Tensor &input, const Weight &weight) {
    return weight.matches(input) && (input.size(0) > panelRows || isRecorded(input, weight.values));
}

}  // namespace

static at::Tensor plainLinear(const at::Tensor &input, const std::vector<Weight> &blocks,
                              const std::optional<at::Tensor> &bias) {
    for (const Weight &block : blocks)
        TORCH_CHECK(block.width() == input.size(-1), "weights ", block.values.sizes(), " and input ", input.sizes(),
                    " do not fit");
    bool fits = input.dim() == 2 && isServed(input) && areServed(blocks) &&
                (!bias || (isServed(*bias) && bias->is_contiguous() && bias->numel() == outputWidth(blocks)));
    if (!fits || std::any_of(blocks.begin(), blocks.end(),
                             [&](const Weight &block) { return isBetterLeftToATen(input, block); })) {
        auto values = [&](const Weight &block) {
            return block.matches(input) ? block.values : block.dequantized(input.scalar_type());
        };
        if (blocks.size() == 1) return at::linear(input, values(blocks[0]), bias);
        std::vector<at::Tensor> parts;
        for (const Weight &block : blocks) parts.push_back(at::linear(input, values(block)));
        at::Tensor joined = at::cat(parts, -1);
        return bias ? joined.add(*bias) : joined;
    }
    if (!isRecorded(input) && !(bias && isRecorded(*bias))) return product(input, blocks, bias);
    at::Tensor output = WidenedLinear::apply(input, &blocks);
    return bias ? output.add(*bias) : output;
}

at::Tensor linear(const at::Tensor &input, const std::vector<Weight> &blocks, const std::optional<at::Tensor> &bias) {
    at::Tensor output = plainLinear(input, blocks, bias), added = additions(input, blocks);
    return added.defined() ? output.add(added) : output;
}

at::Tensor timesTransposed(const at::Tensor &input, const Weight &weight) {
    if (weight.matches(input)) return at::mm(input, weight.values.t());
    if (isServed(input) && weight.isServed()) return product(input, {weight}, std::nullopt);
    return at::mm(input, weight.dequantized(input.scalar_type()).t());
}

at::Tensor timesRows(const at::Tensor &rows, const Weight &weight) {
    if (weight.matches(rows)) return at::mm(rows, weight.values);
    if (!isServed(rows) || !weight.isServed()) return at::mm(rows, weight.dequantized(rows.scalar_type()));
    at::Tensor left = rows.contiguous();
    at::Tensor result = at::zeros({left.size(0), weight.width()}, left.options());
    addRowsTimes(left.size(0), weight.rowCount(), weight.width(), {left.const_data_ptr<float>(), left.size(1)},
                 weight.view(), {result.mutable_data_ptr<float>(), weight.width()});
    return result;
}

}  // namespace ctorch

using namespace ctorch;

TorchStatus torch_linear(TorchTensor input, const TorchWeight *blocks, ptrdiff_t count, TorchTensor bias,
                         TorchTensor *result) {
    return guarded(result,
                   [&] { return ctorch::linear(unwrap(input), unwrapWeights(blocks, count), unwrapOptional(bias)); });
}

TorchStatus torch_embedding(TorchWeight table, TorchTensor indices, TorchType type, TorchTensor *result) {
    return guarded(result, [&] {
        Weight weight = unwrapWeights(&table, 1)[0];
        at::Tensor rows = at::embedding(weight.values, unwrap(indices));
        if (!weight.scales.defined()) return rows.to(scalarType(type));
        at::Tensor flat = unwrap(indices).flatten();
        Weight chosen{rows.flatten(0, -2), weight.scales.index_select(0, flat), {}, {}};
        return chosen.dequantized(scalarType(type)).view(rows.sizes());
    });
}
