"""Tests the report of a run: a self-contained file, opened in a headless Chromium."""

import functools
import http.server
import json
import pathlib
import re
import threading
import time

import enlarge
import looks
from browser import Browser

# The comparable parts of a page's charts: texts, computed colours, and paths.
CHARTS = """[...document.querySelectorAll('.chart')].map(chart => ({
  words: [...chart.querySelectorAll('h3, figcaption p, .legend .name, .axis text')].map(part => part.textContent),
  colours: [...chart.querySelectorAll('path, circle, line')].map(part => getComputedStyle(part))
    .flatMap(style => [style.fill, style.stroke, style.strokeWidth, style.opacity]),
  paths: [...chart.querySelectorAll('path')].map(path => path.getAttribute('d')),
}))"""
TABLE_IS_SHOWN = "document.querySelector('#curves noscript table')?.getClientRects().length > 0"


def check(check, address, run, pictures):
    """Opens `report.html` of a run, and compares its charts with those of the viewer.

    check -- called with a name, the result, and a detail; address -- a server that shows the run; run -- its folder;
    pictures -- folder for screenshots.
    """
    report = Report(address, run, pictures)
    check.each("report", [
        report.draws_the_charts_of_the_viewer, report.loads_nothing, report.shows_values_under_the_pointer,
        report.shows_values_by_keys, report.exports_a_drawing, report.has_a_table_without_scripts, report.fits_a_phone,
        report.is_dark_in_the_dark, report.enlarges_pictures,
    ])


