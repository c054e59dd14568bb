"""Trajectories that crop a crop, turn an image before they crop, and look at the second of two images.

`deepeyes evaluate` records them from a scripted model, about photos whose looked-at regions are painted.
"""

import json
import pathlib
import struct
import subprocess
import zlib

from script import ScriptedServer
from server import ROOT, TOOL

BLUE, RED, GREEN, YELLOW, VIOLET, WHITE = (
    (40, 90, 200), (200, 40, 50), (30, 140, 70), (235, 200, 40), (140, 60, 170), (245, 245, 245))


class Photo:
    """An image of flat colours.

    patches -- rectangles [x1, y1, x2, y2] with their colours; later ones cover earlier ones.
    """

    def __init__(self, name, width, height, *patches):
        self.name, self.width, self.height, self.patches = name, width, height, patches

    def colour(self, x, y):
        inside = [colour for (x1, y1, x2, y2), colour in self.patches if x1 <= x < x2 and y1 <= y < y2]
        return inside[-1] if inside else (150, 148, 140)

    def write(self, folder):
        """Writes the photo as PNG."""
        rows, known = [], {}
        for y in range(self.height):
            crossed = tuple(y1 <= y < y2 for (_, y1, _, y2), _ in self.patches)
            if crossed not in known:
                known[crossed] = b"\0" + b"".join(bytes(self.colour(x, y)) for x in range(self.width))
            rows.append(known[crossed])

        def chunk(kind, content):
            check = zlib.crc32(kind + content)
            return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        (folder / self.name).write_bytes(
            b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows), 1))
            + chunk(b"IEND", b""))


# With the limit of pixels below, the model sees the large photo at half its size and the small one as it is.
MAXIMUM_PIXELS = 1120 * 840
NESTED = Photo(
    "nested.png", 2240, 1680, ([560, 420, 1680, 1260], BLUE), ([560, 420, 840, 630], WHITE), ([980, 700, 1400, 980], RED),
    ([980, 700, 1120, 790], YELLOW))
TURNED = Photo(
    "turned.png", 2240, 1680, ([1400, 980, 1820, 1400], GREEN), ([1400, 980, 1610, 1190], YELLOW),
    ([1400, 1190, 1610, 1400], VIOLET), ([1400, 1190, 1470, 1260], WHITE))
FIRST = Photo("first.png", 2240, 1680, ([0, 0, 560, 420], BLUE), ([0, 0, 140, 105], YELLOW))
SECOND = Photo("second.png", 1120, 840, ([560, 280, 840, 560], RED), ([560, 280, 630, 350], WHITE))


class Look:
    """A picture that a call brings: `number` of the call from 1, index of the photo, region in its pixels, degrees clockwise.

    isBox -- whether the region is drawn over the photo as a box.
    """

    def __init__(self, number, photo, region, rotation=0, is_box=True):
        self.number, self.photo, self.region, self.rotation, self.is_box = number, photo, region, rotation, is_box

    def point(self, right, down):
        """Where in the photo a point of the picture lies; 0, 0 is the upper left of the picture and 1, 1 the lower right."""
        across, along = {0: (right, down), 90: (down, 1 - right), 180: (1 - right, 1 - down), 270: (1 - down, right)}[
            self.rotation]
        x1, y1, x2, y2 = self.region
        return x1 + across * (x2 - x1), y1 + along * (y2 - y1)


class Case:
    def __init__(self, name, question, photos, calls, looks, truth=None):
        self.name, self.question, self.photos, self.calls, self.looks, self.truth = name, question, photos, calls, looks, truth

    @property
    def completions(self):
        calls = [f"<think>Step {number}.</think>\n<tool_call>\n{json.dumps(call)}\n</tool_call>"
                 for number, call in enumerate(self.calls, 1)]
        return [*calls, "<think>Now I see it.</think>\n<answer>red</answer>"]


def zoom(box, image):
    return {"name": "image_zoom_in_tool", "arguments": {"bbox_2d": box, "image": image}}


def turn(angle, image):
    return {"name": "image_rotate_tool", "arguments": {"angle": angle, "image": image}}


