"""Explorers on a page of their own, driven through their controls and read as a reader reads them.

    figure = opened(Stride(n=5))
    seen = figure.do(["set", "stride s", 3])
    seen.numbers("Output"), seen.sentence, seen.lit("Kernel")

What can be done is said in figures.js. A list of lists of acts takes one call and gives one reading
each, which is what makes many settings quick.
"""

import json
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from unittest.mock import patch

import numpy as np

from convkit import explorers
from convkit.explorers import bundle, page_script

DRIVER = Path(__file__).with_name("figures.js").read_text()
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
HOST = "http://explorers.test"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Figure</title>
<link rel="icon" href="data:,">
<style>[hidden] {{ display: none !important }}</style>
<meta name="viewport" content="width=device-width"><body><main>{}</main><script>{}</script>"""


class Seen:
    """What a reader sees of an explorer at one moment."""

    def __init__(self, raw):
        self.raw = raw
        self.formula, self.sum, self.sentence = raw["formula"], raw["sum"], raw["sentence"]
        self.call, self.warns, self.controls = raw["call"], raw["warns"], raw["controls"]

    def texts(self, view):
        """The texts of a view as an array, one entry a cell or bar; empty if the view is."""
        rows = self.raw["views"].get(view, [])
        return np.array([[text for text, _ in row] for row in rows])

    def numbers(self, view):
        """The numbers of a view."""
        return np.array([[number(text) for text in row] for row in self.texts(view)])

    def marked(self, view, mark):
        """The (row, column) of each cell of a view with a class name."""
        rows = self.raw["views"].get(view, [])
        return {
            (i, j)
            for i, row in enumerate(rows)
            for j, (_, marks) in enumerate(row)
            if mark in marks.split()
        }

    def lit(self, view):
        """The (row, column) of each cell that is outlined."""
        return self.marked(view, "cx-on")


def number(text):
    """A number that a page shows, with a true minus sign; −∞ too."""
    return float(text.replace("\N{MINUS SIGN}", "-").replace("\N{INFINITY}", "inf"))


def value_of(sum, **arrays):
    """The value of a sum as a figure writes it: "2·(−1) + g[0, 1]·3", "max(−∞, 4)"."""
    text = sum.replace("\N{MINUS SIGN}", "-").replace("\N{MIDDLE DOT}", "*")
    return eval(text.replace("\N{INFINITY}", "inf"), {"inf": np.inf, "max": max, **arrays})


class Figure:
    """One explorer on a page in the browser."""

    def __init__(self, page, index=0):
        self.page = page
        self.place = page.locator("[data-explorer]").nth(index)

    def wait_until_ready(self):
        """Wait until the script has drawn all explorers on the page."""
        waiting = "[data-explorer]:not([data-ready])"
        self.page.wait_for_function(f"!document.querySelector('{waiting}')")

    def at(self, index):
        """The explorer with this number on the page."""
        return Figure(self.page, index)

    def run(self, lists):
        """Do each list of acts and return what is seen after it."""
        return [Seen(raw) for raw in self._run(lists, "read")]

    def links(self, view, places):
        """Point at places of a view; yield for each what lights up, {view: places}, and the sum."""
        acts = [[["point", view, i, j]] for i, j in places]
        for raw in self._run(acts, "links"):
            yield {name: set(map(tuple, lit)) for name, lit in raw["lit"].items()}, raw["sum"]

    def _run(self, lists, look):
        # as one text: what Playwright makes of long nested lists takes longer than the acts
        script = (
            "(place, [lists, look]) => JSON.stringify(figures.run(place, JSON.parse(lists), look))"
        )
        return json.loads(self.place.evaluate(script, [json.dumps(lists), look]))

    def do(self, *acts):
        """Do some acts and return what is seen then."""
        return self.run([list(acts)])[0]


@contextmanager
def opened(browser, *shown, address="", script=None, strict=True, **options):
    """Open a page with explorers; yield a Figure of the first.

    `address` is what follows the # in the page's address, `script` replaces the page's script.
    Unless `strict` is off, an error in the page or a request to a host is one here.
    """
    names = dict.fromkeys(explorer.name() for explorer in shown)
    text = PAGE.format("".join(map(as_html, shown)), script or page_script(*names))
    with blank_page(browser, options) as (page, errors):
        page.route(f"{HOST}/*", lambda route: route.fulfill(body=text, content_type="text/html"))
        page.goto(f"{HOST}/{next(VISITS)}#{address}")
        figure = Figure(page)
        if strict:
            figure.wait_until_ready()
        if options.get("java_script_enabled", True):
            page.evaluate(DRIVER)
        yield figure
        assert not (strict and errors), errors


BLANK, VISITS = {}, count()


@contextmanager
def blank_page(browser, options):
    """A blank page in a context with these options, and the list of errors heard from it.

    To open one takes a browser much longer than to load an explorer, so it is used again, unless
    something has failed.
    """
    key = browser, json.dumps(options, sort_keys=True)
    page, errors = BLANK.pop(key, None) or new_page(browser, options)
    errors.clear()
    if "viewport" in options:  # a test may have changed it
        page.set_viewport_size(options["viewport"])
    try:
        yield page, errors
    except BaseException:
        page.context.close()
        raise
    page.unroute(f"{HOST}/*")
    page.mouse.move(0, 0)
    page.emulate_media(media="null")
    BLANK[key] = page, errors


def new_page(browser, options):
    page, errors = browser.new_context(**options).new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.route("**/*", lambda route: errors.append(route.request.url) or route.abort())
    return page, errors


def as_html(explorer):
    """Its HTML with a dot for the still figure, which takes longer to draw than all else here."""
    with (
        patch.object(type(explorer), "still", lambda _: None),
        patch("convkit.explorers.explorer.as_data", lambda _: DOT),
    ):
        return explorer.html()


def copied(explorer):
    """Another explorer in the same state."""
    return getattr(explorers, type(explorer).__name__)(**explorer.state)


def with_bug(monkeypatch, file, old, new):
    """The page's script with one text of one source file replaced."""
    right = bundle.source

    def source(path):
        text = right(path)
        if path.name != file:
            return text
        assert text.count(old) == 1, f"{file} should hold {old!r} once, not {text.count(old)} times"
        return text.replace(old, new)

    monkeypatch.setattr(bundle, "source", source)
    for joined in ("library", "script"):
        monkeypatch.setattr(bundle, joined, getattr(bundle, joined).__wrapped__)
    return page_script()
