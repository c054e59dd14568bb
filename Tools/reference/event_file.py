"""Writes the golden files of Tests/RunsTests: records framed by TensorBoard's own writer.

    pip install tensorboard==2.21.0
    python Tools/reference/event_file.py Tests/RunsTests/Goldens
"""

import pathlib
import sys

import tensorboard.version
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def main(folder: pathlib.Path) -> None:
    version = f"tensorboard {tensorboard.version.VERSION}".encode()
    events = [
        Event(wall_time=1.5, file_version="brain.Event:2"),
        Event(
            wall_time=2.25,
            step=3,
            summary=Summary(
                value=[
                    Summary.Value(tag="reward/total", simple_value=0.5),
                    Summary.Value(tag="time/step_seconds", simple_value=-1.25),
                ]
            ),
        ),
    ]
    with open(folder / "records.tfrecord", "wb") as file:
        writer = RecordWriter(file)
        for payload in [b"", b"123456789", version]:
            writer.write(payload)
        writer.flush()
    with open(folder / "scalars.tfevents", "wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString(deterministic=True))
        writer.flush()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
