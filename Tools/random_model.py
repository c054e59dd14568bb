#!/usr/bin/env python3
"""Writes a checkpoint in the shape of a released Qwen2.5-VL, in bfloat16, with random weights and nano's tokenizer.

    python3 Tools/random_model.py 3b FOLDER

3b takes 7.5 GB of disk, 7b 16.6 GB. For measuring memory and speed: what such a model writes means nothing.
"""

import argparse
import json
import math
import os
import pathlib
import shutil
import struct

NANO = pathlib.Path(__file__).resolve().parent.parent / "Models/nano-base"
VISION = {"depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16,
          "fullatt_block_indexes": [7, 15, 23, 31]}
COMMON = {"max_position_embeddings": 128_000, "rope_theta": 1_000_000.0, "torch_dtype": "bfloat16",
          "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}}
SHAPES = {
    "3b": COMMON | {"hidden_size": 2048, "intermediate_size": 11_008, "num_hidden_layers": 36, "num_attention_heads": 16,
                    "num_key_value_heads": 2, "vocab_size": 151_936, "tie_word_embeddings": True},
    "7b": COMMON | {"hidden_size": 3584, "intermediate_size": 18_944, "num_hidden_layers": 28, "num_attention_heads": 28,
                    "num_key_value_heads": 4, "vocab_size": 152_064, "tie_word_embeddings": False},
}


def tensors(text):
    """Names and shapes of the tensors of the checkpoint."""
    width, inner, layers, vocabulary = (text[key] for key in ("hidden_size", "intermediate_size", "num_hidden_layers", "vocab_size"))
    keys = text["num_key_value_heads"] * width // text["num_attention_heads"]
    seen, hidden = VISION["hidden_size"], VISION["intermediate_size"]

    def linear(name, out, into, bias=True):
        yield f"{name}.weight", [out, into]
        if bias:
            yield f"{name}.bias", [out]

    yield "visual.patch_embed.proj.weight", [seen, 3, 2, 14, 14]
    for block in (f"visual.blocks.{index}" for index in range(VISION["depth"])):
        yield f"{block}.norm1.weight", [seen]
        yield f"{block}.norm2.weight", [seen]
        yield from linear(f"{block}.attn.qkv", 3 * seen, seen)
        yield from linear(f"{block}.attn.proj", seen, seen)
        yield from linear(f"{block}.mlp.gate_proj", hidden, seen)
        yield from linear(f"{block}.mlp.up_proj", hidden, seen)
        yield from linear(f"{block}.mlp.down_proj", seen, hidden)
    yield "visual.merger.ln_q.weight", [seen]
    yield from linear("visual.merger.mlp.0", 4 * seen, 4 * seen)
    yield from linear("visual.merger.mlp.2", width, 4 * seen)
    yield "model.embed_tokens.weight", [vocabulary, width]
    for layer in (f"model.layers.{index}" for index in range(layers)):
        yield f"{layer}.input_layernorm.weight", [width]
        yield f"{layer}.post_attention_layernorm.weight", [width]
        yield from linear(f"{layer}.self_attn.q_proj", width, width)
        yield from linear(f"{layer}.self_attn.k_proj", keys, width)
        yield from linear(f"{layer}.self_attn.v_proj", keys, width)
        yield from linear(f"{layer}.self_attn.o_proj", width, width, bias=False)
        yield from linear(f"{layer}.mlp.gate_proj", inner, width, bias=False)
        yield from linear(f"{layer}.mlp.up_proj", inner, width, bias=False)
        yield from linear(f"{layer}.mlp.down_proj", width, inner, bias=False)
    yield "model.norm.weight", [width]
    if not text["tie_word_embeddings"]:
        yield "lm_head.weight", [vocabulary, width]


def write(shape, folder):
    """Writes the checkpoint: norms of 1, everything else plus or minus 0.008 to 0.016."""
    text = SHAPES[shape]
    folder.mkdir(parents=True, exist_ok=True)
    for file in NANO.iterdir():
        if file.suffix not in (".safetensors", ".md"):
            shutil.copy(file, folder)
    config = json.loads((NANO / "config.json").read_text()) | text
    config["vision_config"] |= VISION | {"out_hidden_size": text["hidden_size"]}
    (folder / "config.json").write_text(json.dumps(config))
    processor = json.loads((NANO / "preprocessor_config.json").read_text())
    processor |= {"min_pixels": 3136, "max_pixels": 1003520, "size": {"shortest_edge": 3136, "longest_edge": 1003520}}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    header, end = {}, 0
    for name, sizes in tensors(text):
        count = 2 * math.prod(sizes)
        header[name] = {"dtype": "BF16", "shape": sizes, "data_offsets": [end, end + count]}
        end += count
    noise = bytearray(os.urandom(32 << 20))
    # The high byte of a bfloat16 holds the sign and most of the exponent.
    noise[1::2] = bytes(0x3C | (byte & 0x80) for byte in noise[1::2])
    encoded = json.dumps(header).encode()
    encoded += b" " * (-len(encoded) % 8)
    with open(folder / "model.partial", "wb") as file:
        file.write(struct.pack("<Q", len(encoded)) + encoded)
        for number, (name, entry) in enumerate(header.items()):
            start, end = entry["data_offsets"]
            left = end - start
            if "norm" in name or "ln_q" in name:
                file.write(b"\x80\x3f" * (left // 2))
                continue
            # Each tensor starts elsewhere in the noise.
            position = 2 * (number * 7919 % (len(noise) // 2))
            while left > 0:
                part = noise[position : position + left]
                file.write(part)
                left -= len(part)
                position = 0
    os.rename(folder / "model.partial", folder / "model.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    write(arguments.shape, arguments.folder)


if __name__ == "__main__":
    main()
