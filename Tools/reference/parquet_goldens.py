"""Writes the golden files of Tests/ParquetTests and Tests/TasksTests: Parquet files written by pyarrow.

    pip install pyarrow==26.0.1 pillow==13.0.0
    python Tools/reference/parquet_goldens.py Tests

`types-*.parquet` contain every type of column with nulls, in row groups of two rows; `types.json` contains the expected values.
`published-*.parquet` contain questions in the schema of the DeepEyes data, valid and bad rows.
"""

import datetime
import decimal
import io
import json
import pathlib
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

#: Name → (type, three values for pyarrow, the values in types.json if they differ).
TYPES = {
    "boolean": (pa.bool_(), [True, None, False], None),
    "int8": (pa.int8(), [-128, None, 127], None),
    "int16": (pa.int16(), [-300, None, 300], None),
    "int32": (pa.int32(), [-70000, None, 70000], None),
    "int64": (pa.int64(), [-(2**62), None, 2**62], None),
    "uint8": (pa.uint8(), [0, None, 255], None),
    "uint16": (pa.uint16(), [0, None, 65535], None),
    "uint32": (pa.uint32(), [0, None, 2**32 - 1], None),
    "uint64": (pa.uint64(), [1, None, 2**63], [1, None, float(2**63)]),
    "float": (pa.float32(), [0.5, None, -1.25], None),
    "double": (pa.float64(), [0.1, None, -1e300], None),
    "string": (pa.string(), ["", None, "grüße 👋"], None),
    "large_string": (pa.large_string(), ["a", None, "b" * 20], None),
    "string_view": (pa.string_view(), ["short", None, "longer than twelve bytes"], None),
    "binary": (pa.binary(), [b"\x00\xff", None, b""], [[0, 255], None, []]),
    "large_binary": (pa.large_binary(), [b"\x01", None, b"\x02"], [[1], None, [2]]),
    "fixed_binary": (pa.binary(2), [b"ab", None, b"cd"], [[97, 98], None, [99, 100]]),
    "dictionary": (pa.dictionary(pa.int32(), pa.string()), ["red", None, "red"], None),
    "list": (pa.list_(pa.string()), [["a", None], None, []], None),
    "large_list": (pa.large_list(pa.int64()), [[1, 2], None, [3]], None),
    "fixed_list": (pa.list_(pa.float64(), 2), [[0.5, 1.5], None, [2.5, None]], None),
    "nested": (
        pa.list_(pa.struct([("bytes", pa.binary()), ("path", pa.string()), ("boxes", pa.list_(pa.list_(pa.int64())))])),
        [[{"bytes": b"x", "path": None, "boxes": [[1], []]}], None, [None, {"bytes": None, "path": "p", "boxes": None}]],
        [[{"bytes": [120], "path": None, "boxes": [[1], []]}], None, [None, {"bytes": None, "path": "p", "boxes": None}]],
    ),
    "structure": (pa.struct([("a", pa.int64()), ("b", pa.string())]), [{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}], None),
    "map": (
        pa.map_(pa.string(), pa.int64()), [[("k", 1)], None, []], [[{"key": "k", "value": 1}], None, []],
    ),
    "date": (pa.date32(), [datetime.date(1970, 1, 2), None, datetime.date(1970, 1, 1)], [1, None, 0]),
    "timestamp": (
        pa.timestamp("us"), [datetime.datetime(1970, 1, 1, 0, 0, 1), None, datetime.datetime(1970, 1, 1)], [1000000, None, 0],
    ),
    "decimal": (
        pa.decimal128(10, 2), [decimal.Decimal("1.25"), None, decimal.Decimal("2.50")], ["d:10,2", None, "d:10,2"],
    ),
    "nothing": (pa.null(), [None, None, None], None),
}

MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
PUBLISHED = pa.schema([
    ("data_source", pa.dictionary(pa.int32(), pa.string())), ("prompt", pa.list_(MESSAGE)), ("images", pa.list_(IMAGE)),
    ("ability", pa.string()), ("env_name", pa.string()),
    ("reward_model", pa.struct([("style", pa.string()), ("ground_truth", pa.string())])),
    ("extra_info", pa.struct([("question", pa.string()), ("answer", pa.string()), ("id", pa.int64())])),
])


def picture(width, height, shade):
    file = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 255 - shade, 90)).save(file, "JPEG", quality=80)
    return file.getvalue()


def row(question, answer, *, source="vstar", env="visual_toolbox_v2", images=None, system="", extra=None, **changes):
    """A row of the published files; `changes` replaces whole columns."""
    tools = "# Tools\n<tools>\n{\"name\": \"image_zoom_in_tool\"}\n</tools>"
    return {
        "data_source": source,
        "prompt": [{"role": "system", "content": system or "You are a helpful assistant.\n\n" + tools},
                   {"role": "user", "content": question}],
        "images": [{"bytes": picture(40, 30, 10), "path": None}] if images is None else images,
        "ability": "vl_chat", "env_name": env, "reward_model": {"style": "model", "ground_truth": answer}, "extra_info": extra,
    } | changes


def published():
    damaged = picture(400, 300, 60)
    two = [{"bytes": picture(20, 20, 1), "path": None}, {"bytes": picture(60, 20, 2), "path": "b.jpg"}]
    return [
        row("<image>\nWhat colour is the cup?", "red"),
        row("<image>\nHow long is AB?", "\\frac{1}{2}", source="thinklite_eureka", env=None, system="Be brief."),
        row("<image>Left.<image>Right: what differs?", "size", images=two, source="chart"),
        row("<image>\nDamaged", "x", images=[{"bytes": damaged[: len(damaged) // 2], "path": None}]),
        row("<image>\nNo answer", None),
        row("<image>\nNo answer there", None, extra={"question": "q", "answer": "elsewhere", "id": 1}),
        row("<image><image>One mark too many", "x"),
        row("<image>\nUnknown tools", "x", env="rag_v2"),
        row("No mark at all", "first", env=""),
        row("<image>\nNot an image", "x", images=[{"bytes": b"hello", "path": None}]),
        row("<image>\nNo bytes", "x", images=[{"bytes": None, "path": None}]),
        row("x", "x", prompt=None),
        row("<image>\nTurned", "up", system="<tools>image_zoom_in_tool image_rotate_tool</tools>"),
    ]


def main(tests):
    table = pa.table({name: pa.array(values, kind) for name, (kind, values, _) in TYPES.items()})
    folder = tests / "ParquetTests/Goldens"
    for compression in ("snappy", "zstd", "gzip"):
        pq.write_table(table, folder / f"types-{compression}.parquet", row_group_size=2, compression=compression)
    expected = {name: values if read is None else read for name, (_, values, read) in TYPES.items()}
    (folder / "types.json").write_text(json.dumps({"pyarrow": pa.__version__, "columns": expected}, indent=1) + "\n")

    folder = tests / "TasksTests/Goldens"
    table = pa.Table.from_pylist(published(), schema=PUBLISHED)
    pq.write_table(table, folder / "published-snappy.parquet", row_group_size=4, compression="snappy")
    # Like another writer: one row group, version 2 data pages, JSON instead of a struct.
    texts = pa.array([None if value is None else json.dumps(value) for value in table["extra_info"].to_pylist()], pa.large_string())
    table = table.set_column(table.schema.get_field_index("extra_info"), "extra_info", texts)
    pq.write_table(table, folder / "published-zstd.parquet", compression="zstd", data_page_version="2.0", use_dictionary=False)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