CASES = [
    Case("a crop of a crop", "What colour is the sign in the window?", [NESTED],
         [zoom([280, 210, 840, 630], 1), zoom([420, 280, 840, 560], 2)],
         [Look(1, 0, [560, 420, 1680, 1260]), Look(2, 0, [980, 700, 1400, 980])], truth=[1040, 760, 1340, 920]),
    # Turned clockwise, the model sees 840 x 1120 pixels, and the top of the photo is on the right.
    Case("a turn before crops", "What colour is the label on its side?", [TURNED],
         [turn(90, 1), zoom([140, 700, 350, 910], 2), zoom([0, 0, 210, 210], 3)],
         [Look(1, 0, [0, 0, 2240, 1680], 90, is_box=False), Look(2, 0, [1400, 980, 1820, 1400], 90),
          Look(3, 0, [1400, 1190, 1610, 1400], 90)]),
    Case("the second of two images", "Which colour do the two doors not share?", [FIRST, SECOND],
         [zoom([600, 300, 100, 200], 2), zoom([560, 280, 840, 560], 2), zoom([0, 0, 280, 210], 1)],
         [Look(2, 1, [560, 280, 840, 560]), Look(3, 0, [0, 0, 560, 420])]),
]

BENCHMARK = """
name: looks
title: Looks
version: 1
data:
  layout: json
  files: [questions.jsonl]
  fields: {id: id, question: question, answer: answer, images: [images], boxes: boxes, boxForm: corners}
answer: text
tools: [image_zoom_in_tool, image_rotate_tool]
"""


def record(folder):
    """Makes an evaluation of the cases in their order; returns its folder."""
    folder = pathlib.Path(folder)
    for case in CASES:
        for photo in case.photos:
            photo.write(folder)
    lines = [{"id": case.name, "question": case.question, "answer": "red", "images": [photo.name for photo in case.photos],
              **({"boxes": [case.truth]} if case.truth else {})} for case in CASES]
    (folder / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "looks.yaml").write_text(BENCHMARK)
    with ScriptedServer({case.question: case.completions for case in CASES}) as server:
        evaluation = subprocess.run(
            [TOOL, "evaluate", "--benchmark", folder / "looks.yaml", "--data", folder, "--model", "script", "--endpoint",
             server.address, "--maximum-pixels", str(MAXIMUM_PIXELS), "--condition", "tools", "--output", folder / "looks"],
            cwd=ROOT, capture_output=True, text=True)
    if evaluation.returncode:
        raise SystemExit(f"the evaluation ended with {evaluation.returncode}:\n{evaluation.stderr[-2000:]}")
    return folder / "looks"


# Checks that pages share

# How pages are looked at.
WAYS = {
    "wide, light": {"width": 1280}, "wide, dark": {"width": 1280, "dark": True},
    "narrow, light": {"width": 390}, "narrow, dark": {"width": 390, "dark": True},
}

# Rectangles [x1, y1, x2, y2] of shapes as the page shows them, strokes left out, in CSS pixels from its upper left.
PLACE = """(shape => {
    const matrix = shape.getScreenCTM(), { x, y, width, height } = shape.getBBox();
    const corner = (x, y) => new DOMPoint(x, y).matrixTransform(matrix);
    const [one, other] = [corner(x, y), corner(x + width, y + height)];
    return [one.x + scrollX, one.y + scrollY, other.x + scrollX, other.y + scrollY];
})"""

# A grid of points that lies off the edges of the patches.
GRID = [0.04, 0.2, 0.35, 0.53, 0.65, 0.77, 0.9, 0.96]


def are_alike(colour, other):
    return all(abs(one - two) < 48 for one, two in zip(colour, other))


def shows_boxes(browser, case, index, picture, boxes, badges, lines=(), covered=()):
    """Raises unless the boxes of a case lie where they belong on one of its photos, by geometry and by what is seen there.

    index -- of the photo; picture -- where the page shows it; boxes -- by number of the call, where it draws them;
    badges -- by number, where their numbers stand; lines -- further rectangles that are drawn; covered -- other drawn areas.
    """
    photo = case.photos[index]
    looks = [look for look in case.looks if look.photo == index and look.is_box]
    assert sorted(boxes) == sorted(badges) == [look.number for look in looks], (boxes, badges)
    left, top = picture[:2]
    scale = (picture[2] - left) / photo.width
    assert abs((picture[3] - top) / photo.height - scale) < 0.01 * scale, picture
    for look in looks:
        expected = [start + scale * value for start, value in zip((left, top) * 2, look.region)]
        assert all(abs(one - other) <= 1 for one, other in zip(expected, boxes[look.number])), (
            look.number, expected, boxes[look.number])
        x1, y1, x2, y2 = badges[look.number]
        assert x1 <= boxes[look.number][2] and boxes[look.number][0] <= x2 and (
            y1 <= boxes[look.number][3] and boxes[look.number][1] <= y2 + 1), ("its number stands elsewhere", look.number)
    points = [point for box in boxes.values() for point in beside(box)
              if is_free(point, picture, [*boxes.values(), *lines], [*badges.values(), *covered])]
    assert len(points) >= 4 * len(looks), f"{len(points)} points are free"
    for (x, y), seen in zip(points, browser.colours(points)):
        expected = photo.colour((x - left) / scale, (y - top) / scale)
        assert are_alike(seen, expected), f"at {x:.0f}, {y:.0f} the page shows {seen}, not {expected}"


