"""Writes a folder of questions about drawn images, for both sides of the comparison.

    python prompts.py FOLDER COUNT

FOLDER/prompts.json is a list of {"question": …, "images": [file names]}; the images lie beside it.
"""

import json
import pathlib
import random
import sys

from PIL import Image, ImageDraw

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")
QUESTIONS = (
    "What colour is the largest object?",
    "List all objects.",
    "Is there a red circle?",
    "Where is the blue square?",
    "Describe the image.",
)


def write(folder: pathlib.Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    prompts = []
    for index in range(count):
        draw = random.Random(index)
        width, height = draw.randint(60, 600), draw.randint(60, 600)
        image = Image.new("RGB", (width, height), "white")
        canvas = ImageDraw.Draw(image)
        for _ in range(draw.randint(1, 6)):
            x, y = draw.randrange(width), draw.randrange(height)
            shape = draw.choice((canvas.ellipse, canvas.rectangle))
            shape((x, y, x + draw.randint(10, 90), y + draw.randint(10, 90)), fill=draw.choice(COLOURS))
        image.save(folder / f"{index}.png")
        prompts.append({"question": draw.choice(QUESTIONS), "images": [f"{index}.png"]})
    (folder / "prompts.json").write_text(json.dumps(prompts, indent=1) + "\n")


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
