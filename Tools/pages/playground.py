"""Tests the playground in a headless Chromium, by user actions."""

import base64
import json
import pathlib
import tempfile
import urllib.request

import enlarge
import looks
from browser import Browser

BOX = "document.querySelectorAll('#photos g.box').length"
DONE = "document.querySelector('#status').textContent === 'Done.'"
READY = "document.querySelectorAll('#model option').length === 2"


def ask(page, text):
    page.run("document.querySelector('#question').select()")
    page.type(text)
    page.press("Enter", number=13)


def opened(server, path="/", **options):
    page = Browser(**options)
    page.open(server.address + path)
    page.wait(READY)
    return page


def put(page, *files):
    page.put("#file", *files)
    page.wait(f"document.querySelectorAll('#photos .scene').length === {len(files)}")


def check(check, server, pictures):
    """Uses the playground as a person would.

    check -- called with a name, the result, and a detail; pictures -- folder for screenshots.
    """
    # A scene whose question the model answers with a tool call, found through the API.
    number = next(number for number in range(1, 60) if looks_closer(server, number))
    with tempfile.TemporaryDirectory() as folder:
        playground = Playground(server, number, pathlib.Path(folder), pictures)
        check.each("playground", [
            playground.says_what_the_model_can_do, playground.shows_boxes_crops_and_the_answer, playground.shows_markup_as_text,
            playground.asks_a_follow_up_about_several_photos, playground.compares_two_conditions,
            playground.forgets_the_answer_after_a_file_that_is_no_image, playground.tries_a_scene_with_its_answer,
            playground.says_limits_in_its_words, playground.shares_a_link, playground.exports_a_page, playground.keeps_a_history,
            playground.is_used_by_keys_alone, playground.enlarges_pictures, playground.fits_every_screen,
        ])


