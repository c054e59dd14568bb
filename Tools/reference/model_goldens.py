"""Writes the golden files of ModelsTests' Processor, Positions and Model suites with transformers as the reference.

    python Tools/reference/model_goldens.py [--output Tests/ModelsTests/Goldens]

Weights, pixels and token ids are not stored: both sides compute them from the same integer hash (`hashed` below,
`HashedValues` in the tests). The files contain the reference's results, in fp32, on the CPU, with eager attention. The metadata
of each file contains the versions and the seed.
"""

import argparse
import copy
import json
import pathlib

import numpy
import PIL
import torch
import transformers
from PIL import Image
from safetensors.torch import save_file
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil, smart_resize

SEED = 20250714
PROVENANCE = {
    "torch": torch.__version__,
    "transformers": transformers.__version__,
    "numpy": numpy.__version__,
    "pillow": PIL.__version__,
    "seed": str(SEED),
}

IMAGE_TOKEN, VISION_START, VISION_END, VOCABULARY = 300, 301, 302, 320


# ---- values both sides can compute ------------------------------------------------------------------------------


def hashed(name: str, count: int) -> numpy.ndarray:
    """`count` 64-bit words: SplitMix64 from the FNV-1a hash of `name`, started at SEED."""
    state = 0xCBF29CE484222325 ^ SEED
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(state) + (numpy.arange(count, dtype=numpy.uint64) + numpy.uint64(1)) * numpy.uint64(
            0x9E3779B97F4A7C15
        )
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return z ^ (z >> numpy.uint64(31))


def uniform(name: str, count: int) -> numpy.ndarray:
    """fp32 values in [-1, 1), exact, from 24 bits of the hash."""
    return (hashed(name, count) >> numpy.uint64(40)).astype(numpy.float32) / numpy.float32(2**23) - numpy.float32(1)


def weight(name: str, shape) -> torch.Tensor:
    """Norm weights around 1, biases up to 0.1, matrices with unit gain."""
    shape = tuple(shape)
    values = uniform(name, int(numpy.prod(shape)))
    if name.endswith(".bias"):
        values = values * numpy.float32(0.1)
    elif len(shape) == 1:
        values = numpy.float32(1) + values * numpy.float32(0.1)
    else:
        values = values * numpy.float32(numpy.sqrt(3.0 / float(numpy.prod(shape[1:]))))
    return torch.from_numpy(values.reshape(shape))


def picture(name: str, width: int, height: int) -> Image.Image:
    """8-bit RGB: a gradient with noise, so that resizing is tested on smooth and sharp regions."""
    noise = (hashed(name, width * height * 3) >> numpy.uint64(57)).reshape(height, width, 3)
    y, x, c = numpy.meshgrid(numpy.arange(height), numpy.arange(width), numpy.arange(3), indexing="ij")
    pixels = (x * (c + 1) + y * (3 - c)) % 128 + noise.astype(numpy.int64)
    return Image.fromarray(pixels.astype(numpy.uint8))


def text(name: str, count: int) -> list[int]:
    return [int(word % numpy.uint64(IMAGE_TOKEN)) for word in hashed(name, count)]


# ---- processor --------------------------------------------------------------------------------------------------


PICTURES = {
    # name: (width, height, minimum pixels, maximum pixels)
    "first": (81, 137, 56 * 56, 1003520),
    "second": (171, 61, 56 * 56, 1003520),
    "enlarged": (33, 47, 56 * 56, 1003520),
    "reduced": (301, 203, 1000, 8000),
}


def write_processor(output: pathlib.Path) -> None:
    tensors = {}
    for name, (width, height, minimum, maximum) in PICTURES.items():
        processor = Qwen2VLImageProcessorPil(min_pixels=minimum, max_pixels=maximum)
        image = picture(name, width, height)
        values = processor(images=[image], return_tensors="pt")
        t, h, w = values["image_grid_thw"][0].tolist()
        rows = values["pixel_values"].reshape(t * h * w, 3, 2, 14, 14)
        assert torch.equal(rows[:, :, 0], rows[:, :, 1]), "a still image fills both temporal slots alike"
        tensors[f"{name}.grid"] = torch.tensor([t, h, w])
        tensors[f"{name}.patches"] = rows[:, :, 0].reshape(t * h * w, 3 * 14 * 14)
        resized = image.resize((w * 14, h * 14), Image.Resampling.BICUBIC)
        tensors[f"{name}.resized"] = torch.from_numpy(numpy.array(resized))
    save_file({k: v.contiguous() for k, v in tensors.items()}, output / "processor.safetensors", PROVENANCE)


