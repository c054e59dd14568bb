/// Reverse-mode differentiation over the graph that libtorch records.
#include "Guarded.hpp"

using namespace ctorch;

bool torch_requires_gradient(TorchTensor tensor) { return unwrap(tensor).requires_grad(); }

TorchStatus torch_set_requires_gradient(TorchTensor tensor, bool required) {
    return guarded([&] { unwrap(tensor).requires_grad_(required); });
}

TorchStatus torch_gradient(TorchTensor tensor, TorchTensor *gradient) {
    return guarded([&] {
        const at::Tensor &value = unwrap(tensor).grad();
        *gradient = value.defined() ? wrap(value) : TorchTensor{nullptr};
    });
}

TorchStatus torch_set_gradient(TorchTensor tensor, TorchTensor gradient) {
    return guarded(
        [&] { unwrap(tensor).mutable_grad() = gradient.object ? unwrap(gradient) : at::Tensor(); });
}

TorchStatus torch_backward(TorchTensor tensor, TorchTensor gradient) {
    return guarded([&] { unwrap(tensor).backward(gradient.object ? unwrap(gradient) : at::Tensor()); });
}

TorchStatus torch_detach(TorchTensor tensor, TorchTensor *result) {
    return guarded(result, [&] { return unwrap(tensor).detach(); });
}

TorchStatus torch_share_elements(TorchTensor tensor, TorchTensor source) {
    return guarded([&] { unwrap(tensor).set_data(unwrap(source).detach()); });
}
