"""Measures generation and a GRPO step of this project against transformers and TRL, and writes the table.

    python3 Benchmarks/compare_with_trl.py [--rounds 3] [--repeat 10] [--threads 2]

Needs .build/release/deepeyes; `make bench` builds it first. Makes a virtual environment from requirements.txt under
.deps/, prompts and a model with random weights under .build/, runs every measurement in a process of its own, the
two sides in turn, and puts the table into Benchmarks/README.md.
"""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HERE = ROOT / "Benchmarks"
OURS = ROOT / ".build/release/deepeyes"
WORK = ROOT / ".build/benchmarks"
ENVIRONMENT = ROOT / ".deps/benchmarks"
README = HERE / "README.md"
START, END = "<!-- The table is written by compare_with_trl.py. -->", "<!-- End of the table. -->"

QUANTITIES = {"generation": "Generation of the group", "step": "GRPO step"}
PROMPT_COUNT = 8


class Failure(Exception):
    """What went wrong and what to do about it, in one sentence."""


@dataclasses.dataclass
class Measured:
    """All rounds of one quantity on one side."""

    rounds: list = dataclasses.field(default_factory=list)  # reports as the sides print them

    @property
    def seconds(self):
        return [value for report in self.rounds for value in report["seconds"]]

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def peak(self):
        return max(report["peakBytes"] for report in self.rounds)

    @property
    def timing(self):
        seconds = self.seconds
        return f"**{self.median:.3f} s** ({min(seconds):.3f}–{max(seconds):.3f})"


def run(command, **options):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT, **options)
    if result.returncode != 0:
        raise Failure(f"this failed: {' '.join(map(str, command))}\n{result.stderr.strip()[-2000:]}")
    return result.stdout


def environment():
    """The interpreter of an environment that holds exactly the pinned packages; made on first use."""
    interpreter = ENVIRONMENT / "bin/python"
    stamp = ENVIRONMENT / "requirements.txt"
    requirements = (HERE / "requirements.txt").read_text()
    if not stamp.is_file() or stamp.read_text() != requirements:
        print("installing the packages of Benchmarks/requirements.txt", flush=True)
        # pip works on it from outside, so that Debian's python3 needs no further package.
        run([sys.executable, "-m", "venv", "--clear", "--without-pip", ENVIRONMENT])
        pip = [sys.executable, "-m", "pip", "--python", interpreter, "--disable-pip-version-check"]
        run(pip + ["install", "--quiet", "-r", HERE / "requirements.txt"])
        stamp.write_text(requirements)
    return interpreter


def prepared(interpreter):
    """The folder of prompts, and the models by name."""
    WORK.mkdir(parents=True, exist_ok=True)
    base, large, prompts = ROOT / "Models/nano-base", WORK / "random-model", WORK / "prompts"
    if not (prompts / "prompts.json").is_file():
        run([interpreter, HERE / "prompts.py", prompts, PROMPT_COUNT])
    if not large.is_dir():
        run([interpreter, HERE / "random_model.py", base, large])
    return prompts, {"nano-base": base, "random weights": large}