class Playground:
    """The playground of a server. A check that fails raises."""

    def __init__(self, server, number, folder, pictures):
        self.server, self.number, self.pictures = server, number, pictures
        scene, self.text = server.scene(number)
        self.file, self.other = folder / "scene.png", folder / "other.png"
        self.file.write_bytes(scene)
        self.other.write_bytes(server.scene(number + 1)[0])
        self.wrong = folder / "notes.txt"
        self.wrong.write_text("no image")

    def answered(self, **options):
        page = opened(self.server, **options)
        put(page, self.file)
        ask(page, self.text)
        page.wait(DONE)
        page.run("Promise.all(document.getAnimations().map(animation => animation.finished)).then(() => true)")
        return page

    @staticmethod
    def is_quiet(page):
        assert page.console == [], page.console

    def says_what_the_model_can_do(self):
        with opened(self.server) as page:
            assert "only coloured shapes" in page.run("document.querySelector('#card').textContent")
            assert page.run("document.querySelector('#model').value").endswith("-thinking")
            ask(page, self.text)
            assert page.run("document.querySelector('#status').classList.contains('problem')")
            page.picture(self.pictures / "playground-empty.png")
            self.is_quiet(page)

    def shows_boxes_crops_and_the_answer(self):
        with self.answered() as page:
            assert page.run(BOX) >= 1
            assert page.run("document.querySelector('#photos .badge text').textContent") == page.run(
                "document.querySelector('.look:has(img) .number').textContent")
            colours = page.run("""(async image => {
                await image.decode();
                const pen = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d');
                pen.drawImage(image, 0, 0);
                const pixels = pen.getImageData(0, 0, image.naturalWidth, image.naturalHeight).data;
                return new Set(Array.from({ length: pixels.length / 4 }, (_, i) => pixels.slice(4 * i, 4 * i + 3).join())).size;
            })(document.querySelector('.look img'))""")
            assert colours > 50, colours
            assert page.run("document.querySelector('.final').textContent")
            assert "box" in page.run("document.querySelector('#photos .scene').getAttribute('aria-label')")
            counts = page.run("document.querySelector('.counts').textContent")
            assert " s · first token after " in counts and "tokens generated" in counts and "image tokens" in counts, counts
            page.picture(self.pictures / "playground.png")
            self.is_quiet(page)

    def shows_markup_as_text(self):
        with opened(self.server) as page:
            put(page, self.file)
            ask(page, "<img src=x onerror=\\'window.broken=1\\'>")
            page.wait(DONE)
            assert page.run("window.broken") is None
            assert page.run("document.querySelectorAll('#turns .asked img, .final img, .words img').length") == 0
            self.is_quiet(page)

    def asks_a_follow_up_about_several_photos(self):
        with opened(self.server) as page:
            page.run(RECORDED)
            put(page, self.file, self.other)
            ask(page, self.text)
            page.wait(DONE)
            ask(page, "And is there a red circle?")
            page.wait(f"document.querySelectorAll('.turn').length === 2 && {DONE}")
            first, second = page.run("window.asked")
            assert [part["type"] for part in first["messages"][0]["content"]] == ["image_url", "image_url", "text"]
            assert [message["role"] for message in second["messages"]] == ["user", "assistant", "user"], second["messages"]
            answer = page.run("document.querySelector('.turn .final').textContent")
            assert second["messages"][1]["content"] == answer and second["messages"][0] == first["messages"][0]
            assert [part["type"] for part in second["messages"][2]["content"]] == ["text"]
            assert page.run("document.querySelector('#photos').textContent").count("Photo ") == 2
            self.is_quiet(page)

    def compares_two_conditions(self):
        with opened(self.server) as page:
            put(page, self.file)
            page.run("document.querySelector('#beside').value = document.querySelectorAll('#model option')[1].value")
            ask(page, self.text)
            page.wait(DONE)
            names = page.run("[...document.querySelectorAll('.columns.two .answer h3')].map(name => name.textContent)")
            assert names == ["nano-thinking, with tools", "nano, without tools"], names
            answers = page.run("[...document.querySelectorAll('.columns.two .final')].map(answer => answer.textContent)")
            assert all(answers) and not any("<" in answer for answer in answers), answers
            assert page.run("[...document.querySelectorAll('.columns.two .answer')].every(answer => "
                            "answer.querySelector('.counts').textContent.includes('tokens generated'))")
            page.picture(self.pictures / "playground-beside.png")
            self.is_quiet(page)

    def forgets_the_answer_after_a_file_that_is_no_image(self):
        with self.answered() as page:
            page.put("#file", self.wrong)
            page.wait("document.querySelector('#status').classList.contains('problem')")
            assert "notes.txt cannot be shown as an image" in page.run("document.querySelector('#status').textContent")
            assert page.run("[...document.querySelectorAll('.turn, #photos figure, .final, g.box')].length") == 0
            assert not page.run("document.querySelector('#drop').hidden")
            self.is_quiet(page)

    def tries_a_scene_with_its_answer(self):
        with opened(self.server) as page:
            page.run("document.querySelector('#scene').click()")
            page.wait("document.querySelectorAll('#photos .scene').length === 1")
            assert page.run("document.querySelector('#question').value").startswith("What colour")
            expected = page.run("document.querySelector('#status').textContent")
            assert expected.startswith("The right answer is: ") and len(expected) > 24, expected
            page.run("document.querySelector('#question').focus()")
            page.press("Enter", number=13)
            page.wait(DONE)
            assert page.run("document.querySelector('.turn .note b').textContent") in expected
            self.is_quiet(page)

    def says_limits_in_its_words(self):
        for code, status, words in [("context_length_exceeded", 400, "longer than the model can read"),
                                    ("request_too_large", 413, "96 MB"), ("server_overloaded", 429, "busy")]:
            with opened(self.server) as page:
                put(page, self.file)
                page.run("window.fetch = async () => new Response(%s, { status: %d })" % (
                    json.dumps(json.dumps({"error": {"code": code, "message": "messages[0].content[1]"}})), status))
                ask(page, self.text)
                page.wait("!!document.querySelector('.answer .problem')")
                said = page.run("document.querySelector('.answer .problem').textContent")
                assert words in said and "messages[" not in said, said
        with opened(self.server) as page:
            put(page, self.file)
            page.run("window.fetch = async () => { throw new TypeError('Failed to fetch') }")
            ask(page, self.text)
            page.wait("document.querySelector('.answer .problem')?.textContent.startsWith('The server cannot be reached')")

    def shares_a_link(self):
        with opened(self.server, f"/?scene={self.number}&seed=7") as page:
            page.wait("document.querySelectorAll('#photos .scene').length === 1")
            assert page.run("document.querySelector('#seed').value") == "7"
            ask(page, self.text)
            page.wait(DONE)
            page.run("document.querySelector('#share').click()")
            page.wait("location.search.includes('question=')")
            link = page.run("location.pathname + location.search")
        with opened(self.server, link) as page:
            page.wait("document.querySelectorAll('#photos .scene').length === 1")
            assert page.run("document.querySelector('#question').value") == self.text
            assert page.run("document.querySelector('#seed').value") == "7"
            self.is_quiet(page)

    def exports_a_page(self):
        with self.answered() as page:
            page.run("window.kept = []; URL.createObjectURL = (make => blob => (window.kept.push(blob), make(blob)))"
                     "(URL.createObjectURL)")
            page.run("document.querySelector('#page').click()")
            page.wait("window.kept.length === 1")
            kept = self.pictures / "conversation.html"
            kept.write_text(page.run("window.kept[0].text()"))
            page.run("document.querySelector('#json').click()")
            exported = json.loads(page.run("window.kept[1].text()"))
            assert exported["turns"][0]["question"] == self.text and exported["turns"][0]["answers"][0]["usage"]
            answer = page.run("document.querySelector('.final').textContent")
            self.is_quiet(page)
        with Browser() as page:
            page.open(kept.resolve().as_uri())
            assert page.run("document.querySelector('.final').textContent") == answer
            assert page.run(BOX) >= 1 and page.run("document.querySelector('.look img').naturalWidth") > 0
            assert page.run("document.querySelectorAll('button, script').length") == 0
            self.is_quiet(page)

    def keeps_a_history(self):
        with self.answered() as page:
            answer = page.run("document.querySelector('.final').textContent")
            boxes = page.run(BOX)
            page.open(self.server.address + "/")
            page.wait("document.querySelectorAll('#past button').length === 1")
            page.run("document.querySelector('#past button').click()")
            page.wait("document.querySelectorAll('.turn').length === 1")
            assert page.run("document.querySelector('.final').textContent") == answer and page.run(BOX) == boxes
            page.run("document.querySelector('#forget').click()")
            page.wait("document.querySelector('#history').hidden")
            self.is_quiet(page)

    def is_used_by_keys_alone(self):
        with self.answered() as page:
            unnamed = page.run("""[...document.querySelectorAll('input, select, textarea, button')]
                .filter(e => !(e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label'))).map(e => e.id)""")
            assert unnamed == [], unnamed
            page.run("document.activeElement.blur(); scrollTo(0, 0)")
            reached = set()
            for _ in range(60):
                page.press("Tab", number=9)
                reached.add(page.run("document.activeElement.id || document.activeElement.getAttribute('class')"))
            wanted = {"model", "beside", "add", "change", "question", "ask", "share", "page", "json", "scene enlargeable"}
            assert wanted <= reached, wanted - reached

    def enlarges_pictures(self):
        for options in looks.WAYS.values():
            with self.answered(**options) as page:
                for picture in ("#photos .scene", ".look img"):
                    enlarge.enlarges(page, picture)
                self.is_quiet(page)

    def fits_every_screen(self):
        for way, options in looks.WAYS.items():
            with self.answered(**options) as page:
                page.picture(self.pictures / f"playground-{way.replace(', ', '-')}.png", whole=True)
                assert page.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), way
                enlarge.is_readable(page, "body *")


