"""Writes a Qwen2.5-VL of about 40 M parameters with random weights, for figures beyond the nano model's.

    python Benchmarks/random_model.py Models/nano-base FOLDER

Tokenizer, chat format and token ids are those of the folder given first; images have up to 336 x 336 pixels.
"""

import json
import pathlib
import shutil
import sys
import tempfile

import torch
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

TEXT = {
    "hidden_size": 512,
    "intermediate_size": 1536,
    "num_hidden_layers": 8,
    "max_window_layers": 8,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "rope_scaling": {"type": "mrope", "mrope_section": [8, 12, 12]},
}
VISION = {
    "depth": 8,
    "hidden_size": 384,
    "intermediate_size": 1024,
    "num_heads": 6,
    "out_hidden_size": 512,
    "fullatt_block_indexes": [3, 7],
}


def edit(path: pathlib.Path, change) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content, indent=2) + "\n")


def main() -> None:
    base, folder = map(pathlib.Path, sys.argv[1:])
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        draft = pathlib.Path(temporary) / "model"
        shutil.copytree(base, draft, ignore=shutil.ignore_patterns("*.safetensors", "*.md"))
        edit(draft / "config.json", lambda config: (config.update(TEXT), config["vision_config"].update(VISION)))
        edit(
            draft / "preprocessor_config.json",
            lambda processor: processor.update(min_pixels=56 * 56, max_pixels=336 * 336),
        )
        torch.manual_seed(1)
        model = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig.from_pretrained(draft))
        model.save_pretrained(pathlib.Path(temporary) / "weights")
        shutil.move(pathlib.Path(temporary) / "weights" / "model.safetensors", draft)
        draft.rename(folder)
    print(f"{folder}: {sum(parameter.numel() for parameter in model.parameters()):,} parameters")


if __name__ == "__main__":
    main()
