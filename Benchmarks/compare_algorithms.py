#!/usr/bin/env python3
"""Measures a step of each algorithm that needs no further forward pass against one of GRPO, and prints the table.

    python3 Benchmarks/compare_algorithms.py [--rounds 3] [--repeat 10]

Needs .build/release/deepeyes (`make build`). Every measurement is a process of its own; the algorithms take turns.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOL = ROOT / ".build/release/deepeyes"
ALGORITHMS = ("grpo", "dr_grpo", "dapo", "gspo", "gspo_token", "cispo", "sapo", "rloo", "reinforce++", "reinforce++_baseline")


def write_prompts(folder):
    """Questions about scenes, as `deepeyes bench` reads them."""
    if (folder / "prompts.json").exists():
        return
    subprocess.run([str(TOOL), "scenes", "--output", str(folder), "--count", "8"], check=True, capture_output=True)
    prompts = []
    for line in (folder / "examples.jsonl").read_text().splitlines():
        content = json.loads(line)["messages"][-1]["content"]
        prompts.append({
            "question": next(part["text"] for part in content if part["type"] == "text"),
            "images": [part["image_url"]["url"] for part in content if part["type"] == "image_url"]})
    (folder / "prompts.json").write_text(json.dumps(prompts) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=10)
    arguments = parser.parse_args()
    if not TOOL.exists():
        sys.exit(f"{TOOL.relative_to(ROOT)} is missing; run `make build` first")
    folder = ROOT / ".build/benchmarks/algorithms"
    write_prompts(folder)
    seconds = {name: [] for name in ALGORITHMS}
    updates = {name: [] for name in ALGORITHMS}
    for number in range(arguments.rounds):
        for name in ALGORITHMS:
            print(f"round {number + 1}: {name}", file=sys.stderr, flush=True)
            command = [TOOL, "bench", "--data", folder, "--measure", "step", "--algorithm", name, "--repeat", str(arguments.repeat)]
            report = json.loads(subprocess.run([str(part) for part in command], check=True, capture_output=True).stdout)["step"]
            seconds[name] += report["seconds"]
            updates[name].append(report["phases"]["update"])
    print("| algorithm | step | of grpo | update | of grpo |")
    print("| --- | ---: | ---: | ---: | ---: |")
    base, update = (statistics.median(values["grpo"]) for values in (seconds, updates))
    for name in ALGORITHMS:
        whole, part = statistics.median(seconds[name]), statistics.median(updates[name])
        print(f"| `{name}` | {whole * 1000:.1f} ms | {whole / base:.2f} | {part * 1000:.1f} ms | {part / update:.2f} |")


if __name__ == "__main__":
    main()
