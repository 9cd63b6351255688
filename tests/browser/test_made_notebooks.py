"""The notebooks that a learner opens, as the book's build left them beside the pages.

With THOROUGH=1 they also run where Colab's versions are, and where Binder's are.
"""

import base64
import html
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import cache
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urldefrag

import contents
import lab
import nbformat
import pytest
from conftest import ROOT, SITE
from nbconvert import HTMLExporter
from playwright.sync_api import TimeoutError, expect
from sizes import THOROUGH

import elsewhere

MADE = SITE.parent / "notebooks"
SOURCES = sorted(path for path in map(contents.path, contents.PAGES) if path.exists())
LOOK = "chapters/stride_and_dilation.ipynb"  # the one that is opened
LINKED = "chapters/frequencies.ipynb"  # what that leads to
LARGEST = 3_000_000  # bytes: what GitHub still shows, and a slow line loads
LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+(?:\([^()]*\)[^()\s]*)*)(?: \"[^\"]*\")?\)")
CODE = re.compile(r"^ *(`{3,})(?!{).*?^ *\1|(?<![`}])(`{1,2})(?!`).*?\2", re.DOTALL | re.MULTILINE)
MYST = re.compile(
    r"\{[\w:-]+\}`|^[> ]*(?:```+|:::+) *\{|^ *:::|^\([\w-]+\)="
    r"|\$\$ *\([\w-]+\) *$|\{\{|<!--|\]\{\.",
    re.MULTILINE,
)
EXERCISE = re.compile(r"^### (Exercise (\w+).*)", re.MULTILINE)


def name_of(path):
    return path.relative_to(ROOT).as_posix()


NAMES = [name_of(path) for path in SOURCES]
each_notebook = pytest.mark.parametrize("name", NAMES)


@cache
def read(name):
    """A made notebook, which nobody may change."""
    if not (MADE / name).exists():
        pytest.fail(f"no {name} in {MADE}: run make book first")
    return nbformat.read(MADE / name, as_version=4)


@cache
def source(name):
    return nbformat.read(ROOT / name, as_version=4)


def cells(name, kind):
    return [cell for cell in read(name).cells if cell.cell_type == kind]


def prose(name):
    """The text of a notebook, cell by cell, without code."""
    return [CODE.sub("", cell.source) for cell in cells(name, "markdown")]


def headings(name):
    """The names that JupyterLab and nbconvert give to the headings."""
    texts = [cell.source for cell in cells(name, "markdown")]
    found = [line for text in texts for line in re.findall(r"^#+ (.*)", text, re.MULTILINE)]
    return {re.sub(r"[`*]", "", line).strip().replace(" ", "-") for line in found}


def test_there_is_one_for_each_notebook_of_the_book():
    made = {path.relative_to(MADE).as_posix() for path in MADE.glob("*/*.ipynb")}
    assert {name for name in made if not name.endswith("-yours.ipynb")} == set(NAMES)
    listed = set(LINK.findall((MADE / "README.md").read_text()))
    assert set(NAMES) <= listed


@each_notebook
def test_it_is_valid_and_of_a_size_that_opens_anywhere(name):
    nbformat.validate(read(name))
    assert (MADE / name).stat().st_size <= LARGEST


@each_notebook
def test_no_role_label_or_directive_is_left(name):
    left = [found[0] for text in prose(name) for found in MYST.finditer(text)]
    assert not left


@each_notebook
def test_links_lead_somewhere(name):
    wrong = []
    for goal in (goal for text in prose(name) for goal in LINK.findall(text)):
        path, place = urldefrag(goal)
        target = normpath(join(dirname(name), path)) if path else name
        if goal.startswith(("https://", "http://")):
            continue
        if target not in NAMES or (place and unquote(place) not in headings(target)):
            wrong.append(goal)
    assert not wrong


@each_notebook
def test_each_figure_has_its_picture_and_its_caption(name):
    made = read(name).cells
    places = {cell.id: place for place, cell in enumerate(made)}
    captions = []
    for cell in source(name).cells:
        if not cell.metadata.get("mystnb", {}).get("figure"):
            continue
        figure, caption = made[places[cell.id]], made[places[cell.id] + 1]
        captions += re.findall(r"^\*\*(Fig\. [\d.]+)\.\*\* ", caption.source)
        shown = [it for it in figure.outputs if "image/png" in it.get("data", {})]
        if cell.source.rpartition("\n")[2].startswith("plotting.table"):
            continue
        assert shown, f"{cell.id} has no picture"
        for output in shown:
            assert base64.b64decode(output.data["image/png"]).startswith(b"\x89PNG")
            assert output.metadata["image/png"]["alt"], f"{cell.id}: its picture has no words"
    page, *_ = page_of(name).partition(" data-of=")  # these have captions of other pages
    assert captions == re.findall(r'caption-number">(Fig\. [\d.]+)', page)


@each_notebook
def test_formulas_have_the_numbers_of_the_page(name):
    tags = [tag for text in prose(name) for tag in re.findall(r"\\tag\{([\d.]+)\}", text)]
    assert tags == re.findall(r'class="eqno">\(([\d.]+)\)', page_of(name))


def page_of(name):
    return (SITE / name).with_suffix(".html").read_text()


@each_notebook
def test_it_holds_the_stored_texts(name):
    def texts(cell):
        return [pair for pair in elsewhere.said(cell) if pair[1].strip()]

    made = {cell.id: cell for cell in cells(name, "code")}
    for cell in source(name).cells:
        if cell.cell_type == "code":
            assert texts(made[cell.id]) == texts(cell), cell.id


