#!/usr/bin/env python3
"""Converts the published files of refCOCO, refCOCO+ or refCOCOg to JSON lines for `deepeyes evaluate`.

    Tools/refcoco_to_jsonl.py refcoco output        # refcoco/refs(unc).p, refcoco/instances.json
    Tools/refcoco_to_jsonl.py refcocog output --split-by umd

Each split except `train` becomes a file such as `output/refcoco_val.jsonl`, with one line per sentence. Put the images of COCO 2014
next to it, in `train2014/`. The pickle is read as data only: a pickle that would run code is refused.
"""

import argparse
import json
import pathlib
import pickle
import sys

SPLITTERS = {"refcoco": "unc", "refcoco+": "unc", "refcocog": "umd"}


class PlainData(pickle.Unpickler):
    """Unpickles only lists, dictionaries, strings and numbers; a pickle of anything else could run arbitrary code."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"it refers to {module}.{name}; only plain lists and dictionaries are allowed")


def read(path, load):
    try:
        with open(path, "rb") as file:
            return load(file)
    except (OSError, ValueError, EOFError, pickle.UnpicklingError) as problem:
        sys.exit(f"{path}: cannot be read ({problem}); see --help for the expected files")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, help="folder named after the dataset, with refs(...).p and instances.json")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--split-by", help="the split's author: unc, google or umd (default: unc; for refcocog: umd)")
    arguments = parser.parse_args()
    name = arguments.data.resolve().name
    by = arguments.split_by or SPLITTERS.get(name) or parser.error(f"--split-by is needed for {name}")
    # Written by Python 2, whose strings are bytes.
    references = read(arguments.data / f"refs({by}).p", lambda file: PlainData(file, encoding="utf-8").load())
    instances = read(arguments.data / "instances.json", json.load)
    images = {image["id"]: image for image in instances["images"]}
    boxes = {annotation["id"]: annotation["bbox"] for annotation in instances["annotations"]}
    splits = {}
    for reference in references:
        image = images[reference["image_id"]]
        left, top, width, height = boxes[reference["ann_id"]]
        for sentence in reference["sentences"]:
            splits.setdefault(reference["split"], []).append({
                "question_id": f"{name}_{reference['split']}_{sentence['sent_id']}", "image": image["file_name"],
                "sent": sentence["sent"], "bbox": [left, top, left + width, top + height],
                "width": image["width"], "height": image["height"]})
    arguments.output.mkdir(parents=True, exist_ok=True)
    for split, rows in sorted(splits.items()):
        if split != "train":
            path = arguments.output / f"{name}_{split}.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
            print(f"{path}: {len(rows)} sentences")


if __name__ == "__main__":
    main()
