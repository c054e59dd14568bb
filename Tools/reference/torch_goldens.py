"""Writes the golden tensors of Tests/TorchTests with PyTorch's Python front end.

    python Tools/reference/torch_goldens.py
"""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

SEED = 20250601
FOLDER = Path(__file__).parents[2] / "Tests/TorchTests/Goldens"
METADATA = {"torch": torch.__version__, "seed": str(SEED), "script": "Tools/reference/torch_goldens.py"}


def write(name, tensors):
    FOLDER.mkdir(parents=True, exist_ok=True)
    tensors = {key: value.detach().clone().contiguous() for key, value in tensors.items()}
    save_file(tensors, FOLDER / f"{name}.safetensors", metadata=METADATA)


def record(tensors, name, function, *inputs):
    """Records inputs, result, a slope for each element of the result, and the gradients of sum(result * slope)."""
    inputs = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    result = function(*inputs)
    tensors[f"{name}.result"] = result
    for index, x in enumerate(inputs):
        tensors[f"{name}.input{index}"] = x
    if not result.requires_grad:
        return
    slope = torch.randn_like(result)
    tensors[f"{name}.slope"] = slope
    (result * slope).sum().backward()
    for index, x in enumerate(inputs):
        if x.grad is not None:
            tensors[f"{name}.gradient{index}"] = x.grad


def operations():
    tensors = {}
    x, y = torch.randn(3, 4), torch.randn(3, 4)
    positive = torch.rand(3, 4) + 0.5
    unary = {
        "negate": torch.neg, "exp": torch.exp, "sin": torch.sin, "cos": torch.cos, "gelu": F.gelu,
        "addNumber": lambda a: a + 2, "clamp": lambda a: a.clamp(-0.5, 0.5),
        "logSoftmax": lambda a: a.log_softmax(0), "sum": lambda a: a.sum(), "sumRows": lambda a: a.sum(0),
        "mean": lambda a: a.mean(-1, keepdim=True), "minimumOfColumn": lambda a: a.amin(0),
        "transposed": lambda a: a.t(), "reshape": lambda a: a.reshape(2, 6), "narrow": lambda a: a[:, 1:3],
        "select": lambda a: a[1], "unsqueezed": lambda a: a.unsqueeze(1),
        "maximumOfNumber": lambda a: a.clamp_min(0.1), "cube": lambda a: a**3, "greaterThanNumber": lambda a: a > 0,
    }
    for name, function in unary.items():
        record(tensors, name, function, x)
    for name, function in {"sqrt": torch.sqrt, "divideNumber": lambda a: 2 / a}.items():
        record(tensors, name, function, positive)
    binary = {
        "add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "minimum": torch.minimum,
        "maximum": torch.maximum, "concatenated": lambda a, b: torch.cat([a, b], 1),
        "where": lambda a, b: torch.where(a > b, a, b * 3),
    }
    for name, function in binary.items():
        record(tensors, name, function, x, y)
    record(tensors, "divide", torch.div, x, positive)
    record(tensors, "addRow", torch.add, x, torch.randn(4))
    record(tensors, "matmul", torch.matmul, torch.randn(2, 3, 4), torch.randn(2, 4, 5))
    record(tensors, "linear", F.linear, torch.randn(2, 3, 4), torch.randn(5, 4), torch.randn(5))
    record(tensors, "embedding", lambda table, index: F.embedding(index, table), torch.randn(6, 4),
           torch.tensor([[1, 5], [1, 0]]))
    record(tensors, "indexSelect", lambda a, i: a.index_select(0, i), x, torch.tensor([2, 0, 2]))
    record(tensors, "gather", lambda a, i: a.gather(1, i), x, torch.tensor([[3], [0], [1]]))
    record(tensors, "indexCopy", lambda a, i, s: a.index_copy(0, i, s), x, torch.tensor([2, 0]), torch.randn(2, 4))
    write("operations", tensors)


def masked_attention(query, key, value, mask, scale):
    """Dense attention over [token, head, width] with a boolean mask [query, key]."""
    group = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(group, 1), value.repeat_interleave(group, 1)
    scores = torch.einsum("qhw,khw->hqk", query, key) * scale
    weights = scores.masked_fill(~mask, -math.inf).softmax(-1)
    return torch.einsum("hqk,khw->qhw", weights, value)


def segment_mask(segments, causal):
    count = sum(length for _, length, _ in segments)
    mask = torch.zeros(count, count, dtype=torch.bool)
    for start, length, parent in segments:
        own = torch.ones(length, length, dtype=torch.bool)
        mask[start:start + length, start:start + length] = own.tril() if causal else own
        while causal and parent >= 0:
            begin, size, parent = segments[parent]
            mask[start:start + length, begin:begin + size] = True
    return mask


