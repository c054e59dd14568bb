"""Tests the viewer of runs in a headless Chromium, by user actions."""

import json
import pathlib
import time
import urllib.request

import enlarge
import looks
from browser import Browser


def check(check, address, run, pictures):
    """Tests the pages of a run that has trajectories of training and of evaluations.

    check -- called with a name, the result, and a detail; pictures -- folder for screenshots.
    """
    viewer = Viewer(address, run, pictures)
    check.each("viewer", [
        viewer.lists_runs, viewer.sorts_and_searches_runs, viewer.draws_curves, viewer.filters, viewer.shows_a_trajectory, viewer.enlarges_pictures,
        viewer.goes_by_keys, viewer.is_readable,
        viewer.shows_a_group, viewer.shows_a_prompt_across_steps, viewer.exports, viewer.fits_a_phone,
    ])


def check_looks(check, address, run, pictures):
    """Looks at the boxes and crops of an evaluation of `looks.CASES`, in the viewer and in the pages it gives to keep.

    check -- called with a name, whether it holds, and a detail; run -- name of the evaluation; pictures -- folder for
    screenshots.
    """
    viewer = Viewer(address, run, pictures)
    for number, case in enumerate(looks.CASES):
        for name, options in looks.WAYS.items():
            check.holds(f"viewer ({name}): {case.name}", lambda: viewer.shows_looks(case, number, name, options))
        check.holds(f"viewer: all boxes of {case.name}", lambda: viewer.shows_all_boxes(case))
        check.holds(f"viewer: page to keep of {case.name}", lambda: viewer.keeps_looks(case))