# Keeps the bodies of requests for answers.
RECORDED = """window.asked = []; window.fetch = (send => (address, options) => {
    if (options?.body) window.asked.push(JSON.parse(options.body));
    return send(address, options);
})(window.fetch)"""


def check_looks(check, server, run, folder, pictures):
    """Shows the page the stream of each of `looks.CASES` and looks at the boxes and crops.

    The model that is served does not call tools so, and the stream is made of what an evaluation recorded.

    check -- called with a name, whether it holds, and a detail; server -- shows the evaluation; run -- its name; folder -- has
    the photos; pictures -- folder for screenshots.
    """
    for case in looks.CASES:
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
    page.open(server.address + "/")
    page.wait(READY)
    put(page, *[folder / photo.name for photo in case.photos])
    page.run(f"window.fetch = async () => new Response({json.dumps(stream)})")
    ask(page, case.question)
    page.wait(DONE)
    page.wait(f"document.querySelectorAll('.look img').length === {len(case.looks)}")
    # Boxes and crops come in slowly.
    page.run("Promise.all(document.getAnimations().map(animation => animation.finished)).then(() => true)")
    page.run("document.activeElement.blur(); scrollTo(0, 0)")
    scenes = page.run(f"""[...document.querySelectorAll('#photos .scene')].map((scene, index, all, place = {looks.PLACE}) => ({{
        picture: place(scene.querySelector('image')),
        boxes: [...scene.querySelectorAll('.box')].map(box => [box.className.baseVal.split(' ')[1], place(box.querySelector('rect'))]),
        badges: [...scene.querySelectorAll('.badge')].map(
            badge => [Number(badge.textContent), badge.className.baseVal.split(' ')[1], place(badge.querySelector('rect'))]),
        arrows: [...scene.querySelectorAll('.turned path:first-child')].map(arrow => place(arrow)),
    }}))""")
    for index, scene in enumerate(scenes):
        numbers = {tone: number for number, tone, _ in scene["badges"]}
        boxes = {numbers[tone]: place for tone, place in scene["boxes"]}
        badges = {number: place for number, _, place in scene["badges"] if number in boxes}
        covered = [place for number, _, place in scene["badges"] if number not in boxes] + scene["arrows"]
        looks.shows_boxes(page, case, index, scene["picture"], boxes, badges, covered=covered)
        turned = [look for look in case.looks if look.photo == index and look.rotation]
        assert len(scene["arrows"]) == len(turned), "a turned picture has no arrow"
    crops = page.run(f"""Promise.all([...document.querySelectorAll('.look:has(img)')].map(async look =>
        (await look.querySelector('img').decode(), [Number(look.querySelector('.number').textContent),
            {looks.grid_of("look.querySelector('img')")}, look.textContent])))""")
    assert [number for number, *_ in crops] == [look.number for look in case.looks], [number for number, *_ in crops]
    for look, (_, pixels, text) in zip(case.looks, crops):
        looks.shows_region(case.photos[look.photo], look, pixels)
        x1, y1, x2, y2 = look.region
        assert f"{x2 - x1} × {y2 - y1} pixels at {x1}, {y1}" in text and ("rotated" in text) == (look.rotation != 0), text
    assert page.run("document.querySelectorAll('.look').length") == len(case.calls)
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
