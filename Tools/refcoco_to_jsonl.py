#!/usr/bin/env python3
"""Writes the published files of refCOCO, refCOCO+ or refCOCOg as the JSON lines that `deepeyes evaluate` reads.

    Tools/refcoco_to_jsonl.py refcoco output        # refcoco/refs(unc).p, refcoco/instances.json
    Tools/refcoco_to_jsonl.py refcocog output --split-by umd

Each split but `train` becomes a file, `output/refcoco_val.jsonl` and so on, a line for each sentence; put the images of COCO 2014 beside
them as `train2014/`. The pickle is read as data: one that asks for code to be run is refused.
"""

import argparse
import json
import pathlib
import pickle
import sys

SPLITTERS = {"refcoco": "unc", "refcoco+": "unc", "refcocog": "umd"}


class PlainData(pickle.Unpickler):
    """Lists, dictionaries, texts and numbers need no code; a pickle of anything else could run whatever it likes."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is code; references are plain lists and dictionaries")


def read(path, load):
    try:
        with open(path, "rb") as file:
            return load(file)
    except (OSError, ValueError, EOFError, pickle.UnpicklingError) as problem:
        sys.exit(f"{path}: cannot be read ({problem}); see --help for the files that are expected")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, help="folder named after the data set, with refs(...).p and instances.json")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--split-by", help="who divided it: unc, google or umd (default: unc, and umd for refcocog)")
    arguments = parser.parse_args()
    name = arguments.data.resolve().name
    by = arguments.split_by or SPLITTERS.get(name) or parser.error(f"--split-by is needed for {name}")
    # Written by Python 2, whose texts are bytes.
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
