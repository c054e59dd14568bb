"""Tests the playground in a headless Chromium, by user actions."""

import base64
import json
import pathlib
import tempfile
import urllib.request

import looks
from browser import Browser

BOX = "document.querySelectorAll('#boxes g.box').length"
DONE = "document.querySelector('#status').textContent === 'Done.'"


def ask(page, text):
    page.run("document.querySelector('#question').select()")
    page.type(text)
    page.press("Enter", number=13)


def check(check, server, pictures):
    """Uploads a photo, asks a question, and checks the boxes and the answer.

    check -- called with a name, the result, and a detail; pictures -- folder for screenshots.
    """
    # A scene whose question the model answers with a tool call, found through the API.
    number = next(number for number in range(1, 60) if looks_closer(server, number))
    scene, text = server.scene(number)
    with tempfile.TemporaryDirectory() as folder, Browser() as page:
        file = pathlib.Path(folder) / "scene.png"
        file.write_bytes(scene)
        page.open(server.address + "/")
        page.wait("document.querySelectorAll('#model option').length === 2")
        check("playground: the thinking model comes first",
              page.run("document.querySelector('#model').value").endswith("-thinking"))
        page.picture(pictures / "playground-empty.png")

        ask(page, text)
        check("playground: without a photo it says so",
              page.run("document.querySelector('#status').classList.contains('problem')"))
        page.put("#file", file)
        page.wait("!document.querySelector('#photo').hidden")
        ask(page, text)
        page.wait(DONE)
        check("playground: a box is drawn on the photo", page.run(BOX) >= 1, f"{page.run(BOX)}")
        check("playground: with the number of its call", page.run("document.querySelector('#boxes text').textContent")
              == page.run("document.querySelector('#thoughts .look:has(canvas) .number').textContent"))
        crop = page.run("""(() => {
            const canvas = document.querySelector('#thoughts canvas');
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            return new Set(Array.from({length: pixels.length / 4}, (_, i) => pixels.slice(4 * i, 4 * i + 3).join())).size;
        })()""")
        check("playground: the crop slides in", crop > 100, f"{crop} colours")
        check("playground: the answer ends it", bool(page.run("document.querySelector('#answer').textContent")),
              page.run("document.querySelector('#answer').textContent"))
        check("playground: for readers of the screen", "box" in page.run(
            "document.querySelector('#boxes').getAttribute('aria-label')"))
        page.run("new Promise(resolve => setTimeout(resolve, 600))")
        page.picture(pictures / "playground.png")

        markup = "<img src=x onerror=\\'window.broken=1\\'>"
        page.run(f"document.querySelector('#answer').hidden = true")
        ask(page, markup)
        page.wait(DONE)
        check("playground: markup is text", page.run("window.broken") is None and
              page.run("document.querySelectorAll('#thoughts img, #answer img').length") == 0)

        page.run("document.querySelector('#change').click()")
        page.run("document.querySelector('#scene').click()")
        page.wait("!document.querySelector('#photo').hidden")
        check("playground: draws a scene with its question", page.run(
            "document.querySelector('#question').value").startswith("What colour"))
        unlabelled = page.run("""[...document.querySelectorAll('input, select, textarea, button')]
            .filter(e => !(e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label'))).map(e => e.id)""")
        check("playground: every control has a name", unlabelled == [], ", ".join(unlabelled))
        check("playground: no error in the console", page.console == [], "; ".join(page.console)[:300])
    for name, options in [("dark", {"dark": True}), ("narrow", {"width": 400})]:
        with tempfile.TemporaryDirectory() as folder, Browser(**options) as page:
            file = pathlib.Path(folder) / "scene.png"
            file.write_bytes(scene)
            page.open(server.address + "/")
            page.wait("document.querySelectorAll('#model option').length === 2")
            page.put("#file", file)
            page.wait("!document.querySelector('#photo').hidden")
            ask(page, text)
            page.wait(DONE)
            page.run("new Promise(resolve => setTimeout(resolve, 600))")
            page.picture(pictures / f"playground-{name}.png", whole=True)
            check(f"playground: nothing is cut off ({name})", page.run(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def check_looks(check, server, run, folder, pictures):
    """Shows the page the stream of each of `looks.CASES` about one photo, and looks at the boxes and crops.

    The model that is served does not call tools so, and the stream is made of what an evaluation recorded.

    check -- called with a name, whether it holds, and a detail; server -- shows the evaluation; run -- its name; folder -- has
    the photos; pictures -- folder for screenshots.
    """
    for case in looks.CASES:
        if len(case.photos) > 1:
            continue
        stream = recorded_stream(server, run, case)
        for name, options in looks.WAYS.items():
            with Browser(**options) as page:
                check.holds(f"playground ({name}): {case.name}", lambda: shows_looks(page, server, case, stream, folder))
                way = name.replace(", ", "-")
                page.picture(pictures / f"playground-looks-{case.name.replace(' ', '-')}-{way}.png", whole=True)


def recorded_stream(server, run, case):
    """The stream of an answer as the server would write it for a recorded trajectory."""
    api = f"{server.address}/api/runs/{run}"
    with urllib.request.urlopen(f"{api}/trajectories?limit=100") as reply:
        at = next(line["at"] for line in json.load(reply) if line["example_id"] == case.name)
    with urllib.request.urlopen(f"{api}/trajectory?at={at}") as reply:
        trajectory = json.load(reply)
    deltas = [{"role": "assistant", "content": ""}]
    for call in trajectory["calls"]:
        thought = trajectory["segments"][call["segment"]]["text"].split("<think>")[1].split("</think>")[0]
        deltas += [{"reasoning_content": thought}, {"tool_event": tool_event(trajectory, call)}]
    deltas.append({"content": trajectory["answer"]})
    chunks = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    common = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "nano-thinking"}
    return "".join(f"data: {json.dumps({**common, **chunk})}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


def tool_event(trajectory, call):
    """What the server tells of a call: `ToolEvent` in Sources/Serving/OpenAI."""
    event = {"name": call["name"], "arguments": call["arguments"]}
    if "error" in call:
        return {**event, "error": call["error"]}
    if "box" not in call:
        return event
    rotation = trajectory["segments"][call["segment"] + 1]["views"][0]["rotation"]
    image = json.loads(call["arguments"])["image"]
    return {**event, "image": image, "source": call["image"] + 1, "box": call["box"], "rotation": rotation}


def shows_looks(page, server, case, stream, folder):
    photo = case.photos[0]
    page.open(server.address + "/")
    page.wait("document.querySelectorAll('#model option').length === 2")
    page.put("#file", folder / photo.name)
    page.wait("!document.querySelector('#photo').hidden")
    page.run(f"window.fetch = async () => new Response({json.dumps(stream)})")
    ask(page, case.question)
    page.wait(DONE)
    # Boxes and crops come in slowly.
    page.run("Promise.all(document.getAnimations().map(animation => animation.finished)).then(() => true)")
    page.run("scrollTo(0, 0)")
    boxes = dict(page.run(f"""[...document.querySelectorAll('#boxes g.box')].map((box, index, all, place = {looks.PLACE}) =>
        [Number(box.querySelector('text').textContent), place(box.querySelector('rect.line'))])"""))
    badges = dict(page.run(f"""[...document.querySelectorAll('#boxes g.box')].map((box, index, all, place = {looks.PLACE}) =>
        [Number(box.querySelector('text').textContent), place(box.querySelector('rect[rx]'))])"""))
    picture = page.run("(({ x, y, right, bottom }) => [x + scrollX, y + scrollY, right + scrollX, bottom + scrollY])"
                       "(document.querySelector('#image').getBoundingClientRect())")
    looks.shows_boxes(page, case, 0, picture, boxes, badges)
    crops = page.run(f"""[...document.querySelectorAll('#thoughts .look:has(canvas)')].map(look =>
        [Number(look.querySelector('.number').textContent), {looks.grid_of("look.querySelector('canvas')")}, look.textContent])""")
    cuts = [look for look in case.looks if look.is_box]
    assert [number for number, *_ in crops] == [look.number for look in cuts], [number for number, *_ in crops]
    for look, (_, pixels, text) in zip(cuts, crops):
        looks.shows_region(photo, look, pixels)
        x1, y1, x2, y2 = look.region
        assert f"{x2 - x1} × {y2 - y1} pixels at {x1}, {y1}" in text and ("rotated" in text) == (look.rotation != 0), text
    assert page.run("document.querySelectorAll('#thoughts .look').length") == len(case.calls)
    assert page.console == [], page.console


def check_key(check, server, key, pictures):
    """Enters the API key on the login page."""
    with Browser() as page:
        page.open(server.address + "/")
        check("key: a browser is asked for it", page.run("location.pathname") == "/login")
        check("key: on a page with its style sheets", page.run(
            "[...document.styleSheets].map(sheet => sheet.cssRules.length > 5).join()") == "true,true")
        for typed in ["wrong", key]:
            page.run("document.querySelector('input').focus()")
            page.type(typed)
            if typed == key:
                page.picture(pictures / "login.png")
            page.press("Enter", number=13)
            page.wait("document.querySelector('[role=alert]')?.textContent !== '' || location.pathname === '/'")
        page.wait("location.pathname === '/' && document.querySelectorAll('#model option').length === 2")
        check("key: and then let in", True)
        # The wrong key causes an expected 401.
        problems = [line for line in page.console if "401" not in line]
        check("key: no error in the console", not problems, "; ".join(problems)[:500])


def looks_closer(server, number):
    picture, text = server.scene(number)
    image = "data:image/png;base64," + base64.b64encode(picture).decode()
    answer = server.post("/v1/chat/completions", {
        "model": server.models()[1], "temperature": 0, "messages": [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": image}}, {"type": "text", "text": text}]}]})
    message = answer["choices"][0]["message"]
    return bool(message["content"]) and any("box" in event for event in message.get("tool_events", []))
