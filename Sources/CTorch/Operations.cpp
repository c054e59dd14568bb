/// Tensor operations, one ATen call each; the dispatcher records them for differentiation.
#include "Functions.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/where.h>

#include <cmath>

using namespace ctorch;

// MARK: Shape

TorchStatus torch_reshape(TorchTensor tensor, const ptrdiff_t *shape, ptrdiff_t rank, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).reshape(sizes(shape, rank)); });
}

TorchStatus torch_transpose(TorchTensor tensor, ptrdiff_t first, ptrdiff_t second, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).transpose(first, second); });
}

TorchStatus torch_unsqueeze(TorchTensor tensor, ptrdiff_t dim, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).unsqueeze(dim); });
}

TorchStatus torch_narrow(TorchTensor tensor, ptrdiff_t dim, ptrdiff_t start, ptrdiff_t count,
                         TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).narrow(dim, static_cast<int64_t>(start), count); });
}

TorchStatus torch_select(TorchTensor tensor, ptrdiff_t dim, ptrdiff_t index, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).select(dim, static_cast<int64_t>(index)); });
}

TorchStatus torch_concatenate(const TorchTensor *tensors, ptrdiff_t count, ptrdiff_t dim,
                              TorchTensor *result) {
    return guarded(result, [&] { return at::cat(unwrapAll(tensors, count), dim); });
}

// MARK: Elements

static at::Tensor apply(TorchUnary operation, const at::Tensor &x) {
    switch (operation) {
    case TorchUnaryNegate: return x.neg();
    case TorchUnaryExp: return x.exp();
    case TorchUnarySquareRoot: return x.sqrt();
    case TorchUnaryReciprocal: return x.reciprocal();
    case TorchUnarySine: return x.sin();
    case TorchUnaryCosine: return x.cos();
    case TorchUnaryGelu: return at::gelu(x);
    }
    TORCH_CHECK(false, "unknown operation ", static_cast<int>(operation));
}

/// `Right` is a tensor or a scalar: ATen has both forms of these.
template <typename Right>
static std::optional<at::Tensor> applyCommon(TorchBinary operation, const at::Tensor &x, const Right &y) {
    switch (operation) {
    case TorchBinaryAdd: return x.add(y);
    case TorchBinarySubtract: return x.sub(y);
    case TorchBinaryMultiply: return x.mul(y);
    case TorchBinaryDivide: return x.div(y);
    case TorchBinaryPower: return x.pow(y);
    case TorchBinaryEqual: return x.eq(y);
    case TorchBinaryLess: return x.lt(y);
    case TorchBinaryGreater: return x.gt(y);
    default: return std::nullopt;
    }
}

static at::Tensor apply(TorchBinary operation, const at::Tensor &x, const at::Tensor &y) {
    if (auto result = applyCommon(operation, x, y)) return *result;
    switch (operation) {
    case TorchBinaryMinimum: return x.minimum(y);
    case TorchBinaryMaximum: return x.maximum(y);
    default: TORCH_CHECK(false, "unknown operation ", static_cast<int>(operation));
    }
}

/// An integral scalar must not turn the result of an integer tensor into floating point.
static at::Scalar scalar(const at::Tensor &beside, double value) {
    bool whole = std::trunc(value) == value && std::abs(value) < 9e15;
    if (whole && at::isIntegralType(beside.scalar_type(), true)) return static_cast<int64_t>(value);
    return value;
}

static at::Tensor apply(TorchBinary operation, const at::Tensor &x, double value) {
    at::Scalar y = scalar(x, value);
    if (auto result = applyCommon(operation, x, y)) return *result;
    if (operation == TorchBinaryMaximum) return x.clamp_min(y);
    TORCH_CHECK(false, "operation ", static_cast<int>(operation), " takes no number");
}

TorchStatus torch_unary(TorchUnary operation, TorchTensor tensor, TorchTensor *result) {
    return guarded(result, [&] { return apply(operation, unwrap(tensor)); });
}

TorchStatus torch_binary(TorchBinary operation, TorchTensor left, TorchTensor right, TorchTensor *result) {
    return guarded(result, [&] { return apply(operation, unwrap(left), unwrap(right)); });
}

TorchStatus torch_binary_scalar(TorchBinary operation, TorchTensor left, double right, TorchTensor *result) {
    return guarded(result, [&] { return apply(operation, unwrap(left), right); });
}

TorchStatus torch_clamp(TorchTensor tensor, double low, double high, TorchTensor *result) {
    return guarded(result, [&] {
        const at::Tensor &x = unwrap(tensor);
        return x.clamp(scalar(x, low), scalar(x, high));
    });
}

TorchStatus torch_where(TorchTensor condition, TorchTensor left, TorchTensor right, TorchTensor *result) {
    return guarded(result, [&] { return at::where(unwrap(condition), unwrap(left), unwrap(right)); });
}

// MARK: Reductions

static at::Tensor reduce(TorchReduction reduction, const at::Tensor &x, at::IntArrayRef dims, bool keepDims) {
    switch (reduction) {
    case TorchReductionSum: return x.sum(dims, keepDims);
    case TorchReductionMean: return x.mean(dims, keepDims);
    case TorchReductionMinimum: return x.amin(dims, keepDims);
    }
    TORCH_CHECK(false, "unknown reduction ", static_cast<int>(reduction));
}

TorchStatus torch_reduce(TorchReduction reduction, TorchTensor tensor, const ptrdiff_t *dims,
                         ptrdiff_t dimCount, bool keepDims, TorchTensor *result) {
    return guarded(result,
                   [&] { return reduce(reduction, unwrap(tensor), sizes(dims, dimCount), keepDims); });
}

TorchStatus torch_log_softmax(TorchTensor tensor, ptrdiff_t dim, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).log_softmax(dim); });
}

// MARK: Indexing

TorchStatus torch_index_select(TorchTensor tensor, ptrdiff_t dim, TorchTensor indices, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).index_select(dim, unwrap(indices)); });
}

TorchStatus torch_gather(TorchTensor tensor, ptrdiff_t dim, TorchTensor indices, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).gather(dim, unwrap(indices)); });
}

TorchStatus torch_index_copy(TorchTensor tensor, ptrdiff_t dim, TorchTensor indices, TorchTensor source,
                             TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).index_copy(dim, unwrap(indices), unwrap(source)); });
}

TorchStatus torch_index_copy_in_place(TorchTensor tensor, ptrdiff_t dim, TorchTensor indices,
                                      TorchTensor source) {
    return guarded([&] { unwrap(tensor).index_copy_(dim, unwrap(indices), unwrap(source)); });
}

// MARK: Products

TorchStatus torch_matmul(TorchTensor left, TorchTensor right, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(left).matmul(unwrap(right)); });
}

// MARK: In place

TorchStatus torch_add_in_place(TorchTensor tensor, TorchTensor other, double factor) {
    return guarded([&] { unwrap(tensor).add_(unwrap(other), factor); });
}

TorchStatus torch_multiply_in_place(TorchTensor tensor, double factor) {
    return guarded([&] { unwrap(tensor).mul_(factor); });
}

TorchStatus torch_fill_in_place(TorchTensor tensor, double value) {
    return guarded([&] { unwrap(tensor).fill_(value); });
}

TorchStatus torch_copy_in_place(TorchTensor tensor, TorchTensor source) {
    return guarded([&] { unwrap(tensor).copy_(unwrap(source)); });
}