def write_sizes(output: pathlib.Path) -> None:
    """All rounding cases: halves (banker's rounding), limits, thin images, large photographs."""
    sizes = [(w, h) for w in (1, 13, 14, 15, 42, 70, 98, 126, 154, 1000) for h in (5, 14, 27, 42, 70, 98, 126, 154)]
    sizes += [(870, 1398), (4032, 3024), (3584, 2240), (28, 5600), (5600, 28), (11, 2200), (200, 1), (12000, 9000)]
    words = hashed("sizes", 400)
    sizes += [(int(a % 5000) + 1, int(b % 5000) + 1) for a, b in zip(words[::2], words[1::2])]
    cases = []
    for minimum, maximum in ((3136, 1003520), (12544, 12544), (200704, 12845056)):
        for width, height in sizes:
            try:
                h, w = smart_resize(height, width, 28, minimum, maximum)
            except ValueError:
                h, w = 0, 0
            cases.append([width, height, minimum, maximum, w, h])
    document = {"provenance": PROVENANCE, "columns": "width height minimum maximum resizedWidth resizedHeight"}
    document["cases"] = cases
    (output / "sizes.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


# ---- positions --------------------------------------------------------------------------------------------------


LAYOUTS = {
    # An integer is a span of text; a pair is the merged (height, width) of an image.
    "text": [7],
    "one image": [3, (4, 6), 5],
    "image first": [1, (2, 2), 2],
    "interleaved": [4, (5, 3), 2, (2, 6), 3, (1, 1), 9],
    "tall and wide": [2, (9, 1), 2, (1, 11), 2],
    "ends with an image": [6, (3, 3), 1, (7, 2)],
}


def layout_ids(runs):
    ids, types, grids = [], [], []
    for index, run in enumerate(runs):
        if isinstance(run, int):
            ids += text(f"layout {index}", run)
            types += [0] * run
        else:
            h, w = run
            ids += [IMAGE_TOKEN] * (h * w)
            types += [1] * (h * w)
            grids.append([1, 2 * h, 2 * w])
    return torch.tensor([ids]), torch.tensor([types]), torch.tensor(grids) if grids else None


def write_positions(model, output: pathlib.Path) -> None:
    layouts = []
    for name, runs in LAYOUTS.items():
        ids, types, grids = layout_ids(runs)
        positions, delta = model.model.get_rope_index(ids, mm_token_type_ids=types, image_grid_thw=grids)
        layouts.append(
            {
                "name": name,
                "runs": [[run] if isinstance(run, int) else list(run) for run in runs],
                "positions": positions[:, 0].tolist(),
                "next": int(delta[0, 0]) + ids.shape[1],
            }
        )
    document = {"provenance": PROVENANCE, "layouts": layouts}
    (output / "positions.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


# ---- model ------------------------------------------------------------------------------------------------------


def tiny_configuration(tied: bool) -> Qwen2_5_VLConfig:
    return Qwen2_5_VLConfig(
        text_config=dict(
            vocab_size=VOCABULARY,
            hidden_size=80,
            intermediate_size=72,
            num_hidden_layers=4,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=512,
            rms_norm_eps=1e-6,
            rope_parameters=dict(rope_type="default", rope_theta=10000.0, mrope_section=[4, 3, 3]),
            bos_token_id=303,
            eos_token_id=304,
        ),
        vision_config=dict(
            depth=4,
            hidden_size=64,
            intermediate_size=72,
            num_heads=4,
            out_hidden_size=80,
            window_size=112,
            fullatt_block_indexes=[2],
        ),
        tie_word_embeddings=tied,
        image_token_id=IMAGE_TOKEN,
        video_token_id=305,
        vision_start_token_id=VISION_START,
        vision_end_token_id=VISION_END,
    )


def checkpoint_name(name: str) -> str:
    """The name of a parameter in checkpoints on the hub."""
    return name.replace("model.visual.", "visual.").replace("model.language_model.", "model.")


def tiny_model(tied: bool) -> Qwen2_5_VLForConditionalGeneration:
    model = Qwen2_5_VLForConditionalGeneration._from_config(tiny_configuration(tied), attn_implementation="eager")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weight(checkpoint_name(name), parameter.shape))
    return model.eval()


def conversation():
    """Text, an image, text, another image, text; the loss mask covers two spans of text."""
    grids = {"first": (10, 6), "second": (4, 12)}
    ids, types, mask = [], [], []

    def add(tokens, kind, masked):
        ids.extend(tokens)
        types.extend([kind] * len(tokens))
        mask.extend([masked] * len(tokens))

    def add_image(name):
        add([VISION_START], 0, 0)
        add([IMAGE_TOKEN] * (grids[name][0] * grids[name][1] // 4), 1, 0)
        add([VISION_END], 0, 0)

    add(text("opening", 6), 0, 0)
    add_image("first")
    add(text("question", 7), 0, 0)
    add(text("thought", 9), 0, 1)
    add_image("second")
    add(text("answer", 11), 0, 1)
    return ids, types, mask, grids


def write_model(output: pathlib.Path) -> None:
    model = tiny_model(tied=True)
    ids, types, mask, grids = conversation()
    processor = Qwen2VLImageProcessorPil()
    pictures = [picture(name, *PICTURES[name][:2]) for name in grids]
    images = processor(images=pictures, return_tensors="pt")
    assert images["image_grid_thw"].tolist() == [[1, *grid] for grid in grids.values()]
    inputs = dict(
        input_ids=torch.tensor([ids]),
        mm_token_type_ids=torch.tensor([types]),
        pixel_values=images["pixel_values"],
        image_grid_thw=images["image_grid_thw"],
    )
    golden = {"tokens": torch.tensor(ids), "mask": torch.tensor(mask), "grids": images["image_grid_thw"]}

    hooks = []

    def record(name):
        def hook(_module, _inputs, result):
            golden[name] = (result[0] if isinstance(result, tuple) else result).detach().reshape(
                -1, result.shape[-1]
            )

        return hook

    visual, language = model.model.visual, model.model.language_model
    for index, block in enumerate(visual.blocks):
        hooks.append(block.register_forward_hook(record(f"vision.block.{index}")))
    for index, layer in enumerate(language.layers):
        hooks.append(layer.register_forward_hook(record(f"text.layer.{index}")))
    hooks.append(language.norm.register_forward_hook(record("text.norm")))

    result = model(**inputs)
    for hook in hooks:
        hook.remove()
    golden["vision.merged"] = visual(images["pixel_values"], grid_thw=images["image_grid_thw"]).pooler_output.detach()
    golden["positions"] = model.model.get_rope_index(
        inputs["input_ids"], inputs["mm_token_type_ids"], inputs["image_grid_thw"]
    )[0][:, 0]
    logits = result.logits[0]
    golden["logits"] = logits.detach()

    # A token with a loss is predicted at the position before it.
    places = torch.tensor([i for i, set_ in enumerate(mask) if set_])
    log_probabilities = logits[places - 1].log_softmax(-1)
    chosen = log_probabilities.gather(1, torch.tensor(ids)[places, None])[:, 0]
    golden["logProbabilities"] = chosen.detach()
    golden["entropies"] = -(log_probabilities.exp() * log_probabilities).sum(-1).detach()
    loss = -chosen.mean()
    golden["loss"] = loss.detach().reshape(1)
    loss.backward()
    for name, parameter in model.named_parameters():
        golden[f"gradient.{checkpoint_name(name)}"] = parameter.grad

    with torch.no_grad():
        golden["logits.untied"] = tiny_model(tied=False)(**inputs).logits[0]

    save_file({k: v.contiguous() for k, v in golden.items()}, output / "model.safetensors", PROVENANCE)


def write_configurations(output: pathlib.Path) -> None:
    """The same model in both formats of config.json: nested as in transformers 5, flat as on the hub."""
    nested = tiny_configuration(tied=True).to_dict()
    nested["architectures"] = ["Qwen2_5_VLForConditionalGeneration"]
    flat = {key: value for key, value in nested.items() if key not in ("text_config", "vision_config")}
    left_out = ("model_type", "rope_parameters", "layer_types", "pad_token_id", "sliding_window")
    flat |= {key: value for key, value in nested["text_config"].items() if key not in left_out}
    rope = nested["text_config"]["rope_parameters"]
    flat |= {
        "rope_theta": rope["rope_theta"],
        "rope_scaling": {"type": "mrope", "mrope_section": rope["mrope_section"]},
        "sliding_window": 512,
        "torch_dtype": "float32",
        "vision_config": {
            ("in_chans" if key == "in_channels" else key): value
            for key, value in nested["vision_config"].items()
            if key not in ("model_type", "rope_parameters", "initializer_range")
        },
    }
    flat.pop("dtype", None)
    reread = Qwen2_5_VLConfig(**copy.deepcopy(flat))  # it modifies its argument
    assert reread.text_config.rope_parameters["mrope_section"] == rope["mrope_section"]
    assert reread.text_config.hidden_size == nested["text_config"]["hidden_size"]
    for name, document in (("nested", nested), ("flat", flat)):
        (output / f"config-{name}.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default="Tests/ModelsTests/Goldens")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    write_configurations(output)
    write_sizes(output)
    write_processor(output)
    write_positions(tiny_model(tied=True), output)
    write_model(output)
    for path in sorted(output.iterdir()):
        print(f"{path.stat().st_size:>9}  {path.name}")


if __name__ == "__main__":
    main()