def beside(box, distance=6):
    """Points just inside and just outside of the edges of a box."""
    x1, y1, x2, y2 = box
    for part in (0.4, 0.6, 0.8):
        x, y = x1 + part * (x2 - x1), y1 + part * (y2 - y1)
        for side in (-distance, distance):
            yield from [[x, y1 + side], [x, y2 + side], [x1 + side, y], [x2 + side, y]]


def is_free(point, picture, lines, badges, width=4):
    """Whether nothing but the photo is drawn at a point."""
    def depth(box):
        return min(point[0] - box[0], point[1] - box[1], box[2] - point[0], box[3] - point[1])
    return depth(picture) > width and all(abs(depth(box)) > width for box in lines) and all(
        depth(badge) < -width for badge in badges)


def shows_region(photo, look, pixels):
    """Raises unless a picture shows the region of a look, turned as it was; pixels -- its colours over `GRID`, row by row."""
    for (down, right), seen in zip([(down, right) for down in GRID for right in GRID], pixels, strict=True):
        expected = photo.colour(*look.point(right, down))
        assert are_alike(seen, expected), f"picture {look.number} shows {seen} at {right}, {down}, not {expected}"


def grid_of(element):
    """An expression for the colours of an image or canvas over `GRID`."""
    return """((element, grid) => {
        const [width, height] = [element.naturalWidth ?? element.width, element.naturalHeight ?? element.height];
        const pen = new OffscreenCanvas(width, height).getContext('2d');
        pen.drawImage(element, 0, 0);
        const values = pen.getImageData(0, 0, width, height).data;
        return grid.flatMap(down => grid.map(right => 4 * (Math.floor(down * height) * width + Math.floor(right * width))))
            .map(at => [...values.slice(at, at + 3)]);
    })(%s, %s)""" % (element, json.dumps(GRID))


def shows_trajectory(browser, case, article):
    """Raises unless a card of a report or of the viewer shows a case: boxes over its photos, and the picture of each call.

    article -- an expression for the element of the card.
    """
    # Pictures below the screen would be loaded when they are scrolled to.
    browser.run(f"{article}.querySelectorAll('.view img').forEach(image => image.loading = 'eager')")
    browser.run(f"Promise.all([...{article}.querySelectorAll('.view img, .scene image')].map(image => image.decode())).then(() => 1)")
    scenes = browser.run(f"""[...{article}.querySelectorAll('svg.scene')].map((scene, index, all, place = {PLACE}) => ({{
        picture: place(scene.querySelector('image')),
        boxes: [...scene.querySelectorAll('.box')].map(box => [box.className.baseVal, place(box.querySelector('rect'))]),
        truth: [...scene.querySelectorAll('.truth')].map(box => place(box.querySelector('rect'))),
        badges: [...scene.querySelectorAll('.badge')].map(
            badge => [Number(badge.textContent), badge.className.baseVal, place(badge.querySelector('rect'))]),
    }}))""")
    assert len(scenes) == len(case.photos), f"{len(scenes)} photos"
    for index, scene in enumerate(scenes):
        # A box has the colour of its number.
        numbers = {tone.split()[-1]: number for number, tone, _ in scene["badges"]}
        shows_boxes(
            browser, case, index, scene["picture"],
            boxes={numbers[tone.split()[-1]]: place for tone, place in scene["boxes"]},
            badges={number: place for number, _, place in scene["badges"]}, lines=scene["truth"])
    assert len(scenes[0]["truth"]) == (case.truth is not None)
    views = f"[...{article}.querySelectorAll('.view')]"
    shown = browser.run(f"""{views}.map(view => [
        Number(view.querySelector('.number')?.textContent ?? 0), {grid_of("view.querySelector('img')")},
        view.querySelector('figcaption').textContent, view.querySelector('img').alt])""")
    first_looks = [Look(0, index, [0, 0, photo.width, photo.height]) for index, photo in enumerate(case.photos)]
    looks = first_looks + case.looks
    assert [number for number, *_ in shown] == [look.number for look in looks], [number for number, *_ in shown]
    for look, (_, pixels, caption, alt) in zip(looks, shown):
        shows_region(case.photos[look.photo], look, pixels)
        assert ("rotated" in caption) == ("rotated" in alt) == (look.rotation != 0), (caption, alt)
        assert f"image {look.photo + 1}" in alt, alt
        assert (f"Image {look.photo + 1}" in caption) == (look.number == 0 and len(case.photos) > 1), caption
