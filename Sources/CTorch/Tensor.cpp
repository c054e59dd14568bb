/// Process settings, and tensors as storage: creation, inspection, conversion, copying in and out.
#include "Guarded.hpp"
#include "Matrix.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <atomic>
#include <cstring>
#include <string>

/// OpenMP's thread count for regions that the calling thread opens; null if libtorch was built without
/// it.
extern "C" __attribute__((weak)) void omp_set_num_threads(int count);

namespace ctorch {

static thread_local std::string lastMessage;
static std::atomic<int64_t> liveTensors{0};

void remember(const char *message) noexcept {
    try {
        lastMessage = message;
    } catch (...) {
        lastMessage.clear();
    }
}

TorchTensor wrap(at::Tensor tensor) {
    TorchTensor handle{new at::Tensor(std::move(tensor))};
    liveTensors.fetch_add(1, std::memory_order_relaxed);
    return handle;
}

at::ScalarType scalarType(TorchType type) {
    switch (type) {
    case TorchTypeFloat32: return at::kFloat;
    case TorchTypeFloat64: return at::kDouble;
    case TorchTypeBFloat16: return at::kBFloat16;
    case TorchTypeFloat16: return at::kHalf;
    case TorchTypeInt32: return at::kInt;
    case TorchTypeInt64: return at::kLong;
    case TorchTypeUInt8: return at::kByte;
    case TorchTypeInt8: return at::kChar;
    case TorchTypeBool: return at::kBool;
    }
    TORCH_CHECK(false, "unknown element type ", static_cast<int>(type));
}

static TorchType torchType(at::ScalarType type) {
    switch (type) {
    case at::kFloat: return TorchTypeFloat32;
    case at::kDouble: return TorchTypeFloat64;
    case at::kBFloat16: return TorchTypeBFloat16;
    case at::kHalf: return TorchTypeFloat16;
    case at::kInt: return TorchTypeInt32;
    case at::kLong: return TorchTypeInt64;
    case at::kByte: return TorchTypeUInt8;
    case at::kChar: return TorchTypeInt8;
    case at::kBool: return TorchTypeBool;
    default: TORCH_CHECK(false, "no element type of this library corresponds to ", type);
    }
}

c10::Device device(TorchDevice device) {
    return c10::Device(static_cast<c10::DeviceType>(device.kind), device.index);
}

static at::TensorOptions options(TorchType type, TorchDevice where) {
    return at::TensorOptions().dtype(scalarType(type)).device(device(where));
}

}  // namespace ctorch

using namespace ctorch;

const char *torch_last_message(void) { return lastMessage.c_str(); }
int64_t torch_live_tensor_count(void) { return liveTensors.load(std::memory_order_relaxed); }
int32_t torch_thread_count(void) { return at::get_num_threads(); }
void torch_set_thread_count(int32_t count) { at::set_num_threads(count); }

void torch_set_thread_count_here(int32_t count) {
    at::get_num_threads();  // applies the thread count of the process now instead of later
    if (omp_set_num_threads) omp_set_num_threads(count);
    setMatrixThreadsHere(count);
}

void torch_set_deterministic(bool deterministic) {
    at::globalContext().setDeterministicAlgorithms(deterministic, false);
}

bool torch_set_gradient_recording(bool recording) {
    bool former = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(recording);
    return former;
}

TorchStatus torch_device_named(const char *name, TorchDevice *result) {
    return guarded([&] {
        // Creating a tensor shows that the device exists, and which one "cuda" means.
        c10::Device device =
            at::empty({0}, at::TensorOptions().device(c10::Device(std::string(name)))).device();
        *result = {static_cast<int8_t>(device.type()), device.index()};
    });
}

void torch_tensor_release(TorchTensor tensor) {
    delete static_cast<at::Tensor *>(tensor.object);
    liveTensors.fetch_sub(1, std::memory_order_relaxed);
}

ptrdiff_t torch_tensor_rank(TorchTensor tensor) { return unwrap(tensor).dim(); }

void torch_tensor_shape(TorchTensor tensor, ptrdiff_t *result) {
    for (int64_t size : unwrap(tensor).sizes()) *result++ = size;
}

TorchDevice torch_tensor_device(TorchTensor tensor) {
    c10::Device device = unwrap(tensor).device();
    return {static_cast<int8_t>(device.type()), device.index()};
}

TorchStatus torch_tensor_type(TorchTensor tensor, TorchType *type) {
    return guarded([&] { *type = torchType(unwrap(tensor).scalar_type()); });
}

TorchStatus torch_empty(const ptrdiff_t *shape, ptrdiff_t rank, TorchType type, TorchDevice where,
                        TorchTensor *result) {
    return guarded(result, [&] { return at::empty(sizes(shape, rank), options(type, where)); });
}

TorchStatus torch_full(const ptrdiff_t *shape, ptrdiff_t rank, double value, TorchType type,
                       TorchDevice where, TorchTensor *result) {
    return guarded(result, [&] {
        if (value == 0) return at::zeros(sizes(shape, rank), options(type, where));
        return at::full(sizes(shape, rank), value, options(type, where));
    });
}

TorchStatus torch_from_bytes(const void *bytes, ptrdiff_t count, const ptrdiff_t *shape, ptrdiff_t rank,
                             TorchType type, TorchDevice where, TorchTensor *result) {
    return guarded(result, [&] {
        at::Tensor tensor = at::empty(sizes(shape, rank), scalarType(type));
        TORCH_CHECK(static_cast<size_t>(count) == tensor.nbytes(), count,
                    " bytes were given for a tensor of ", tensor.nbytes());
        if (count > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, count);
        return tensor.to(device(where));
    });
}

TorchStatus torch_from_memory(void *address, const ptrdiff_t *shape, ptrdiff_t rank, TorchType type, void *owner,
                              void (*release)(void *), TorchTensor *result) {
    return guarded(result, [&] {
        return at::from_blob(address, sizes(shape, rank), [owner, release](void *) { release(owner); },
                             scalarType(type));
    });
}

TorchStatus torch_copy_bytes(TorchTensor tensor, TorchType type, void *bytes, ptrdiff_t count) {
    return guarded([&] {
        at::Tensor source = unwrap(tensor).detach().to(at::kCPU, scalarType(type)).contiguous();
        TORCH_CHECK(static_cast<size_t>(count) == source.nbytes(), "room for ", count,
                    " bytes was given for ", source.nbytes());
        if (count > 0) std::memcpy(bytes, source.const_data_ptr(), count);
    });
}

TorchStatus torch_data(TorchTensor tensor, void **address, ptrdiff_t *byteCount) {
    return guarded([&] {
        at::Tensor &source = unwrap(tensor);
        TORCH_CHECK(source.device().is_cpu() && source.is_contiguous(),
                    "the elements can be addressed only in a contiguous tensor in main memory");
        *address = source.mutable_data_ptr();
        *byteCount = static_cast<ptrdiff_t>(source.nbytes());
    });
}

TorchStatus torch_item(TorchTensor tensor, double *value) {
    return guarded([&] { *value = unwrap(tensor).item().toDouble(); });
}

TorchStatus torch_convert(TorchTensor tensor, TorchType type, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).to(scalarType(type)); });
}

TorchStatus torch_move(TorchTensor tensor, TorchDevice where, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).to(device(where)); });
}

TorchStatus torch_contiguous(TorchTensor tensor, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).contiguous(); });
}
