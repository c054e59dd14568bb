#!/usr/bin/env python3
"""Converts the questions of the PyPI package easy-vqa to JSONL for `deepeyes train`.

    pip download --no-deps easy-vqa && unzip easy_vqa-*.whl
    Tools/easy_vqa_to_jsonl.py easy_vqa/data/train train.jsonl

Image paths are written relative to the JSONL file's folder.
"""

import argparse
import json
import os
import pathlib


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, help="folder with questions.json and images/")
    parser.add_argument("output", type=pathlib.Path)
    arguments = parser.parse_args()
    questions = json.loads((arguments.data / "questions.json").read_text())
    images = os.path.relpath((arguments.data / "images").resolve(), arguments.output.resolve().parent)
    with open(arguments.output, "w") as file:
        for question, answer, image in questions:
            kind = "existence" if answer in ("yes", "no") else "shape" if "shape" in question else "colour"
            content = [
                {"type": "image_url", "image_url": {"url": f"{images}/{image}.png"}},
                {"type": "text", "text": question[0].upper() + question[1:]},
            ]
            row = {"messages": [{"role": "user", "content": content}], "answer": answer, "kind": f"easy-vqa {kind}"}
            file.write(json.dumps(row) + "\n")
    print(f"{arguments.output}: {len(questions)} questions")


if __name__ == "__main__":
    main()
