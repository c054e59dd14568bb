/// Common parts of the C API: conversion between handles and tensors, and the boundary that no exception crosses.
#pragma once

#include "CTorch.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>
#include <c10/util/SmallVector.h>

#include <optional>
#include <vector>

namespace ctorch {

using Sizes = c10::SmallVector<int64_t, 8>;

/// Keeps the message for `torch_last_message`.
void remember(const char *message) noexcept;

/// A new handle that owns `tensor`.
TorchTensor wrap(at::Tensor tensor);

inline at::Tensor &unwrap(TorchTensor handle) { return *static_cast<at::Tensor *>(handle.object); }

inline std::optional<at::Tensor> unwrapOptional(TorchTensor handle) {
    if (!handle.object) return std::nullopt;
    return unwrap(handle);
}

inline std::vector<at::Tensor> unwrapAll(const TorchTensor *handles, ptrdiff_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (ptrdiff_t index = 0; index < count; ++index) tensors.push_back(unwrap(handles[index]));
    return tensors;
}

inline Sizes sizes(const ptrdiff_t *values, ptrdiff_t count) { return Sizes(values, values + count); }

at::ScalarType scalarType(TorchType type);
c10::Device device(TorchDevice device);

/// Runs `body` and turns whatever it throws into a status and a message.
template <typename Body> TorchStatus guarded(Body &&body) noexcept {
    try {
        body();
        return TorchStatusSuccess;
    } catch (const c10::Error &error) {
        remember(error.what_without_backtrace());
    } catch (const std::exception &error) {
        remember(error.what());
    } catch (...) {
        remember("an exception of unknown type");
    }
    return TorchStatusFailure;
}

/// `guarded` for a body that returns a tensor.
template <typename Body> TorchStatus guarded(TorchTensor *result, Body &&body) noexcept {
    return guarded([&] { *result = wrap(body()); });
}

}  // namespace ctorch
