"""A chapter runs on its page: each cell prints what the book says, or keeps it and says why.

`make test` runs one chapter, `make test-all` every one, and convkit's own tests with them. The
tests of one chapter share a page, in their order.
"""

import re
import time
from collections import Counter

import contents
import in_browser
import pytest
from accessibility import WCAG, violations
from conftest import CHAPTERS, SITE
from playwright.sync_api import expect
from sizes import THOROUGH, sized

MODEL = "chapters/linearity"
PATIENCE = 1000 * sized(400, 1500)  # for a chapter, in milliseconds: machines are shared
contents.need(MODEL)
RUN = [*CHAPTERS, "back/explorers"] if THOROUGH else [MODEL]

# Cells that need no PyTorch themselves and still do not print what the book says: words of the
# cell, and the reason.
EXCEPTIONS = {"tracemalloc": "what NumPy holds is counted otherwise there, by 0.1 MB"}
# Of the cells that name neither PyTorch nor what else no browser has (a cluster of processes, a
# limit of their memory, a kernel for ipywidgets), so many print what the book says.
LEAST = 0.95
ABSENT = r"\b(torch|F|nn|da|Client|client|resource|widgets)\b"

pytestmark = pytest.mark.skipif(
    SITE.exists() and not (SITE / "_static/run/run.js").exists(),
    reason="the book was built where no source has Pyodide: no page runs",
)

# What each cell shows: the line of a check, texts, pictures, explorers; no question to the reader.
SHOWN = """() => [...document.querySelectorAll('div.cell:has(.cell_input pre)')].map(cell => {
    const output = cell.querySelector('.cell_output') ?? document.createElement('div');
    const asks = '[data-explorer], ask-question, .ask-note';
    const text = element => element ? element.textContent.replace(/\\s/g, '') : '';
    const count = selector => output.querySelectorAll(selector).length;
    return {
        state: cell.dataset.run || '',
        code: cell.querySelector('.cell_input pre').textContent,
        line: text(cell.querySelector('details.check > summary')),
        text: [...output.children].filter(part => !part.querySelector(asks)).map(text).join('|'),
        pictures: count('img') - count('[data-explorer] img'),
        explorers: [...output.querySelectorAll('[data-explorer]')].map(e => e.dataset.state),
    };
})"""


class Reader:
    """A page with code, and what it asked for."""

    def __init__(self, visit):
        self.visit, self.page = visit, visit.page
        self.bar = self.page.get_by_role("region", name="Run this page")
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")

    def cell(self, words):
        """The first cell whose code has these words; it stays that cell when the code changes."""
        cells = self.page.locator("div.cell:has(.cell_input pre)")
        return cells.nth(next(n for n, cell in enumerate(self.shown) if words in cell["code"]))

    def field(self, cell):
        return cell.get_by_role("textbox", name="Code of cell")

    def run(self, cell):
        self.do(cell.get_by_role("button", name="Run cell").click)

    def run_all(self):
        self.do(self.bar.get_by_role("button", name="Run all").click)

    def do(self, act):
        """Act, and wait until all that follows has run."""
        rounds = int(self.page.locator("run-page").get_attribute("data-rounds") or 0)
        act()
        over = self.page.locator(f"run-page[data-rounds='{rounds + 1}']")
        expect(over).to_have_count(1, timeout=PATIENCE)

    def edit(self, cell, old, new):
        """Change the code as a reader does, with the keyboard."""
        field = self.field(cell)
        text = field.input_value()
        assert old in text
        field.fill(text.replace(old, new))

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
        kind = (
            "same"
            if new["state"] == "ok" and same
            else "kept"
            if new["state"] == "kept"
            else "other"
        )
        names = bool(re.search(ABSENT, old["code"]))
        kinds[kind if kind != "kept" or names else "kept by what it uses"] += 1
        if kind == "other" and not excepted:
            wrong.append(
                f"cell {number} {new['state']}: {new['text'][:300]!r}, not {old['text'][:300]!r}"
            )
    said = reader.bar.get_by_role("status").inner_text()
    share = kinds["same"] / (kinds["same"] + kinds["other"] + kinds["kept by what it uses"])
    print(f"\n{reader.visit.name}: {dict(kinds)}, {share:.0%}, {seconds:.0f} s; {said}")
    assert not wrong, "\n".join(wrong)
    assert share >= LEAST
    own = reader.visit.site.host
    assert not [url for url in reader.visit.requests if not url.startswith((own, "data:", "blob:"))]


