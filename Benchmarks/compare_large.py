"""Measures answers of a model of a released size, with random weights, against transformers and llama.cpp; prints a table.

    python3 Benchmarks/compare_large.py [--shape 3b] [--rounds 3] [--threads 2]

Needs .build/release/deepeyes (make build) and the disk for the weights: 7.5 GB for 3b, and 4 GB for llama.cpp's copy. The
sides take turns, each measurement in a process of its own. Every side but llama.cpp reads one image of about 1,300 tokens and
a question; llama.cpp, which gets the language model alone, reads as many tokens of text. The time of the first token is that
of an answer of one token; the time of each further one is the difference to an answer of 33, divided by 32.
"""

import argparse
import dataclasses
import json
import pathlib
import statistics
import sys

from compare_with_trl import HERE, OURS, ROOT, WORK, Failure, environment, machine, measure, run

PEERS = ROOT / ".deps/llama.cpp"
TOKENS = 33


@dataclasses.dataclass
class Side:
    name: str
    command: list
    first: list = dataclasses.field(default_factory=list)
    further: list = dataclasses.field(default_factory=list)
    peak: int = 0

    def take(self, options, threads):
        short = measure(self.command, "generation", options | {"tokens": 1}, threads)["generation"]
        long = measure(self.command, "generation", options | {"tokens": TOKENS}, threads)["generation"]
        self.first.append(short["median"])
        self.further.append((long["median"] - short["median"]) / (TOKENS - 1))
        self.peak = max(self.peak, long["peakBytes"])
        print(f"{self.name}: {self.first[-1]:.2f} s, then {self.further[-1]:.3f} s a token, "
              f"{self.peak / 1e9:.1f} GB", flush=True)


def photograph(folder, interpreter):
    """One picture of 1036 x 980 pixels, 1,295 tokens, and a question."""
    if (folder / "prompts.json").is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    code = (
        "import sys; from PIL import Image; "
        "Image.effect_noise((1036, 980), 80).convert('RGB').save(sys.argv[1])"
    )
    run([interpreter, "-c", code, folder / "0.png"])
    (folder / "prompts.json").write_text(json.dumps([{"question": "What does the sign say?", "images": ["0.png"]}]))


def llama_interpreter():
    """An environment with llama.cpp and the writer of its files, of pinned versions."""
    interpreter = PEERS / "bin/python"
    if not interpreter.is_file():
        print("installing llama.cpp", flush=True)
        run([sys.executable, "-m", "venv", "--clear", "--without-pip", PEERS])
        pip = [sys.executable, "-m", "pip", "--python", interpreter, "--disable-pip-version-check"]
        run(pip + ["install", "--quiet", "-r", HERE / "requirements-llama.txt"])
    return interpreter


def compare(arguments):
    interpreter = arguments.python or environment()
    llama = llama_interpreter()
    model, prompts = WORK / f"random-{arguments.shape}", WORK / "photograph"
    WORK.mkdir(parents=True, exist_ok=True)
    photograph(prompts, interpreter)
    if not model.is_dir():
        print(f"writing {model.relative_to(ROOT)}", flush=True)
        run([sys.executable, ROOT / "Tools/random_model.py", arguments.shape, model])
    ours = [OURS, "bench"]
    sides = [
        Side("transformers bf16", [interpreter, HERE / "reference_side.py", "--dtype=bfloat16"]),
        Side("deepeyes bf16", [*ours, "--precision=bf16"]),
        Side("deepeyes int8", [*ours, "--precision=int8"]),
        Side("llama.cpp q8_0", [llama, HERE / "llama_side.py"]),
    ]
    options = {
        "model": model, "data": prompts, "group": 1, "repeat": arguments.repeat, "warm-up": 1,
        "threads": arguments.threads,
    }
    for number in range(arguments.rounds):
        for side in sides if number % 2 == 0 else reversed(sides):
            side.take(options, arguments.threads)
    return sides


def table(sides):
    theirs, llama = sides[0], sides[-1]

    def cells(title, value, ratio):
        return f"| {title} | " + " | ".join(f"{value(side)}{ratio(side)}" for side in sides) + " |"

    def against(peer, quantity):
        def ratio(side):
            if not side.name.startswith("deepeyes"):
                return ""
            values = [b / a for a, b in zip(getattr(side, quantity), getattr(peer, quantity))]
            return f" ({statistics.median(values):.1f}x of {peer.name.split()[0]})"
        return ratio

    seconds = lambda quantity, digits: lambda side: f"{statistics.median(getattr(side, quantity)):.{digits}f} s"
    return "\n".join([
        "| | " + " | ".join(side.name for side in sides) + " |",
        "| --- |" + " ---: |" * len(sides),
        cells("first token", seconds("first", 1), against(theirs, "first")),
        cells("each further token", seconds("further", 3), against(theirs, "further")),
        cells("each further token, against llama.cpp", seconds("further", 3), against(llama, "further")),
        cells("peak memory", lambda side: f"{side.peak / 1e9:.1f} GB", lambda _: ""),
    ])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=("3b", "7b"), default="3b")
    parser.add_argument("--rounds", type=int, default=3, help="processes for each measurement")
    parser.add_argument("--repeat", type=int, default=1, help="repetitions in each that count")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--python", type=pathlib.Path, help="interpreter that has the packages already")
    arguments = parser.parse_args()
    try:
        if not OURS.is_file():
            raise Failure(f"{OURS.relative_to(ROOT)} is not there: run make build first.")
        print(f"\n{table(compare(arguments))}\n\n{machine()}")
    except Failure as failure:
        sys.exit(f"compare_large: {failure}")


if __name__ == "__main__":
    main()
