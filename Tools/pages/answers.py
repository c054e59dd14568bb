"""Tests the page of an evaluation and of a comparison, opened from the disk in a headless Chromium."""

import pathlib
import subprocess
import time

import enlarge
import looks
from browser import Browser
from server import ROOT, TOOL

ENTRIES = "[...document.querySelectorAll('.entry')]"
LOADED = "document.querySelectorAll('.entry').length > 0 && !document.querySelector('.entry .waiting')"


def record(folder, model):
    """Evaluates a model on a few scenes twice, the second time sampled, and compares both; returns their folders."""
    folders = [pathlib.Path(folder) / name for name in ("greedy", "sampled")]
    for place, options in zip(folders, ([], ["--temperature", "1"])):
        deepeyes("evaluate", "--benchmark", "visualsearch", "--model", model, "--limit", "45", "--output", place, *options)
    deepeyes("compare", *folders)
    return folders


def deepeyes(*arguments):
    command = subprocess.run([TOOL, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True)
    if command.returncode:
        raise SystemExit(f"deepeyes {arguments[0]} ended with {command.returncode}:\n{command.stderr[-2000:]}")


def check(check, folder, model, pictures):
    """Tests the pages of two evaluations that it makes.

    check -- called with a name, the result, and a detail; folder -- for the evaluations; pictures -- folder for screenshots.
    """
    answers = Answers(record(folder, model), pictures)
    check.each("answers", [
        answers.show_the_result_first, answers.load_as_one_scrolls, answers.are_filtered, answers.are_reached_by_links,
        answers.show_pictures_of_files, answers.can_be_enlarged, answers.are_compared_side_by_side, answers.say_what_is_missing,
        answers.fit_every_screen,
    ])


class Answers:
    """The answers of two evaluations. A check that fails raises."""

    def __init__(self, folders, pictures):
        self.folders, self.pictures = folders, pathlib.Path(pictures)

    def page(self, name="report.html", choice="", **options):
        browser = Browser(**options)
        browser.open((self.folders[1] / name).as_uri() + choice)
        browser.wait(LOADED)
        return browser

    @staticmethod
    def is_quiet(browser):
        assert not browser.console, browser.console

    def show_the_result_first(self):
        for width in (1280, 420):
            with self.page(width=width) as browser:
                assert browser.run("document.querySelector('.scroll').getBoundingClientRect().top < innerHeight")
                assert browser.run("document.querySelector('#answers').getBoundingClientRect().top > innerHeight / 2")
                self.is_quiet(browser)

    def load_as_one_scrolls(self):
        with self.page() as browser:
            assert browser.run("document.querySelectorAll('.entry').length") < 45
            assert browser.run("document.querySelectorAll('head script').length") <= 2
            for _ in range(40):
                browser.run("scrollTo(0, document.body.scrollHeight)")
                time.sleep(0.1)
            browser.wait("document.querySelectorAll('.entry').length === 45")
            browser.wait(LOADED)
            assert browser.run("document.querySelector('.more').hidden")
            assert browser.run("document.querySelectorAll('.entry .trajectory').length") == 90
            self.is_quiet(browser)

    def are_filtered(self):
        with self.page() as browser:
            def choose(name, value):
                browser.run(f"(field => {{ field.value = {value!r}; field.dispatchEvent(new Event('input', {{ bubbles: true }})) }})"
                            f"(document.querySelector('.filters [name={name}]'))")
            choose("show", "wrong-1")
            browser.wait(LOADED)
            count = browser.run(f"{ENTRIES}.length")
            assert count and browser.run(
                f"{ENTRIES}.every(entry => entry.querySelectorAll('.chips')[0].children[1].textContent === '✗ with tools')")
            choose("kind", "attribute")
            browser.wait(LOADED)
            assert browser.run(f"{ENTRIES}.every(entry => entry.textContent.includes('kind: attribute'))")
            choose("text", "nothing like it")
            browser.wait("document.querySelectorAll('.entry').length === 0")
            assert "0 of 45 questions" in browser.run("document.querySelector('#answers').textContent")
            assert "show=wrong-1" in browser.run("location.hash")
            self.is_quiet(browser)

    def are_reached_by_links(self):
        with self.page() as browser:
            link = "[...document.querySelectorAll('#answer-links a')].find(link => link.textContent.startsWith('Wrong with tools'))"
            expected = int(browser.run(f"{link}.textContent").split("(")[1].rstrip(")"))
            browser.run(f"{link}.click()")
            browser.wait(f"document.querySelector('#answers').textContent.includes('{expected} of 45 questions')")
            assert browser.run("document.querySelector('.filters [name=show]').value") == "wrong-1"
            self.is_quiet(browser)

    def show_pictures_of_files(self):
        with self.page() as browser:
            addresses = browser.run("[...document.querySelectorAll('.entry img, .entry image')]"
                                    ".map(picture => picture.getAttribute('src') ?? picture.getAttribute('href'))")
            assert addresses and all(address.startswith("images/") for address in addresses), addresses[:3]
            browser.run("document.querySelector('.entry .view img').scrollIntoView()")
            browser.wait("document.querySelector('.entry .view img').naturalWidth > 0")
            browser.run("document.querySelector('.entry .scene image').decode().then(() => 1)")
            self.is_quiet(browser)

    def can_be_enlarged(self):
        for options in looks.WAYS.values():
            with self.page(**options) as browser:
                browser.run("document.querySelector('.entry .view img').scrollIntoView()")
                browser.wait("document.querySelector('.entry .view img').naturalWidth > 0")
                for pictures in (".entry .scene", ".entry .view img"):
                    enlarge.enlarges(browser, pictures)
                self.is_quiet(browser)

    def are_compared_side_by_side(self):
        with self.page("comparison.html") as browser:
            assert "90 questions" in browser.run("document.querySelector('#answers').textContent")
            folders = browser.run(f"{ENTRIES}[0].querySelectorAll('.of')[0].querySelector('img').getAttribute('src')")
            assert folders.startswith("../greedy/images/"), folders
            left, right = browser.run(f"[...{ENTRIES}[0].querySelectorAll('.of')].map(part => part.getBoundingClientRect().x)")
            assert right > left + 300, "the answers are not side by side"
            browser.run(f"{ENTRIES}[0].querySelector('.view img').scrollIntoView()")
            browser.wait(f"{ENTRIES}[0].querySelector('.view img').naturalWidth > 0")
            browser.picture(self.pictures / "comparison.png")
            self.is_quiet(browser)

    def say_what_is_missing(self):
        hidden = self.folders[0].with_name("away")
        self.folders[0].rename(hidden)
        try:
            with self.page("comparison.html") as browser:
                assert "cannot be read" in browser.run(f"{ENTRIES}[0].querySelector('.of').textContent")
        finally:
            hidden.rename(self.folders[0])

    def fit_every_screen(self):
        for way, options in looks.WAYS.items():
            for name in ("report.html", "comparison.html"):
                with self.page(name, **options) as browser:
                    assert browser.run("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide ({way})"
                    enlarge.is_readable(browser)
                    browser.picture(self.pictures / f"answers-{name.split('.')[0]}-{way.replace(', ', '-')}.png")
                    self.is_quiet(browser)