@each_notebook
def test_the_first_code_cell_looks_for_convkit(name):
    first = cells(name, "code")[0]
    assert 'find_spec("convkit")' in first.source or '"convkit":' in first.source
    assert first.metadata["jupyter"]["source_hidden"]
    assert [cell.execution_count for cell in cells(name, "code")] == list(
        range(1, len(cells(name, "code")) + 1)
    )


@each_notebook
def test_solutions_are_folded_at_the_end_and_led_to(name):
    made = read(name).cells
    solved = {
        cell.id
        for cell in source(name).cells
        if {"hide-cell", "solution"} & set(cell.metadata.get("tags", []))
    }
    if not solved:
        return
    start = next(n for n, cell in enumerate(made) if cell.source == "## Solutions")
    assert {cell.id for cell in made[start:]} >= solved
    assert not {cell.id for cell in made[:start]} & solved
    for cell in made[start:]:
        if cell.cell_type == "code":
            assert cell.metadata["jupyter"] == {"source_hidden": True, "outputs_hidden": True}
            assert cell.metadata["cellView"] == "form"
    before = "\n".join(cell.source for cell in made[:start])
    after = "\n".join(cell.source for cell in made[start:])
    for number in re.findall(r"^### Solution (\w+)", after, re.MULTILINE):
        assert f"[Solution {number}](#Solution-{number})" in before
    assert "# Solution" not in before
    assert len(EXERCISE.findall(before)) >= len(re.findall(r"^### Solution", after, re.MULTILINE))


@pytest.mark.parametrize("name", NAMES if THOROUGH else [LOOK])
def test_a_preview_has_the_places_that_links_name(name):
    """As nbconvert writes it, from which GitHub's preview and nbviewer come."""
    contents.need(name.removesuffix(".ipynb"))
    page, _ = HTMLExporter().from_notebook_node(read(name))
    places = set(re.findall(r'id="([^"]+)"', page))
    goals = {html.unescape(goal) for goal in re.findall(r'href="#([^"]+)"', page)}
    assert goals
    assert {unquote(goal) for goal in goals} <= {unquote(html.unescape(it)) for it in places}


# In JupyterLab


# JupyterLab guesses how high the cells on its way are, and may stop some cells away.
IN_SIGHT = """begin => [...document.querySelectorAll('h3')].some(heading => {
    const { top } = heading.getBoundingClientRect();
    return heading.textContent.startsWith(begin) && top > 0 && top < innerHeight;
})"""


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """A made notebook, open in JupyterLab, and what it was told of it."""
    contents.need(LOOK.removesuffix(".ipynb"))
    with lab.start(tmp_path_factory.mktemp("lab")) as jupyterlab:
        for name in {LOOK, LINKED} & {*NAMES}:
            (jupyterlab.folder / dirname(name)).mkdir(exist_ok=True)
            shutil.copyfile(MADE / name, jupyterlab.folder / name)
        with jupyterlab.open(browser, LOOK) as notebook:
            yield notebook


def follow(page, link, heading):
    """Click a link until its goal is in sight: one click is lost while cells are still drawn."""
    for _ in range(3):
        page.get_by_role("link", name=link, exact=True).filter(visible=True).first.click()
        with suppress(TimeoutError):
            return page.wait_for_function(IN_SIGHT, arg=heading, timeout=5_000)
    pytest.fail(f"the link {link!r} leads to no heading {heading!r}")


def test_a_link_leads_to_the_solution_and_back(opened):
    opened.show("ex1")
    follow(opened.page, "Solution 1", "Solution")
    follow(opened.page, "Back to the exercise", "Exercise")


def test_code_is_folded_pictures_are_seen_and_nothing_is_left_over(opened):
    opened.show("plot-roof")
    page = opened.page
    expect(page.get_by_text("@title The code of the figure").first).to_be_visible()
    expect(page.get_by_text("photo = load_sample_image")).not_to_be_visible()
    picture = page.locator(".jp-RenderedImage img").first
    expect(picture).to_be_visible()
    expect(page.locator("p").filter(has_text="Part of a roof")).to_be_visible()
    assert not opened.errors


def test_a_figure_moves_when_its_cell_is_run(opened):
    opened.run_up_to("explore-roof")
    expect(opened.page.locator(".jp-OutputArea .cx").first).to_be_visible()


# Elsewhere


ENVIRONMENTS = {"colab": ROOT / "tests" / "colab.txt", "binder": ROOT / "binder/requirements.txt"}
PYTHON = (3, 12)  # of both


def python():
    """A Python of the version that Colab and Binder have, or None."""
    here = sys.version_info[:2] == PYTHON
    return sys.executable if here else shutil.which("python{}.{}".format(*PYTHON))


def environment(name):
    """An environment with convkit as it is here; all else is installed once for each list."""
    folder = ROOT / "_build" / "environments" / name
    listed, pip = folder / "listed.txt", [folder / "bin" / "python", "-m", "pip", "install", "-q"]
    wanted = ENVIRONMENTS[name].read_text().replace("\n-e .", "")
    if not listed.exists() or listed.read_text() != wanted:
        subprocess.run([python(), "-m", "venv", "--clear", folder], check=True)
        listed.with_suffix(".new").write_text(wanted)
        subprocess.run([*pip, "--requirement", listed.with_suffix(".new")], check=True)
        listed.with_suffix(".new").rename(listed)
    subprocess.run([*pip, "--no-deps", "--force-reinstall", ROOT], check=True)
    return folder / "bin" / "python"


@pytest.mark.skipif(not THOROUGH, reason="made notebooks run elsewhere in make test-all")
@pytest.mark.skipif(python() is None, reason="no Python {}.{}, as Colab has".format(*PYTHON))
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_notebooks_print_the_stored_numbers_elsewhere(name):
    command = [sys.executable, ROOT / "tools" / "elsewhere.py", environment(name)]
    done = subprocess.run(
        [*command, *(MADE / name for name in NAMES)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