class Viewer:
    """The viewer at an address, for the run `run`. A failed check raises an error."""

    def __init__(self, address, run, pictures):
        self.address, self.run = address, run
        self.pictures = pathlib.Path(pictures)

    def page(self, path="", width=1280, height=860, dark=False):
        browser = Browser(width, height, dark)
        browser.open(self.address + path)
        return browser

    def of_run(self, query="", **options):
        return self.page(f"/runs/{self.run}{query}", **options)

    def picture(self, browser, name):
        time.sleep(0.3)
        browser.picture(self.pictures / f"viewer-{name}.png")

    @staticmethod
    def is_quiet(browser):
        assert not browser.console, browser.console

    def lists_runs(self):
        with self.page("/runs") as browser:
            browser.wait("document.querySelectorAll('.runs tbody tr').length > 0")
            assert browser.run("document.querySelector('.state').textContent") == "Finished"
            browser.run("document.querySelector('.runs tbody a').click()")
            browser.wait("document.querySelectorAll('.chart').length > 3")
            browser.run("history.back()")
            browser.wait("document.querySelectorAll('.runs tbody tr').length > 0")
            self.picture(browser, "runs")
            self.is_quiet(browser)

    def sorts_and_searches_runs(self):
        """By keys alone; the URL holds the choice."""
        names = "[...document.querySelectorAll('[aria-label=\"Training runs\"] tbody th a')].map(link => link.textContent)"
        with self.page("/runs") as browser:
            browser.wait("document.querySelectorAll('.runs tbody tr').length > 0")
            all_names = browser.run(names)
            browser.run("[...document.querySelectorAll('.sort')].find(item => item.textContent.startsWith('Run')).focus()")
            browser.press("Enter", number=13)
            browser.wait("location.search === '?sort=-name'")
            assert browser.run("document.activeElement.textContent.startsWith('Run')"), "the heading lost the focus"
            assert browser.run("document.querySelector('th[aria-sort]').getAttribute('aria-sort')") == "descending"
            assert browser.run(names) == all_names[::-1]
            browser.press("/", code="Slash", number=191)
            browser.type("no such run")
            browser.wait("document.querySelectorAll('.runs tbody tr').length === 0")
            browser.run("history.replaceState(null, '', '/runs?columns=rollout.groupSize,seed')")
            browser.run("dispatchEvent(new PopStateEvent('popstate'))")
            browser.wait("[...document.querySelectorAll('[data-key*=\"settings.\"]')].map(item => item.textContent).join()"
                         " === 'rollout.groupSize,seed'")
            browser.run("document.querySelector('.controls summary').click()")
            browser.run("document.querySelector('[data-key=\"column seed\"]').click()")
            browser.wait("location.search.endsWith('columns=rollout.groupSize')")
            browser.wait("![...document.querySelectorAll('.sort')].some(item => item.textContent.includes('seed'))")
            self.is_quiet(browser)

    def draws_curves(self):
        with self.of_run() as browser:
            browser.wait("document.querySelectorAll('.chart path.smooth').length > 5")
            before = browser.run("document.querySelector('.chart path.smooth').getAttribute('d')")
            browser.run("smooth.value = 150; smooth.dispatchEvent(new Event('input'))")
            browser.wait(f"document.querySelector('.chart path.smooth').getAttribute('d') !== {json.dumps(before)}")
            assert browser.run("location.search") == "?smooth=150"
            browser.run("document.querySelector('.chart svg').focus()")
            browser.press("ArrowRight", number=39)
            browser.wait("document.querySelector('.chart .tip b')?.textContent.startsWith('Step ')")
            browser.press("Enter", number=13)
            browser.wait("location.search.includes('view=trajectories') && location.search.includes('steps=')")
            self.is_quiet(browser)
        with self.of_run(dark=True) as browser:
            browser.wait("document.querySelectorAll('.chart path.smooth').length > 5")
            self.picture(browser, "curves")

    def filters(self):
        with self.of_run("?view=trajectories") as browser:
            browser.wait("document.querySelectorAll('.lines li').length > 5")
            browser.wait("document.querySelector('.totals').textContent.includes('trajectories')")
            before = browser.run("document.querySelector('.totals').textContent")
            browser.run("document.querySelector('[name=correct]').value = 'no';"
                        "document.querySelector('[name=correct]').dispatchEvent(new Event('input', { bubbles: true }))")
            browser.wait(f"document.querySelector('.totals').textContent.includes(' 0 % right')")
            browser.wait("[...document.querySelectorAll('.verdict')].every(mark => mark.textContent === '✗')")
            assert "correct=no" in browser.run("location.search")
            browser.run("history.back()")
            browser.wait(f"document.querySelector('.totals').textContent === {json.dumps(before)}")
            browser.press("/", code="Slash", number=191)
            browser.wait("document.activeElement.name === 'text'")
            browser.type("no such words")
            browser.wait("document.querySelector('.totals').textContent === 'No trajectory matches the filters.'")
            self.is_quiet(browser)

    def shows_a_trajectory(self):
        at = self.one("calls=1..&correct=yes&origin=training&order=oldest")
        with self.of_run(f"?view=trajectories&at={at}") as browser:
            browser.wait("document.querySelectorAll('.scene .box').length > 0")
            browser.wait("[...document.querySelectorAll('.view img')].every(image => image.complete && image.naturalWidth)")
            assert browser.run("document.querySelectorAll('.token').length > 5")
            assert browser.run("document.querySelectorAll('.view.c1 img').length") == 1
            shaded = "[...document.querySelectorAll('.token')].map(token => token.className).join()"
            before = browser.run(shaded)
            browser.press("s", number=83)
            browser.wait(f"{shaded} !== {json.dumps(before)}")
            assert "shade=advantage" in browser.run("location.search")
            self.picture(browser, "trajectory")
            self.is_quiet(browser)

    def enlarges_pictures(self):
        """Photos and crops, with their boxes, in all views."""
        at = self.one("calls=1..&correct=yes&origin=training&order=oldest")
        for query, selector, options in [
            (f"&at={at}", ".scene", {}), (f"&at={at}", ".view.c1 img", {"width": 420, "height": 800, "dark": True}),
            (f"&at={at}&show=group", ".sample .scene", {"dark": True}), (f"&at={at}&show=prompt", ".times .scene", {}),
        ]:
            with self.of_run(f"?view=trajectories{query}", **options) as browser:
                browser.wait(f"!!document.querySelector('{selector}')")
                browser.run(f"document.querySelector('{selector}').scrollIntoView({{ behavior: 'instant' }})")
                browser.wait(f"(image => !(image instanceof HTMLImageElement) || image.naturalWidth > 0)(document.querySelector('{selector}'))")
                enlarge.enlarges(browser, selector)
                self.is_quiet(browser)

    def is_readable(self):
        """The contrast of text, in both themes."""
        for dark in (False, True):
            for path in ["/runs", f"/runs/{self.run}", f"/runs/{self.run}?view=trajectories", f"/runs/{self.run}?view=about"]:
                with self.page(path, dark=dark) as browser:
                    browser.wait("!!document.querySelector('.runs tbody tr, .chart, .lines li, .configuration')")
                    time.sleep(0.3)
                    enlarge.is_readable(browser)

    def goes_by_keys(self):
        with self.of_run("?view=trajectories&order=oldest") as browser:
            current = "document.querySelector('.lines [aria-current]')?.dataset.at"
            browser.wait(f"{current} === document.querySelector('.lines a').dataset.at")
            browser.press("j", number=74)
            browser.wait(f"{current} === document.querySelectorAll('.lines a')[1].dataset.at")
            browser.press("k", number=75)
            browser.wait(f"{current} === document.querySelector('.lines a').dataset.at")
            browser.press("2", code="Digit2", number=50)
            browser.press("1", code="Digit1", number=49)
            browser.wait("document.querySelectorAll('.chart').length > 3")
            self.is_quiet(browser)

    def shows_a_group(self):
        at = self.one("origin=training&calls=1..")
        with self.of_run(f"?view=trajectories&at={at}&show=group", dark=True) as browser:
            browser.wait("document.querySelectorAll('.sample').length > 1")
            self.picture(browser, "group")
            browser.run("document.querySelector('.sample a').click()")
            browser.wait("!document.querySelector('.sample') && !!document.querySelector('.outcome')")
            browser.run("history.back()")
            browser.wait("document.querySelectorAll('.sample').length > 1")
            self.is_quiet(browser)

    def shows_a_prompt_across_steps(self):
        at = self.one("origin=evaluation/scenes/tools&calls=1..")
        with self.of_run(f"?view=trajectories&at={at}&show=prompt") as browser:
            browser.wait("document.querySelectorAll('.times li').length > 1")
            self.picture(browser, "prompt")
            self.is_quiet(browser)

    def exports(self):
        at = self.one("calls=1..&origin=training")
        kept = ("window.kept = []; URL.createObjectURL = (make => blob => (window.kept.push(blob), make(blob)))"
                "(URL.createObjectURL)")
        with self.of_run(f"?view=trajectories&at={at}") as browser:
            browser.wait("document.querySelectorAll('.scene .box').length > 0")
            browser.run(kept)
            browser.run("[...document.querySelectorAll('.tools button')].find(item => item.textContent === 'PNG').click()")
            browser.wait("window.kept.length === 1")
            size = browser.run("createImageBitmap(window.kept[0]).then(image => [image.width, image.height])")
            assert size[0] == 1400 and size[1] > 600, size
            page = browser.run("fetch([...document.querySelectorAll('.tools a')][0].href).then(page => page.text())")
            assert page.startswith("<!doctype html>") and "src=\"data:image/" in page
            table = browser.run("fetch(document.querySelector('#csv').href).then(page => page.text())")
            assert table.startswith("at,origin,step")
            self.is_quiet(browser)
        with self.of_run() as browser:
            browser.wait("document.querySelectorAll('.chart path.smooth').length > 5")
            browser.run(kept)
            browser.run("document.querySelector('.chart button').click()")
            drawing = browser.run("window.kept[0].text()")
            assert drawing.startswith("<svg") and "var(" not in drawing
            self.is_quiet(browser)

    def fits_a_phone(self):
        at = self.one("calls=1..&origin=training")
        run = f"/runs/{self.run}"
        for name, path in [("runs", "/runs"), ("curves", run), ("list", f"{run}?view=trajectories"),
                           ("chosen", f"{run}?view=trajectories&at={at}"), ("about", f"{run}?view=about")]:
            with self.page(path, width=390, height=844) as browser:
                browser.wait("!!document.querySelector('.chart, .lines li, .outcome, table')")
                time.sleep(0.3)
                self.picture(browser, f"phone-{name}")
                assert browser.run("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than a phone"
                self.is_quiet(browser)

    def shows_looks(self, case, number, way, options):
        with self.of_run(f"?view=trajectories&at={self.recorded(case)['at']}", **options) as browser:
            browser.wait("document.querySelectorAll('.turns .view img').length > 0")
            looks.shows_trajectory(browser, case, "document.querySelector('.trajectory')")
            written = browser.run("[...document.querySelectorAll('.written')].map(written => written.textContent)")
            for text, completion in zip(written, case.completions, strict=True):
                assert text.lstrip("0123456789").startswith(completion.split("\n")[0]), text
            browser.picture(self.pictures / f"viewer-looks-{number + 1}-{way.replace(', ', '-')}.png", whole=True)
            self.is_quiet(browser)

    def shows_all_boxes(self, case):
        """In its group with their numbers, and the first one across steps."""
        at = self.recorded(case)["at"]
        drawn = ("[...document.querySelectorAll('.scene')].flatMap(scene => [...scene.querySelectorAll('.box rect:first-child')]"
                 ".map(box => [scene.getAttribute('viewBox'), ...['x', 'y', 'width', 'height'].map(name => +box.getAttribute(name))]))")
        boxes = [[f"0 0 {photo.width} {photo.height}", x1, y1, x2 - x1, y2 - y1]
                 for photo, (x1, y1, x2, y2) in [(case.photos[look.photo], look.region) for look in case.looks if look.is_box]]
        for show, expected in [("group", boxes), ("prompt", boxes[:1])]:
            with self.of_run(f"?view=trajectories&at={at}&show={show}") as browser:
                browser.wait("document.querySelectorAll('.scene .box').length > 0")
                shown = browser.run(drawn)
                assert sorted(shown) == sorted(expected), (show, shown)
                self.is_quiet(browser)

    def keeps_looks(self, case):
        page = self.pictures / "kept.html"
        with urllib.request.urlopen(
                f"{self.address}/api/runs/{self.run}/trajectory.html?at={self.recorded(case)['at']}") as reply:
            page.write_bytes(reply.read())
        with Browser() as browser:
            browser.open(page.resolve().as_uri())
            looks.shows_trajectory(browser, case, "document.querySelector('.trajectory')")
            self.is_quiet(browser)

    def recorded(self, case):
        """What the list says of a case."""
        address = f"{self.address}/api/runs/{self.run}/trajectories?limit=100"
        with urllib.request.urlopen(address) as reply:
            return next(line for line in json.load(reply) if line["example_id"] == case.name)

    def one(self, query):
        """The key of a trajectory that matches a filter."""
        address = f"{self.address}/api/runs/{self.run}/trajectories?limit=1&{query}"
        with urllib.request.urlopen(address) as reply:
            return json.load(reply)[0]["at"]