def check_looks(check, evaluation, pictures):
    """Looks at the boxes and crops in the page of an evaluation of `looks.CASES`.

    check -- called with a name, whether it holds, and a detail; evaluation -- its folder; pictures -- folder for screenshots.
    """
    # A page may read the pixels of pictures only from a server.
    handler = functools.partial(QuietHandler, directory=evaluation)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name, options in looks.WAYS.items():
            with Browser(**options) as browser:
                browser.open(f"http://127.0.0.1:{server.server_port}/report.html")
                browser.wait(f"document.querySelectorAll('.trajectory').length === {len(looks.CASES)}")
                for number, case in enumerate(looks.CASES):
                    article = f"document.querySelectorAll('.trajectory')[{number}]"
                    check.holds(f"report ({name}): {case.name}", lambda: looks.shows_trajectory(browser, case, article))
                browser.picture(pictures / f"report-looks-{name.replace(', ', '-')}.png", whole=True)
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Report:
    """The report of a run. A check that fails raises."""

    def __init__(self, address, run, pictures):
        self.address, self.run, self.pictures = address, pathlib.Path(run), pathlib.Path(pictures)

    def page(self, **options):
        browser = Browser(**options)
        browser.open((self.run / "report.html").as_uri())
        browser.wait("document.querySelectorAll('.chart path.smooth').length > 5")
        return browser

    def picture(self, browser, name):
        time.sleep(0.3)
        browser.picture(self.pictures / f"report-{name}.png", whole=True)

    @staticmethod
    def is_quiet(browser):
        assert not browser.console, browser.console

    def draws_the_charts_of_the_viewer(self):
        for dark in (False, True):
            with self.page(dark=dark) as browser:
                here = browser.run(CHARTS)
                self.is_quiet(browser)
            with Browser(dark=dark) as browser:
                browser.open(f"{self.address}/runs/{self.run.name}")
                browser.wait("document.querySelectorAll('.chart path.smooth').length > 5")
                there = browser.run(CHARTS)
            for part in ("words", "colours"):
                assert [chart[part] for chart in here] == [chart[part] for chart in there], part
            # The report stores six digits of a value, and a path has tenths of a unit.
            numbers = lambda charts: [float(number) for chart in charts for path in chart["paths"]
                                      for number in re.findall(r"-?[\d.]+", path)]
            pairs = list(zip(numbers(here), numbers(there), strict=True))
            assert len(pairs) > 500 and all(abs(one - other) < 0.15 for one, other in pairs), len(pairs)

    def loads_nothing(self):
        with self.page() as browser:
            loaded = browser.run("performance.getEntriesByType('resource').map(entry => entry.name)")
            assert not [name for name in loaded if not name.startswith("data:")], loaded
            assert browser.run("document.contentType") == "text/html"
            self.is_quiet(browser)

    def shows_values_under_the_pointer(self):
        with self.page() as browser:
            browser.run("document.querySelector('.chart svg').scrollIntoView({ block: 'center', behavior: 'instant' })")
            x, y = browser.run("(box => [box.x + box.width * 0.7, box.y + box.height / 2])"
                               "(document.querySelector('.chart svg').getBoundingClientRect())")
            browser.command("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
            browser.wait("/^Step \\d+/.test(document.querySelector('.chart .tip:not([hidden])')?.textContent)")
            browser.picture(self.pictures / "report-pointer.png")
            browser.command("Input.dispatchMouseEvent", type="mouseMoved", x=1, y=1)
            browser.wait("document.querySelector('.chart .tip').hidden")
            self.is_quiet(browser)

    def shows_values_by_keys(self):
        with self.page() as browser:
            chart = "[...document.querySelectorAll('.chart')].find(one => one.textContent.includes('Mean over the trajectories'))"
            browser.run(f"{chart}.querySelector('svg').focus()")
            first, last = browser.run(
                "(({ steps, columns }) => (shown => [shown[0], shown.at(-1)])(steps.filter((_, index) => "
                "columns['reward/total'][index] !== null)))(JSON.parse(metrics.textContent))")
            for key, number, step in [("Home", 36, first), ("End", 35, last)]:
                browser.press(key, number=number)
                browser.wait(f"{chart}.querySelector('.tip b').textContent === {json.dumps(f'Step {step:,}')}")
            self.is_quiet(browser)

    def exports_a_drawing(self):
        with self.page() as browser:
            browser.run("window.kept = []; URL.createObjectURL = (make => blob => (window.kept.push(blob), make(blob)))"
                        "(URL.createObjectURL)")
            browser.run("document.querySelector('.chart button').click()")
            drawing = browser.run("window.kept[0].text()")
            assert drawing.startswith("<svg") and "var(" not in drawing
            assert "stroke=\"rgb(0, 103, 166)\"" in drawing, drawing[:300]
            self.is_quiet(browser)

    def has_a_table_without_scripts(self):
        with Browser() as browser:
            browser.command("Emulation.setScriptExecutionDisabled", value=True)
            browser.open((self.run / "report.html").as_uri())
            browser.wait(TABLE_IS_SHOWN)
            assert browser.run("document.querySelectorAll('.chart').length") == 0
            assert "reward/total" in browser.run("document.querySelector('#curves noscript').textContent")
            self.picture(browser, "without-scripts")
        with self.page() as browser:
            assert not browser.run(TABLE_IS_SHOWN)

    def fits_a_phone(self):
        with self.page(width=420, height=860) as browser:
            browser.run("document.querySelectorAll('details').forEach(details => details.open = true)")
            self.picture(browser, "phone")
            assert browser.run("document.documentElement.scrollWidth <= innerWidth"), "the report is wider than a phone"
            self.is_quiet(browser)

    def is_dark_in_the_dark(self):
        pages = {}
        for dark in (False, True):
            with self.page(dark=dark) as browser:
                pages[dark] = browser.run("getComputedStyle(document.body).backgroundColor")
                self.picture(browser, "dark" if dark else "light")
        assert pages[False] == "rgb(251, 250, 248)" and pages[True] == "rgb(19, 20, 23)", pages

    def enlarges_pictures(self):
        for options in looks.WAYS.values():
            with self.page(**options) as browser:
                for pictures in (".trajectory .scene", ".trajectory .view img"):
                    enlarge.enlarges(browser, pictures)
                enlarge.is_readable(browser)
                self.is_quiet(browser)
