"""Starts `deepeyes serve` on a free port, for the checks of the server."""

import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOOL = pathlib.Path(os.environ.get("DEEPEYES", ROOT / ".build/release/deepeyes"))


def python_with(name, *requirements):
    """A Python with PyPI packages, in .deps/NAME; created if it is missing or the versions have changed."""
    folder = ROOT / ".deps" / name
    made, wanted = folder / "requirements.txt", "\n".join(requirements)
    if not made.exists() or made.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        if subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", *requirements]).returncode:
            sys.exit(f"pip could not install {' '.join(requirements)}; check the network")
        made.write_text(wanted)
    return folder / "bin/python"


class Server:
    """Runs until the end of a with statement."""

    def __init__(self, model, *options, environment=None):
        if not TOOL.exists():
            sys.exit(f"{TOOL} is missing: make build")
        self.process = subprocess.Popen(
            [TOOL, "serve", "--model", model, "--port", "0", *options], stdout=subprocess.PIPE, text=True,
            env={**os.environ, **(environment or {})})
        for line in self.process.stdout:
            if "try it" in line:
                self.address = line.split()[-1].rstrip("/")
            if "metrics" in line:
                break
        else:
            sys.exit(f"the server did not start: status {self.process.wait()}")
        self.port = int(self.address.rsplit(":", 1)[1])

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return answer.read(), answer.headers

    def post(self, path, body):
        """The JSON response."""
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read())

    def models(self):
        return [model["id"] for model in json.loads(self.get("/v1/models")[0])["data"]]

    def scene(self, number):
        """An image as PNG, and a question about it."""
        picture, headers = self.get(f"/playground/scenes/{number}")
        return picture, urllib.parse.unquote(headers["Question"])

    def metrics(self):
        """Values of /metrics by name with labels."""
        lines = self.get("/metrics")[0].decode().splitlines()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}

    def memory(self):
        """Resident memory in MB."""
        return self.metrics()["process_resident_memory_bytes"] / 1e6

    def is_alive(self):
        return self.process.poll() is None and json.loads(self.get("/healthz")[0]) == {"status": "ok"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Checks:
    """Prints checks and collects failures."""

    def __init__(self):
        self.failures = []

    def __call__(self, name, passes, detail=""):
        print(f"{'ok  ' if passes else 'FAIL'}  {name}{f'  ({detail})' if detail else ''}", flush=True)
        if not passes:
            self.failures.append(name)

    def each(self, subject, parts):
        """Calls check functions, which raise an error on failure; their names describe the check."""
        for part in parts:
            self.holds(f"{subject}: {part.__name__.replace('_', ' ')}", part)

    def holds(self, name, part):
        """Calls a function that raises what is wrong."""
        problem = ""
        try:
            part()
        except (AssertionError, TimeoutError, RuntimeError) as error:
            problem = f"{type(error).__name__}: {error}"
        self(name, not problem, problem)

    def finish(self):
        print("PASS" if not self.failures else f"FAIL: {', '.join(self.failures)}")
        sys.exit(bool(self.failures))


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False
