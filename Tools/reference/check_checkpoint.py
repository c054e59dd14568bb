"""Checks a checkpoint directory written by this project against transformers.

    python Tools/reference/check_checkpoint.py DIRECTORY
    python Tools/reference/check_checkpoint.py DIRECTORY --write-prompts FOLDER [--prompts 50]
    python Tools/reference/check_checkpoint.py DIRECTORY --ours FOLDER/tokens.json [--prompts 50]

The first form loads the directory and fails if a weight is missing, left over or of the wrong shape.

The second writes FOLDER/prompts.json, a list of

    {"question": "...", "images": ["0.png", ...]}

with the images beside it; file names are relative to the JSON file. Answer each greedily, then write a list of

    {"prompt": [token ids], "images": ["0.png", ...], "generated": [token ids]}

where `prompt` holds one image placeholder for every image token, and `images` are the files in the order of their
placeholders (any list in this form will do, not only answers to prompts.json).

The third form computes each sequence with transformers and demands that every generated token is the one
transformers would have chosen, or that its logit is within `--tolerance` of that one's: fp32 sums in another order
may swap tokens that are that close. It prints how many sequences agree and where the others part.
"""

import argparse
import json
import pathlib
import random
import sys

import torch
from PIL import Image, ImageDraw
from transformers import Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")
QUESTIONS = (
    "What colour is the largest object?",
    "List all objects.",
    "Is there a red circle?",
    "Where is the blue square?",
    "Describe the image.",
)


def load(directory: pathlib.Path):
    model, report = Qwen2_5_VLForConditionalGeneration.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="sdpa", output_loading_info=True
    )
    faults = {name: sorted(map(str, keys)) for name, keys in report.items() if keys}
    if faults:
        sys.exit(f"{directory}: the weights do not fit the configuration: {faults}")
    count = sum(parameter.numel() for parameter in model.parameters())
    print(f"{directory}: {count:,} parameters, none missing or left over")
    return model.eval()


def write_prompts(folder: pathlib.Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    prompts = []
    for index in range(count):
        draw = random.Random(index)
        size = draw.randint(60, 600), draw.randint(60, 600)
        image = Image.new("RGB", size, "white")
        canvas = ImageDraw.Draw(image)
        for _ in range(draw.randint(1, 6)):
            x, y = draw.randrange(size[0]), draw.randrange(size[1])
            shape = draw.choice((canvas.ellipse, canvas.rectangle))
            shape((x, y, x + draw.randint(10, 90), y + draw.randint(10, 90)), fill=draw.choice(COLOURS))
        image.save(folder / f"{index}.png")
        prompts.append({"question": draw.choice(QUESTIONS), "images": [f"{index}.png"]})
    (folder / "prompts.json").write_text(json.dumps(prompts, indent=1) + "\n")
    print(f"{folder / 'prompts.json'}: {count} prompts")


@torch.no_grad()
def shortfalls(model, processor, entry: dict, folder: pathlib.Path) -> list[float]:
    """How far the logit of each generated token is below the largest."""
    ids = torch.tensor([entry["prompt"] + entry["generated"]])
    inputs = {"input_ids": ids, "mm_token_type_ids": (ids == model.config.image_token_id).int()}
    if entry["images"]:
        images = [Image.open(folder / name).convert("RGB") for name in entry["images"]]
        inputs |= processor(images=images, return_tensors="pt")
    model.model.rope_deltas = None
    logits = model(**inputs).logits[0, len(entry["prompt"]) - 1 : -1]
    chosen = logits.gather(1, torch.tensor(entry["generated"])[:, None])[:, 0]
    return (logits.max(1).values - chosen).tolist()


def compare(model, processor, path: pathlib.Path, wanted: int, tolerance: float) -> bool:
    entries = json.loads(path.read_text())
    if len(entries) < wanted:
        print(f"{path}: {len(entries)} sequences; --prompts asks for {wanted}")
        return False
    agreeing = exact = tokens = 0
    for index, entry in enumerate(entries):
        gaps = shortfalls(model, processor, entry, path.parent)
        tokens += len(gaps)
        exact += max(gaps, default=0) == 0
        apart = [(place, gap) for place, gap in enumerate(gaps) if gap > tolerance]
        agreeing += not apart
        if apart:
            place, gap = apart[0]
            print(f"sequence {index}: token {place} ({entry['generated'][place]}) is {gap:.2e} below the best")
    print(f"{agreeing} of {len(entries)} sequences agree, {exact} of them exactly ({tokens} tokens)")
    return agreeing == len(entries)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--ours", type=pathlib.Path, help="the JSON file of sequences to compare")
    parser.add_argument("--write-prompts", type=pathlib.Path, help="the folder for prompts.json and its images")
    parser.add_argument("--prompts", type=int, default=50, help="how many to write, or the fewest to accept")
    parser.add_argument("--tolerance", type=float, default=1e-3)
    arguments = parser.parse_args()
    if arguments.write_prompts:
        write_prompts(arguments.write_prompts, arguments.prompts)
        return
    model = load(arguments.directory)
    processor = Qwen2VLImageProcessorPil.from_pretrained(arguments.directory)
    if arguments.ours and not compare(
        model, processor, arguments.ours, arguments.prompts, arguments.tolerance
    ):
        sys.exit(1)


if __name__ == "__main__":
    main()
