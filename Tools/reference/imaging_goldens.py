"""Writes Tests/ImagingTests/Goldens: small images with the results of Pillow and torch.

    python Tools/reference/imaging_goldens.py

Needs numpy, Pillow, torch and simplejpeg (for chroma samplings that Pillow does not write). manifest.json lists
the cases with the versions and the seed; the pixels it refers to by size and offset lie one after the other in
pixels.rgb.
"""

import io
import json
import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL
import simplejpeg
import torch
from PIL import Image, ImageOps, features

SEED = 20250
FOLDER = Path(__file__).resolve().parents[2] / "Tests/ImagingTests/Goldens"

cases = {"decodes": [], "regions": [], "resizes": [], "rotations": []}


pixel_store = bytearray()


def stored(pixels):
    """Adds pixels to pixels.rgb and returns their entry in manifest.json."""
    height, width, _ = pixels.shape
    entry = {"width": width, "height": height, "offset": len(pixel_store)}
    pixel_store.extend(np.ascontiguousarray(pixels, dtype=np.uint8).tobytes())
    return entry


def picture(rng, width, height):
    """Smooth colours, hard edges and some noise, to exercise every part of a codec."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x * a + y * b + c) for a, b, c in rng.uniform(0.02, 0.3, (3, 3))]
    pixels = 128 + 80 * np.stack(waves, axis=-1) + rng.normal(0, 6, (height, width, 3))
    for _ in range(4):
        left, top = int(rng.integers(0, width)), int(rng.integers(0, height))
        pixels[top : top + height // 3, left : left + width // 4] = rng.integers(0, 256, 3)
    return np.clip(pixels, 0, 255).astype(np.uint8)


# Decoding


def over_white(image):
    """Composites over white, like qwen-vl-utils."""
    image = image.convert("RGBA")
    background = Image.new("RGB", image.size, (255, 255, 255))
    background.paste(image, mask=image.getchannel("A"))
    return background


def reference(data):
    return np.asarray(over_white(ImageOps.exif_transpose(Image.open(io.BytesIO(data)))))


def decode_case(name, data, region_only=False, expected=None):
    (FOLDER / name).write_bytes(data)
    if region_only:
        cases["regions"].append(name)
        return
    pixels = reference(data) if expected is None else expected
    cases["decodes"].append({"file": name, "expected": stored(pixels)})


def saved(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def exif(orientation, big_endian=False):
    order = ">" if big_endian else "<"
    mark = b"MM" if big_endian else b"II"
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    maker = struct.pack(order + "HHI4s", 0x010F, 2, 4, b"abc\0")
    return mark + struct.pack(order + "HIH", 42, 8, 2) + maker + entry + struct.pack(order + "I", 0)


def first_scans(data, count):
    """A progressive file with only the first scans and a valid end."""
    positions = [i for i in range(len(data) - 1) if data[i : i + 2] == b"\xff\xda"]
    return data[: positions[count]] + b"\xff\xd9"


def jpegs(rng):
    small = picture(rng, 45, 37)
    large = picture(rng, 211, 150)
    for sampling in ("444", "422", "420", "440", "411"):
        for pixels, region_only in ((small, False), (large, True)):
            data = simplejpeg.encode_jpeg(pixels, quality=80, colorsubsampling=sampling)
            decode_case(f"{sampling}{'-large' if region_only else ''}.jpg", data, region_only)
    for pixels, suffix, region_only in ((small, "", False), (large, "-large", True)):
        image = Image.fromarray(pixels)
        progressive = saved(image, "JPEG", quality=80, progressive=True)
        decode_case(f"progressive{suffix}.jpg", progressive, region_only)
        # The smoothing of unfinished files differs between versions of libjpeg-turbo.
        decode_case(f"unfinished{suffix}.jpg", first_scans(progressive, 3), region_only=True)
        decode_case(f"grey{suffix}.jpg", saved(image.convert("L"), "JPEG", quality=80), region_only)
        decode_case(f"cmyk{suffix}.jpg", saved(image.convert("CMYK"), "JPEG", quality=80), region_only)
        decode_case(f"restarts{suffix}.jpg", saved(image, "JPEG", restart_marker_blocks=2), region_only)
    turned = Image.fromarray(picture(rng, 37, 26))
    for orientation in range(1, 9):
        data = saved(turned, "JPEG", quality=85, exif=b"Exif\0\0" + exif(orientation, orientation % 2 == 0))
        decode_case(f"orientation-{orientation}.jpg", data)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(samples, depth):
    """The rows of an image or pass, each with filter 0."""
    rows = []
    for row in samples:
        flat = row.reshape(-1).astype(np.uint32)
        if depth == 16:
            data = flat.astype(">u2").tobytes()
        elif depth == 8:
            data = flat.astype(np.uint8).tobytes()
        else:
            bits = (flat[:, None] >> np.arange(depth - 1, -1, -1)) & 1
            data = np.packbits(bits.reshape(-1).astype(np.uint8)).tobytes()
        rows.append(b"\0" + data)
    return b"".join(rows)


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, depth, colour, interlaced=False, before=(), after=()):
    height, width, _ = samples.shape
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    if interlaced:
        passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        data = b"".join(packed(part, depth) for part in passes if part.size)
    else:
        data = packed(samples, depth)
    chunks = [(b"IHDR", header), *before, (b"IDAT", zlib.compress(data)), *after, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def pngs(rng):
    shape = (13, 19)
    palette = (b"PLTE", rng.integers(0, 256, 3 * 16, dtype=np.uint8).tobytes())
    for name, colour, channels, depths in (
        ("grey", 0, 1, (1, 2, 4, 8, 16)),
        ("rgb", 2, 3, (8, 16)),
        ("palette", 3, 1, (1, 2, 4, 8)),
        ("grey-alpha", 4, 2, (8, 16)),
        ("rgb-alpha", 6, 4, (8, 16)),
    ):
        for depth in depths:
            limit = min(1 << depth, 16) if colour == 3 else 1 << depth
            samples = rng.integers(0, limit, shape + (channels,))
            if name == "grey" and depth == 16:
                samples = samples >> rng.integers(0, 16, samples.shape)
            used = (b"PLTE", palette[1][: 3 * limit])
            before = [used] if colour == 3 else []
            for interlaced in (False, True):
                suffix = "-interlaced" if interlaced else ""
                decode_case(f"{name}-{depth}{suffix}.png", png(samples, depth, colour, interlaced, before))
    samples = rng.integers(0, 16, shape + (1,))
    transparent = (b"tRNS", bytes(range(0, 160, 10)))
    decode_case("palette-transparent.png", png(samples, 8, 3, before=[palette, transparent]))
    samples = rng.integers(0, 256, shape + (1,))
    decode_case("grey-transparent.png", png(samples, 8, 0, before=[(b"tRNS", b"\0\x40")]))
    samples = rng.integers(0, 256, shape + (3,))
    decode_case("rgb-transparent.png", png(samples, 8, 2, before=[(b"tRNS", b"\0\1\0\2\0\3")]))
    decode_case("gamma.png", png(samples, 8, 2, before=[(b"gAMA", struct.pack(">I", 100000))]))
    decode_case("orientation-before.png", png(samples, 8, 2, before=[(b"eXIf", exif(6))]))
    decode_case("orientation-after.png", png(samples, 8, 2, after=[(b"eXIf", exif(8, big_endian=True))]))


def transparent_colours(rng):
    """PNGs with a transparent colour, compared with the stored samples as the PNG specification says; Pillow compares it
    with the samples after their conversion to 8 bits."""
    for name, colour, channels, depth, scale in (
        ("grey", 0, 1, 1, 255),
        ("grey", 0, 1, 2, 85),
        ("grey", 0, 1, 4, 17),
        ("grey", 0, 1, 8, 1),
        ("grey", 0, 1, 16, 1),
        ("rgb", 2, 3, 8, 1),
        ("rgb", 2, 3, 16, 1 / 256),
    ):
        samples = rng.integers(0, 1 << depth, (13, 19, channels))
        key = np.full(channels, 0x4055 & ((1 << depth) - 1))
        samples[::3, ::2] = key
        samples[1::3, ::2] = key ^ 1  # Of 16 bits, the same high byte.
        shown = np.minimum(samples, 255) if name == "grey" else samples
        pixels = np.broadcast_to((shown * scale).astype(np.uint8), (13, 19, 3)).copy()
        pixels[(samples == key).all(axis=2)] = 255
        for interlaced in (False, True):
            suffix = "-interlaced" if interlaced else ""
            data = png(samples, depth, colour, interlaced, [(b"tRNS", key.astype(">u2").tobytes())])
            decode_case(f"{name}-{depth}-transparent{suffix}.png", data, expected=pixels)


def webps(rng):
    small = picture(rng, 37, 29)
    large = Image.fromarray(picture(rng, 121, 90))
    alpha = np.dstack([small, rng.integers(0, 256, small.shape[:2] + (1,), dtype=np.uint8)])
    decode_case("lossy.webp", saved(Image.fromarray(small), "WEBP", quality=80))
    decode_case("lossless.webp", saved(Image.fromarray(small), "WEBP", lossless=True))
    decode_case("lossy-alpha.webp", saved(Image.fromarray(alpha), "WEBP", quality=80))
    decode_case("lossless-alpha.webp", saved(Image.fromarray(alpha), "WEBP", lossless=True))
    decode_case("orientation.webp", saved(Image.fromarray(small), "WEBP", quality=80, exif=exif(7)))
    decode_case("lossy-large.webp", saved(large, "WEBP", quality=80), region_only=True)
    decode_case("lossless-large.webp", saved(large, "WEBP", lossless=True), region_only=True)
    frames = [Image.new("RGB", (9, 7), colour) for colour in ("red", "blue")]
    data = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=50)
    (FOLDER / "animated.webp").write_bytes(data)


# Hostile files


def hostile():
    """Small files that require many resources: each must be rejected, or decoded to the size in its header."""
    header = struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0)
    start, end = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header), chunk(b"IEND", b"")
    pixels = chunk(b"IDAT", zlib.compress(b"\0\1\2\3\4\5\6"))
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(32 << 20), 9))
    (FOLDER / "bomb-text.png").write_bytes(start + text + pixels + end)
    flood = chunk(b"IDAT", zlib.compress(b"\0\1\2\3\4\5\6" + bytes(32 << 20), 9))
    (FOLDER / "bomb-pixels.png").write_bytes(start + flood + end)

    progressive = saved(Image.new("RGB", (8, 8), "teal"), "JPEG", progressive=True)
    scans = [i for i in range(len(progressive) - 1) if progressive[i : i + 2] == b"\xff\xda"]
    last_scan = progressive[scans[-1] : -2]
    (FOLDER / "bomb-scans.jpg").write_bytes(progressive[:-2] + 300 * last_scan + b"\xff\xd9")


# Resizing and rotating


def resizes(rng):
    sources = {
        "picture": picture(rng, 64, 48),
        "bound": picture(rng, 64, 48),
        "odd": picture(rng, 37, 23),
        "noise": rng.integers(0, 256, (41, 58, 3), dtype=np.uint8),
        "extremes": 255 * rng.integers(0, 2, (40, 40, 3), dtype=np.uint8),
        "wide": rng.integers(0, 256, (3, 200, 3), dtype=np.uint8),
        "tall": rng.integers(0, 256, (151, 2, 3), dtype=np.uint8),
        "tiny": rng.integers(0, 256, (2, 3, 3), dtype=np.uint8),
        "pixel": rng.integers(0, 256, (1, 1, 3), dtype=np.uint8),
    }
    targets = {
        "picture": [(28, 28), (84, 63), (56, 48), (64, 28), (64, 48), (9, 61), (1, 1)],
        # Both sides of the threshold at which Pillow changes the order of its passes.
        "bound": [(60, 40), (60, 39), (80, 47), (80, 48)],
        "odd": [(56, 28), (28, 56), (36, 24), (38, 22)],
        "noise": [(28, 28), (57, 42), (70, 42), (5, 3)],
        "extremes": [(28, 28), (61, 61), (13, 40)],
        "wide": [(28, 28), (56, 28), (199, 2)],
        "tall": [(28, 28), (7, 140)],
        "tiny": [(28, 28), (31, 7), (1, 1)],
        "pixel": [(28, 28), (1, 5)],
    }
    for name, pixels in sources.items():
        source = stored(pixels)
        planes = torch.from_numpy(pixels).permute(2, 0, 1)[None]
        for width, height in targets[name]:
            pillow = np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC))
            torchvision = torch.nn.functional.interpolate(
                planes, size=(height, width), mode="bicubic", align_corners=False, antialias=True
            )[0].permute(1, 2, 0)
            for filter, expected in (("pillow", pillow), ("torchvision", torchvision.numpy())):
                case = {"name": name, "source": source, "filter": filter, "expected": stored(expected)}
                cases["resizes"].append(case)


def rotations(rng):
    pixels = picture(rng, 33, 20)
    source = stored(pixels)
    for degrees in (0, 90, 180, 270, -90, 450, 30, 45, -17.5, 123.25, 300):
        for name, filter in (("bilinear", Image.Resampling.BILINEAR), ("bicubic", Image.Resampling.BICUBIC)):
            turned = Image.fromarray(pixels).rotate(degrees, filter, expand=True, fillcolor=(10, 20, 30))
            expected = stored(np.asarray(turned))
            case = {"source": source, "degrees": degrees, "filter": name, "expected": expected}
            cases["rotations"].append(case)


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    rng = np.random.default_rng(SEED)
    for make in (jpegs, pngs, webps, resizes, rotations):
        make(rng)
    transparent_colours(np.random.default_rng(SEED + 1))
    hostile()
    versions = {
        "numpy": np.__version__,
        "pillow": PIL.__version__,
        "libjpeg-turbo": features.version_feature("libjpeg_turbo"),
        "webp": features.version_module("webp"),
        "simplejpeg": simplejpeg.__version__,
        "torch": torch.__version__,
    }
    manifest = {"seed": SEED, "versions": versions, **cases}
    (FOLDER / "pixels.rgb").write_bytes(pixel_store)
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