def kernels():
    tensors = {}
    tree = [(0, 5, -1), (5, 4, 0), (9, 3, 0), (12, 2, 2), (14, 6, -1)]
    shapes = [(20, 4, 12), (20, 2, 12), (20, 2, 12)]
    for name, causal in {"tree": True, "windows": False}.items():
        mask = segment_mask(tree, causal)
        record(tensors, name, lambda q, k, v: masked_attention(q, k, v, mask, 0.3),
               *[torch.randn(shape) for shape in shapes])
    tensors["segments"] = torch.tensor(tree)

    # Three sequences over shuffled pages of four tokens: one with its last token as query, one with all, one with three.
    page_size, lengths, asking = 4, [9, 6, 11], [1, 6, 3]
    pages = torch.randperm(10)[:8]
    cache = [torch.randn(10, page_size, 2, 12) for _ in range(2)]
    queries, results, used = [], [], 0
    for length, count in zip(lengths, asking):
        own = pages[used:used + math.ceil(length / page_size)]
        used += len(own)
        key, value = [side[own].flatten(0, 1)[:length] for side in cache]
        query = torch.randn(count, 4, 12)
        mask = torch.ones(length, length, dtype=torch.bool).tril()[length - count:]
        queries.append(query)
        results.append(masked_attention(query, key, value, mask, 0.3))
    tensors |= {"paged.query": torch.cat(queries), "paged.keys": cache[0], "paged.values": cache[1],
                "paged.pages": pages, "paged.lengths": torch.tensor(lengths), "paged.asking": torch.tensor(asking),
                "paged.result": torch.cat(results)}

    record(tensors, "rmsNorm", lambda x, w: F.rms_norm(x, (10,), w, 1e-5), torch.randn(5, 10), torch.randn(10))
    record(tensors, "swiGLU", lambda gate, up: F.silu(gate) * up, torch.randn(5, 7) * 3, torch.randn(5, 7))
    angles = torch.randn(5, 6).repeat(1, 2)
    cosine, sine = angles.cos(), angles.sin()
    tensors |= {"rotary.cosine": cosine, "rotary.sine": sine}
    record(tensors, "rotary",
           lambda x: x * cosine[:, None] + torch.cat([-x[..., 6:], x[..., :6]], -1) * sine[:, None],
           torch.randn(5, 3, 12))

    targets, bias = torch.randint(0, 19, (6,)), torch.randn(19)
    targets[targets == 4] = 5
    bias[4] = -math.inf

    def log_probabilities(hidden, weight):
        logits = hidden @ weight.t() / 0.7 + bias
        logs = logits.log_softmax(-1)
        chosen = logs.gather(1, targets[:, None])[:, 0]
        entropy = -(logs.exp() * logs.masked_fill(logs.isinf(), 0)).sum(-1)
        return torch.stack([chosen, entropy])

    tensors |= {"logProbabilities.targets": targets, "logProbabilities.bias": bias}
    record(tensors, "logProbabilities", log_probabilities, torch.randn(6, 8), torch.randn(19, 8))
    write("kernels", tensors)


def optimizers():
    tensors = {}
    matrix, vector = torch.randn(4, 3), torch.randn(5)
    parameters = [torch.nn.Parameter(matrix.clone()), torch.nn.Parameter(vector.clone())]
    groups = [{"params": [parameters[0]], "weight_decay": 0.1}, {"params": [parameters[1]], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.01, betas=(0.9, 0.95), eps=1e-6)
    tensors |= {"start.matrix": matrix, "start.vector": vector}
    for step in range(4):
        gradients = [torch.randn_like(p) for p in parameters]
        optimizer.param_groups[0]["lr"] = optimizer.param_groups[1]["lr"] = 0.01 / (step + 1)
        for name, parameter, gradient in zip(["matrix", "vector"], parameters, gradients):
            tensors[f"gradient{step}.{name}"] = gradient
            parameter.grad = gradient.clone()
        optimizer.step()
        for name, parameter in zip(["matrix", "vector"], parameters):
            tensors[f"after{step}.{name}"] = parameter.detach().clone()

    clipped = [torch.nn.Parameter(torch.zeros(4, 3)), torch.nn.Parameter(torch.zeros(5))]
    for name, parameter in zip(["matrix", "vector"], clipped):
        parameter.grad = torch.randn_like(parameter)
        tensors[f"clip.before.{name}"] = parameter.grad.clone()
    tensors["clip.norm"] = torch.nn.utils.clip_grad_norm_(clipped, 1.5)
    for name, parameter in zip(["matrix", "vector"], clipped):
        tensors[f"clip.after.{name}"] = parameter.grad
    write("optimizers", tensors)


def types():
    """All supported element types of safetensors files, with the values in double precision."""
    numbers = torch.tensor([[0.0, 1.0, -2.5], [65504.0, 6e-5, 3.14159]])
    tensors = {name: numbers.to(dtype) for name, dtype in
               {"float32": torch.float32, "float64": torch.float64, "float16": torch.float16,
                "bfloat16": torch.bfloat16}.items()}
    tensors |= {"int32": torch.tensor([-(2**31), 7]), "int64": torch.tensor([-(2**63), 2**53]),
                "uint8": torch.tensor([0, 255]), "bool": torch.tensor([True, False, True]),
                "scalar": torch.tensor(1.5), "nothing": torch.zeros(0, 3)}
    for name, dtype in {"int32": torch.int32, "uint8": torch.uint8}.items():
        tensors[name] = tensors[name].to(dtype)
    write("types", tensors | {f"{name}.numbers": value.double() for name, value in tensors.items()})


if __name__ == "__main__":
    torch.manual_seed(SEED)
    operations()
    kernels()
    optimizers()
    types()