# --- What a reader changes ----------------------------------------------------------------------


def test_an_edit_changes_what_follows_and_marks_what_ran_before(reader):
    taps, boxes = reader.cell("taps = np.array"), reader.cell("boxes = {")
    follows = reader.cell("def staircase")
    reader.edit(taps, "taps = np.array([1, -2, 3])", "taps = np.array([1, -2, 30])")
    for stale in (taps, follows):
        expect(stale).to_have_attribute("data-run", "stale")
    expect(boxes).to_have_attribute("data-run", "ok")
    reader.run(taps)
    expect(taps).to_have_attribute("data-run", "ok")
    expect(follows).to_have_attribute("data-run", "stale")
    table = taps.locator(".cell_output").inner_text()
    taps.get_by_role("button", name="Reset").click()
    expect(taps).to_have_attribute("data-run", "stale")
    reader.do(lambda: reader.page.keyboard.press("Shift+Enter"))
    assert taps.locator(".cell_output").inner_text() != table
    expect(taps.get_by_role("button", name="Reset")).to_be_hidden()


def test_a_cell_runs_after_those_before_it_that_were_changed(reader):
    first, second = reader.cell("def from_impulses"), reader.cell("def staircase")
    reader.edit(first, "x, w = np.array([2, ", "print('first')\nx, w = np.array([2, ")
    reader.run(second)
    expect(first.locator(".cell_output")).to_contain_text("first")
    expect(second).to_have_attribute("data-run", "ok")


def test_an_explorer_is_drawn_anew_and_lives(reader):
    cell = reader.cell("ck.explorers.Superpose(w=[1, 2, 4]")
    reader.edit(cell, "w=[1, 2, 4]", "w=[1, 2, 3]")
    reader.run(cell)
    explorer = cell.locator("[data-explorer]")
    assert '"w":[1,2,3' in explorer.get_attribute("data-state")
    expect(explorer).to_have_attribute("data-ready", "")
    expect(cell.locator("figcaption, .caption-text").first).to_be_visible()


def test_an_error_shows_the_line_of_the_cell(reader):
    cell = reader.cell("x = np.array([2, -1, 0, 3, 1])")
    reader.edit(cell, "x = np.array([2, -1, 0, 3, 1])", "x = [1, 2]\nx[5]")
    reader.run(cell)
    expect(cell).to_have_attribute("data-run", "error")
    said = cell.locator(".stderr").inner_text()
    assert "x[5]" in said
    assert "IndexError: list index out of range" in said
    assert "pyodide" not in said
    assert "session" not in said
    expect(reader.bar.get_by_role("status")).to_contain_text("Error in cell")


def test_an_exercise_is_done_on_the_page(reader):
    cell = reader.cell("ring_convolution = ...")
    reader.edit(cell, "answer = ...", "answer = [8, 3, 1]")
    reader.run(cell)
    expect(cell.locator(".cell_output")).to_contain_text(": right")
    assert cell.locator("ask-question").count()


def test_tab_indents_only_where_one_types(reader):
    cell = reader.cell("def from_impulses")
    field, page = reader.field(cell), reader.page
    field.focus()
    page.keyboard.press("Tab")
    expect(field).not_to_be_focused()
    field.fill("if True:")
    page.keyboard.press("Enter")
    page.keyboard.type("print(1)")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert field.input_value() == "if True:\n    print(1)\n        "
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(field).not_to_be_focused()
    assert cell.locator("pre .k").first.inner_text() == "if"


