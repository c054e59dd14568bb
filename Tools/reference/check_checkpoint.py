"""Checks a checkpoint written by this project with transformers.

    python Tools/reference/check_checkpoint.py DIRECTORY
    python Tools/reference/check_checkpoint.py DIRECTORY --ours FOLDER/transcripts.json [--transcripts 50]

Both forms load the directory and fail if a weight is missing, unexpected or of the wrong shape. An adapter (LoRA) is loaded by peft
onto its base.

The second form also checks the output of `deepeyes transcripts`, a list of

    {"tokens": [token ids], "generated": [0 or 1 for each token], "images": ["0-0.png", "0-1.png"]}

where `tokens` is a whole conversation with one placeholder for each image token, `generated` marks the model's tokens, and
`images` are the image files in the same folder before resizing, in the order of their placeholders. transformers processes
the images and computes the logits of each conversation. Each generated token must have the largest logit, or one within
`--tolerance` of it, because fp32 sums in another order may swap the two. The output is the number of conversations that agree,
and the first differences of the others. `Tools/check_parity` runs both steps.
"""

import argparse
import json
import pathlib
import sys

import torch
from PIL import Image
from transformers import Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

def base_of(directory: pathlib.Path) -> pathlib.Path | None:
    """The folder of the base, if the directory holds an adapter."""
    file = directory / "adapter_config.json"
    return pathlib.Path(json.loads(file.read_text())["base_model_name_or_path"]) if file.is_file() else None


def load_adapter(directory: pathlib.Path, base: pathlib.Path):
    from peft import PeftModel
    from peft.utils import load_peft_weights

    model = PeftModel.from_pretrained(load(base), directory)
    loaded = {name for name, _ in model.named_parameters() if ".lora_" in name}
    stored = {name.replace(".weight", ".default.weight") for name in load_peft_weights(directory)}
    if loaded != stored:
        sys.exit(f"{directory}: peft expects other tensors: {sorted(loaded ^ stored)[:3]}")
    print(f"{directory}: {len(stored)} tensors of an adapter, none missing or left over")
    return model.eval().base_model.model


def load(directory: pathlib.Path):
    base = base_of(directory)
    if base:
        return load_adapter(directory, base)
    model, report = Qwen2_5_VLForConditionalGeneration.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="sdpa", output_loading_info=True
    )
    faults = {name: sorted(map(str, keys)) for name, keys in report.items() if keys}
    if faults:
        sys.exit(f"{directory}: the weights do not fit the configuration: {faults}")
    count = sum(parameter.numel() for parameter in model.parameters())
    print(f"{directory}: {count:,} parameters, none missing or left over")
    return model.eval()


@torch.no_grad()
def shortfalls(model, processor, entry: dict, folder: pathlib.Path) -> list[tuple[int, float]]:
    """The index of each generated token, with the difference between the largest logit and its own."""
    ids = torch.tensor([entry["tokens"]])
    inputs = {"input_ids": ids, "mm_token_type_ids": (ids == model.config.image_token_id).int()}
    if entry["images"]:
        images = [Image.open(folder / name).convert("RGB") for name in entry["images"]]
        inputs |= processor(images=images, return_tensors="pt")
    model.model.rope_deltas = None
    logits = model(**inputs).logits[0]
    positions = torch.tensor(entry["generated"]).nonzero()[:, 0]
    before = logits[positions - 1]
    chosen = before.gather(1, ids[0, positions][:, None])[:, 0]
    return list(zip(positions.tolist(), (before.max(1).values - chosen).tolist()))


def compare(model, processor, path: pathlib.Path, wanted: int, tolerance: float) -> bool:
    entries = json.loads(path.read_text())
    if len(entries) < wanted:
        print(f"{path}: {len(entries)} transcripts; --transcripts asks for {wanted}")
        return False
    agreeing = exact = tokens = images = several = calling = 0
    for index, entry in enumerate(entries):
        gaps = shortfalls(model, processor, entry, path.parent)
        tokens += len(gaps)
        images += len(entry["images"])
        several += len(entry["images"]) > 1
        # A turn of the model begins at a generated token that follows a token that is not generated.
        calling += sum(now > before for before, now in zip(entry["generated"], entry["generated"][1:])) > 1
        exact += all(gap == 0 for _, gap in gaps)
        apart = [(position, gap) for position, gap in gaps if gap > tolerance]
        agreeing += bool(gaps) and not apart
        if apart:
            position, gap = apart[0]
            print(f"transcript {index}: token {position} ({entry['tokens'][position]}) is {gap:.2e} below the largest logit")
    print(
        f"{agreeing} of {len(entries)} transcripts agree, {exact} of them exactly: {tokens} generated tokens, "
        f"{images} images; {several} transcripts have several images, {calling} have several turns of the model"
    )
    return agreeing == len(entries)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--ours", type=pathlib.Path, help="the JSON file of transcripts to compare")
    parser.add_argument("--transcripts", type=int, default=50, help="minimum number of transcripts")
    parser.add_argument("--tolerance", type=float, default=1e-3)
    arguments = parser.parse_args()
    model = load(arguments.directory)
    processor = Qwen2VLImageProcessorPil.from_pretrained(base_of(arguments.directory) or arguments.directory)
    if arguments.ours and not compare(
        model, processor, arguments.ours, arguments.transcripts, arguments.tolerance
    ):
        sys.exit(1)


if __name__ == "__main__":
    main()
