"""Writes a Parquet file of any size in the schema of the published DeepEyes data, with bad rows.

    pip install pyarrow==26.0.1 pillow==13.0.0 numpy==2.4.6
    python Tools/reference/make_deepeyes_parquet.py big.parquet --bytes 2e9

Images are incompressible noise with a coloured square; the questions ask for its colour. They are uncompressed PNG files of
3 MB, which are fast to write. Rows use a few images of each colour. Of every 50 rows, one has a truncated image and one has no
answer. The numbers of these rows, from 1, are printed as `damaged: …` and `unanswered: …`.
"""

import argparse
import io

import numpy
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

COLOURS = {"red": (200, 30, 30), "green": (20, 160, 60), "blue": (40, 70, 210), "yellow": (230, 210, 40)}
SIDE = 1024
PICTURES_PER_COLOUR = 8
SYSTEM = "You are a helpful assistant.\n\n# Tools\n<tools>\n{\"name\": \"image_zoom_in_tool\"}\n</tools>"
SCHEMA = pa.schema([
    ("data_source", pa.string()),
    ("prompt", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
    ("images", pa.list_(pa.struct([("bytes", pa.binary()), ("path", pa.string())]))),
    ("ability", pa.string()), ("env_name", pa.string()),
    ("reward_model", pa.struct([("style", pa.string()), ("ground_truth", pa.string())])),
    ("extra_info", pa.struct([("question", pa.string()), ("answer", pa.string()), ("id", pa.int64())])),
])


def image(noise, random, colour):
    pixels = numpy.roll(noise, tuple(random.integers(0, SIDE, 2)), (0, 1))
    left, top = random.integers(0, SIDE - 200, 2)
    pixels[top:top + 200, left:left + 200] = COLOURS[colour]
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=0)
    return file.getvalue()


def row(index, pictures, random):
    colour = list(COLOURS)[random.integers(len(COLOURS))]
    bytes_ = pictures[colour][random.integers(PICTURES_PER_COLOUR)]
    damaged, unanswered = index % 50 == 17, index % 50 == 33
    question = "What colour is the square?"
    return {
        "data_source": "vstar" if index % 2 else "chart",
        "prompt": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "<image>\n" + question}],
        "images": [{"bytes": bytes_[: len(bytes_) // 2] if damaged else bytes_, "path": None}],
        "ability": "vl_chat", "env_name": "visual_toolbox_v2" if index % 4 else None,
        "reward_model": {"style": "model", "ground_truth": None if unanswered else colour},
        "extra_info": None if unanswered or index % 3 else {"question": question, "answer": colour, "id": index},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--bytes", type=float, default=2e9, help="of images")
    parser.add_argument("--rows-per-group", type=int, default=100, help="0 for one row group")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = numpy.random.default_rng(options.seed)
    noise = random.integers(0, 256, (SIDE, SIDE, 3), dtype=numpy.uint8)
    pictures = {colour: [image(noise, random, colour) for _ in range(PICTURES_PER_COLOUR)] for colour in COLOURS}
    index, size, rows = 0, 0, []
    with pq.ParquetWriter(options.file, SCHEMA, compression="snappy", use_dictionary=["data_source"]) as writer:
        while size < options.bytes or rows:
            if size < options.bytes:
                rows.append(row(index, pictures, random))
                size += len(rows[-1]["images"][0]["bytes"])
                index += 1
            if len(rows) == options.rows_per_group or size >= options.bytes:
                writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))
                rows = []
    print(f"rows: {index}")
    print("damaged:", *range(18, index + 1, 50))
    print("unanswered:", *range(34, index + 1, 50))


if __name__ == "__main__":
    main()