def measure(command, quantity, options, threads):
    arguments = [f"--{name}={value}" for name, value in options.items()]
    settings = os.environ | {
        "OMP_NUM_THREADS": str(threads),
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    output = run([*command, f"--measure={quantity}", *arguments], env=settings)
    return json.loads(output.strip().splitlines()[-1])


def compared(model, prompts, interpreter, arguments):
    """What both sides measured, by quantity, and the prompts' lengths in tokens."""
    sides = {"ours": [OURS, "bench", f"--workers={arguments.workers}"], "theirs": [interpreter, HERE / "reference_side.py"]}
    results = {quantity: {side: Measured() for side in sides} for quantity in QUANTITIES}
    options = {
        "model": model, "data": prompts, "group": arguments.group, "tokens": arguments.tokens,
        "repeat": arguments.repeat, "warm-up": arguments.warm_up, "threads": arguments.threads,
    }
    lengths = []
    for number in range(arguments.rounds):
        for quantity in QUANTITIES:
            read = {}
            for side in sorted(sides, reverse=number % 2 == 1):
                report = measure(sides[side], quantity, options, arguments.threads)
                read[side] = report["promptTokens"]
                results[quantity][side].rounds.append(report[quantity])
                median = report[quantity]["median"]
                print(f"{model.name}, round {number + 1}, {quantity}, {side}: {median:.3f} s", flush=True)
            if read["ours"] != read["theirs"]:
                raise Failure("the two sides do not read the same tokens from the prompts: nothing is comparable.")
            lengths = [len(prompt) for prompt in read["ours"]]
    return results, lengths


def ratio(ours, theirs):
    of_rounds = [b["median"] / a["median"] for a, b in zip(ours.rounds, theirs.rounds)]
    return f"**{theirs.median / ours.median:.1f}** ({min(of_rounds):.1f}–{max(of_rounds):.1f})"


def rows(name, model, results, lengths):
    described = f"{name}, {parameter_count(model) / 1e6:.1f} M parameters, prompts of {span(lengths)} tokens"
    lines = []
    for quantity, title in QUANTITIES.items():
        ours, theirs = results[quantity]["ours"], results[quantity]["theirs"]
        lines.append(f"| {described} | {title} | {ours.timing} | {theirs.timing} | {ratio(ours, theirs)} |")
        memory = [f"{side.peak / 1e6:.0f} MB" for side in (ours, theirs)]
        lines.append(f"| | its peak memory | {memory[0]} | {memory[1]} | {theirs.peak / ours.peak:.1f} |")
        described = ""
    return lines


def span(values):
    return f"{min(values)}" if min(values) == max(values) else f"{min(values)}–{max(values)}"


def parameter_count(model):
    """Numbers in the weights, from the header of the safetensors file."""
    with open(model / "model.safetensors", "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    shapes = [entry["shape"] for name, entry in header.items() if name != "__metadata__"]
    return sum(product(shape) for shape in shapes)


def product(shape):
    count = 1
    for size in shape:
        count *= size
    return count


def machine():
    """Date, processor and memory."""
    model = platform.processor() or platform.machine()
    cpu = pathlib.Path("/proc/cpuinfo")
    features = ""
    if cpu.is_file():
        lines = [line.split(":", 1) for line in cpu.read_text().splitlines() if ":" in line]
        facts = {name.strip(): value.strip() for name, value in lines}
        model = facts.get("model name", model)
        flags = facts.get("flags", "").split()
        shown = {"avx2": "AVX2", "avx512f": "AVX-512", "avx512_bf16": "AVX-512 BF16", "amx_bf16": "AMX"}
        features = " with " + ", ".join(title for flag, title in shown.items() if flag in flags) if flags else ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"Measured on {datetime.date.today()} on {platform.system()} {platform.machine()}, {model}{features}, "
        f"{os.cpu_count()} cores, {memory:.0f} GB"
    )


def conditions(arguments):
    """Machine and versions, in one paragraph."""
    swift = next(word for word in run(["swift", "--version"]).split() if word[0].isdigit())
    pins = [line for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line]
    versions = ", ".join(pin.replace("==", " ") for pin in pins[:3])
    return (
        f"{machine()}, with Swift {swift}, Python {platform.python_version()}, {versions}; "
        f"both sides on {arguments.threads} threads (ours as {arguments.workers} workers), in float32. {arguments.rounds} rounds of {arguments.warm_up} "
        f"repetitions to warm up and {arguments.repeat} that count; group of {arguments.group}, {arguments.tokens} "
        "tokens each. Times are medians of all repetitions (least and most); ratios are those of the medians (least and "
        "most of the rounds); memory is the highest resident set of a process of its own, libraries included."
    )


def write(text):
    content = README.read_text()
    before, rest = content.split(START)
    _, after = rest.split(END)
    README.write_text(f"{before}{START}\n\n{text}\n\n{END}{after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--group", type=int, default=8, help="completions of each prompt")
    parser.add_argument("--tokens", type=int, default=64, help="tokens of each completion")
    parser.add_argument("--rounds", type=int, default=3, help="processes for each measurement")
    parser.add_argument("--repeat", type=int, default=10, help="repetitions in each that count")
    parser.add_argument("--warm-up", type=int, default=2, help="repetitions before those")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count()))
    parser.add_argument("--workers", type=int, default=2, help="of this project, which share the threads")
    parser.add_argument("--python", type=pathlib.Path, help="interpreter that has the packages already")
    parser.add_argument("--nano-only", action="store_true", help="leave the larger model out")
    arguments = parser.parse_args()
    try:
        if not OURS.is_file():
            raise Failure(f"{OURS.relative_to(ROOT)} is not there: run make bench, or make build first.")
        interpreter = arguments.python or environment()
        prompts, models = prepared(interpreter)
        lines = [
            "| Model | | deepeyes | TRL, transformers | Ratio |",
            "| --- | --- | ---: | ---: | ---: |",
        ]
        for name, model in list(models.items())[: 1 if arguments.nano_only else None]:
            lines += rows(name, model, *compared(model, prompts, interpreter, arguments))
        table = "\n".join(lines)
        write(f"{table}\n\n{conditions(arguments)}")
        print(f"\n{table}")
    except Failure as failure:
        sys.exit(f"compare_with_trl: {failure}")


if __name__ == "__main__":
    main()
