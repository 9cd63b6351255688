"""A chapter runs on its page: each cell prints what the book says, or keeps it and says why.

`make test` runs one chapter, `make test-all` every one, and convkit's own tests with them. The
tests of one chapter share a page, in their order.
"""

import base64
import io
import re
import sys
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from conftest import CHAPTERS, SITE
from playwright.sync_api import expect
from sizes import THOROUGH, sized

ROOT = Path(__file__).parents[2]
MODEL = "chapters/linearity"
SECONDS = 1000 * sized(180, 900)  # for a chapter, in milliseconds
RUN = CHAPTERS if THOROUGH else [MODEL]

# Cells that need no PyTorch themselves and still do not print what the book says: words of the
# cell, and the reason.
EXCEPTIONS = {}
TORCH = r"\b(torch|F|nn|dask|distributed|resource)\b"

pytestmark = pytest.mark.skipif(
    SITE.exists() and not (SITE / "_static/run/run.js").exists(),
    reason="the book was built where no source has Pyodide: no page runs",
)

SHOWN = """() => [...document.querySelectorAll('div.cell')].filter(c => c.querySelector('.cell_input pre')).map(cell => {
    const output = cell.querySelector('.cell_output');
    const text = e => e ? e.textContent.replace(/\\s+/g, ' ').trim() : '';
    return {
        state: cell.dataset.run || '', code: cell.querySelector('.cell_input pre').textContent,
        line: text(cell.querySelector('details.check > summary')),
        text: [...(output ? output.children : [])].filter(part => !part.querySelector('[data-explorer], ask-question, .ask-note'))
            .map(text).filter(Boolean).join(' | '),
        pictures: output ? output.querySelectorAll('img:not([data-explorer] img)').length : 0,
        explorers: output ? [...output.querySelectorAll('[data-explorer]')].map(e => e.dataset.state) : [],
    };
})"""


class Reader:
    """A page with code, and what it asked for."""

    def __init__(self, visit):
        self.visit, self.page = visit, visit.page
        self.bar = self.page.get_by_role("region", name="Run this page")
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")

    def cell(self, words):
        return self.page.locator("div.cell", has=self.page.locator("pre", has_text=words)).first

    def run(self, cell):
        self.do(cell.get_by_role("button", name="Run cell").click)

    def run_all(self):
        self.do(self.bar.get_by_role("button", name="Run all").click)

    def do(self, act):
        """Act, and wait until all that follows has run."""
        rounds = int(self.page.locator("run-page").get_attribute("data-rounds") or 0)
        act()
        over = self.page.locator(f"run-page[data-rounds='{rounds + 1}']")
        expect(over).to_have_count(1, timeout=SECONDS)

    def edit(self, cell, old, new):
        """Change the code as a reader does, with the keyboard."""
        code = cell.get_by_role("textbox")
        text = code.evaluate("e => e.textContent.replace(/\\n$/, '')")
        assert old in text
        code.focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text.replace(old, new))

    @property
    def shown(self):
        return self.page.evaluate(SHOWN)

    @property
    def asked_for(self):
        parts = ("/_static/run/", "/_static/pyodide/")
        return [url for url in self.visit.requests if any(part in url for part in parts)]


@pytest.fixture(scope="module")
def reader(visit_page):
    with visit_page(MODEL) as visit:
        yield Reader(visit)


def name_of(url):
    return url.split("?")[0].rpartition("/")[2]


def test_nothing_is_loaded_before_a_click(reader):
    reader.page.mouse.wheel(0, 3000)
    reader.page.wait_for_timeout(300)
    assert {name_of(url) for url in reader.asked_for} == {"run.js", "run.css"}
    assert reader.page.get_by_role("button", name="Run cell").count() > 20
    expect(reader.bar.get_by_role("button", name="Stop")).to_be_disabled()


@pytest.mark.parametrize("name", RUN)
def test_a_chapter_prints_what_the_book_says(name, reader, visit_page):
    if name == MODEL:
        measure(reader)
    else:
        with visit_page(name) as visit:
            measure(Reader(visit))


def measure(reader):
    """Run all cells; compare each with what the book shows, and print the figures."""
    before, started = reader.shown, time.monotonic()
    reader.run_all()
    seconds, after = time.monotonic() - started, reader.shown
    kinds, wrong = Counter(), []
    for number, (old, new) in enumerate(zip(before, after, strict=True), 1):
        excepted = any(words in old["code"] for words in EXCEPTIONS)
        same = all(old[key] == new[key] for key in ("line", "text", "pictures", "explorers"))
        kind = "same" if new["state"] == "ok" and same else "kept" if new["state"] == "kept" else "other"
        torch = bool(re.search(TORCH, old["code"]))
        kinds[kind if kind != "kept" or torch else "kept without torch"] += 1
        if kind == "other" and not excepted:
            wrong.append(f"cell {number} {new['state']}: {new['text'][:300]!r}, not {old['text'][:300]!r}")
    said = reader.bar.get_by_role("status").inner_text()
    print(f"\n{reader.visit.name}: {dict(kinds)}, {seconds:.0f} s; {said}")
    assert not wrong, "\n".join(wrong)
    own = reader.visit.site.host
    assert not [url for url in reader.visit.requests if not url.startswith((own, "data:", "blob:"))]