def test_what_has_run_is_readable_for_all(reader):
    """The bar, and a cell in each state; axe would look at the whole chapter for long."""
    parts = [["run-page"]]
    for state in {cell["state"] for cell in reader.shown} - {""}:
        reader.page.locator(f"div.cell[data-run={state}]").first.evaluate(
            "e => { e.id = 'judged'; }"
        )
        parts.append([f"div.cell[data-run={state}]#judged"])
    assert len(parts) > 1
    assert not violations(reader.page, WCAG, context={"include": parts})


def test_stop_ends_what_runs_and_the_next_run_starts_anew(reader):
    endless = reader.cell("def box_a")
    reader.field(endless).fill("while True: pass")
    endless.get_by_role("button", name="Run cell").click()
    expect(reader.bar.locator(".run-progress")).to_contain_text("Running cell", timeout=PATIENCE)
    reader.do(reader.bar.get_by_role("button", name="Stop").click)
    expect(reader.bar.get_by_role("status")).to_contain_text("Stopped")
    assert not {cell["state"] for cell in reader.shown} - {""}
    first = reader.cell("from functools import reduce")
    reader.field(first).fill("print('new' if 'x' not in globals() else 'old')")
    reader.run(first)
    expect(first.locator(".cell_output")).to_contain_text("new")


def test_restart_forgets_what_ran(reader):
    first = reader.cell("print('new'")
    reader.field(first).fill("x = 1")
    reader.run(first)
    reader.bar.get_by_role("button", name="Restart").click()
    expect(first).not_to_have_attribute("data-run", "ok")
    reader.field(first).fill("print('gone' if 'x' not in globals() else 'there')")
    reader.run(first)
    expect(first.locator(".cell_output")).to_contain_text("gone")


# --- Where it does not run ----------------------------------------------------------------------


def test_from_disk_and_without_scripts_a_page_is_as_it_was(site, browser):
    for kind, scripts in (("disk", True), ("http", False)):
        context = browser.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.goto(site.address(MODEL, kind))
        assert page.locator("run-page").evaluate("e => e.childElementCount") == 0
        assert not page.locator(".run-cell, .run-code").count()
        context.close()


@pytest.mark.skipif(not THOROUGH, reason="starts Python anew each time: a part of make test-all")
@pytest.mark.parametrize("name", ["numpy-", "page.js", "pyodide.asm.wasm"])
def test_a_download_that_breaks_is_told_and_can_be_tried_again(name, visit_page):
    with visit_page(MODEL) as visit:
        reader = Reader(visit)
        visit.page.route(re.compile(name), lambda route: route.abort())  # Pyodide tries some twice
        cell = reader.cell("from functools import reduce")
        reader.field(cell).fill("import numpy as np; print(np.arange(3))")
        if name != "page.js":  # which comes with the first change
            cell.get_by_role("button", name="Run cell").click()
        expect(reader.bar.get_by_role("status")).to_contain_text(
            "a file did not arrive", ignore_case=True, timeout=PATIENCE
        )
        visit.page.unroute(re.compile(name))
        reader.run(cell)
        expect(cell.locator(".cell_output")).to_contain_text("[0 1 2]")


# --- convkit itself, at length ------------------------------------------------------------------


@pytest.mark.skipif(not THOROUGH, reason="takes minutes: a part of make test-all")
def test_convkit_passes_its_own_tests_in_a_browser(visit_page):
    """Those that need no PyTorch; a stand-in for it skips the others. int has 32 bits there."""
    with visit_page(MODEL) as visit:
        reader = Reader(visit)
        cell = reader.cell("from functools import reduce")
        reader.field(cell).evaluate("(field, code) => { field.value = code; }", in_browser.code())
        reader.run(cell)
        said = cell.locator(".cell_output").inner_text()
    print(said)
    passed, _, failed = map(
        int, re.search(r"(\d+) passed, (\d+) skipped, (\d+) failed", said).groups()
    )
    assert passed > 600
    assert not failed, said
