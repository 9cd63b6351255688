"""A copy of the book, as a lecturer makes one: other chapters, in another order, with slips."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

import contents
from house import fresh, openings

import notebooks

ROOT = Path(__file__).parents[1]
BOOK = Path(sys.executable).with_name("jupyter-book")
TOC = """format: jb-book
root: intro
parts:
  - caption: Mine
    numbered: 1
    chapters:
{chapters}
  - caption: Back matter
    chapters:
      - file: back/glossary
      - file: back/teaching
"""


class Copy:
    """A copy of the book with other chapters."""

    def __init__(self, folder):
        self.folder = folder
        for part in ("_config.yml", "_ext", "_static", "api", "back", "chapters", "intro.md"):
            source = ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / part)
        shutil.copy(ROOT / "references.bib", folder)

    def contents(self, *chapters):
        lines = "\n".join(f"      - file: chapters/{name}" for name in chapters)
        (self.folder / "_toc.yml").write_text(TOC.format(chapters=lines))

    def chapter(self, name, *cells):
        """Write a chapter: texts are prose, a text in a list is code."""
        made = [new_code_cell(*c) if isinstance(c, list) else new_markdown_cell(c) for c in cells]
        nb = new_notebook(cells=made, metadata=notebooks.NOTEBOOK_METADATA)
        nbformat.write(nb, self.folder / f"chapters/{name}.ipynb")

    def build(self):
        """Build it as `make book` does; return whether that was right, and what it said."""
        command = [BOOK, "build", ".", "-W", "--keep-going"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
        return done.returncode == 0 and "WARNING" not in said, said

    def page(self, name):
        text = (self.folder / f"_build/html/{name}.html").read_text()
        return BeautifulSoup(text, "html.parser")


SHORT = """# Means

Short, and in no anatomy. See {doc}`pooling`, {numref}`fig-lin-four`, {eq}`eq-lin-superposition`,
{ref}`claim E7 <e07>`, [Waves](frequencies.ipynb#sampling), [](linearity.ipynb) and
[one of its figures](#fig-lin-four).
{numref}`Figure {number} <fig-lin-four>` is another."""

PLOT = """import matplotlib.pyplot as plt
print(open('numbers.csv').read())
plt.plot([1, 2])"""  # a picture without words, and a last line without a name


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Two chapters that are no chapter of the book's: the template, and one of three cells."""
    copy = Copy(tmp_path_factory.mktemp("copy"))
    shutil.copy(ROOT / "tools/chapter.ipynb", copy.folder / "chapters/template.ipynb")
    copy.chapter("means", SHORT, [PLOT], "The end.")
    copy.chapter("draft", "# A draft")
    (copy.folder / "chapters/numbers.csv").write_text("1,2,3")
    copy.contents("template", "means")
    copy.right, copy.said = copy.build()
    return copy


def test_other_chapters_build_without_a_warning(copy):
    assert copy.right, copy.said


def test_what_is_left_out_is_said_in_one_line(copy):
    (line,) = [line for line in copy.said.splitlines() if "not in _toc.yml" in line.lower()]
    assert "chapters/draft" in line
    assert "chapters/pooling" in line
    assert re.search(r"links to these, now text: \d+, on pages read: \d", line)


def test_links_to_what_is_left_out_say_what_they_said(copy):
    article = copy.page("chapters/means").article
    first = article.section.find("p")
    assert " ".join(first.get_text().split()) == (
        "Short, and in no anatomy. See Pooling, a figure of Linearity and shift equivariance, "
        "an equation of Linearity and shift equivariance, claim E7, Waves, "
        "Linearity and shift equivariance and one of its figures. "
        "A figure of Linearity and shift equivariance is another."
    )
    assert not first.select("a")
    assert not copy.page("back/glossary").select("article a[href*='linearity']")


def test_the_landing_page_shows_the_chapters_that_there_are(copy):
    page = copy.page("intro")
    assert page.select_one("a.button")["href"] == "chapters/template.html"
    template, means = page.select(".chapter-cards > li")
    assert "what does a mean over three neighbours do" in template.text.lower()
    assert template.img
    assert means.text.split() == ["Means"]
    assert means.img["alt"] == "The first picture of Means."


def test_the_template_works(copy):
    page = copy.page("chapters/template")
    assert len(page.select("ask-question")) == 2
    assert page.select_one("figure img")["alt"]
    assert "Solution 1" in [part.text for part in page.select("summary")]


# As it goes on


@pytest.fixture(scope="module")
def later(copy):
    """The same copy, when the chapters have changed places and titles and a data file."""
    (copy.folder / "chapters/numbers.csv").write_text("4,5,6")
    (copy.folder / "chapters/pooling.ipynb").unlink()
    copy.chapter("more", "# More\n\nAs {numref}`fig-pool-gone` shows.")
    copy.contents("means", "more")
    copy.right, copy.said = copy.build()
    return copy


def test_a_changed_data_file_changes_the_page(later):
    assert later.right, later.said
    assert "4,5,6" in later.page("chapters/means").article.text


def test_what_lies_beside_a_chapter_lies_beside_what_is_made_of_it(later):
    """For JupyterLab and Binder, and for cells that run on the page."""
    made = later.folder / "_build/notebooks/chapters"
    assert (made / "numbers.csv").read_text() == "4,5,6"
    assert (made / "means.ipynb").exists()
    for packed in later.folder.glob("_build/html/_static/run/beside.zip"):
        assert ZipFile(packed).read("chapters/numbers.csv") == b"4,5,6"


def test_every_page_shows_the_new_contents(later):
    for name in ["intro", "chapters/means", "chapters/more", "back/glossary", "back/teaching"]:
        shown = [a.get_text(strip=True) for a in later.page(name).select("nav.bd-links a")]
        chapters = [text for text in shown if re.match(r"\d\.", text)]
        assert chapters == ["1. Means", "2. More"], name


def test_the_page_of_a_removed_chapter_is_gone(later):
    assert not (later.folder / "_build/html/chapters/template.html").exists()
    assert "template" not in (later.folder / "_build/html/searchindex.js").read_text()


def test_names_that_a_deleted_chapter_may_have_had_are_words(later):
    assert "deleted: chapters/pooling" in later.said.lower()
    text = later.page("chapters/more").article.text
    assert "As a figure of a chapter that is not in this copy shows." in text


# Slips of the pen

MISTAKES = {
    "> **Predict.** How many? <!-- answer: four -->": "neither numbers, nor yes or no",
    r"A formula, $\fraction{a}{b}$.": "formula, at character",
    "See {numref}`fig-nowhere`.": "fig-nowhere",
    "See {term}`kernell`.": "kernell",
    "See [this](poling.ipynb).": "poling.ipynb",
    "See {cite:t}`nobody1900`.": "nobody1900",
}


@pytest.fixture(scope="module")
def slips(later):
    """The same copy, complete, with all mistakes in one of its chapters."""
    shutil.copy(ROOT / "chapters/pooling.ipynb", later.folder / "chapters")
    cells = [f"## Part {number}\n\n{text}" for number, text in enumerate(MISTAKES)]
    later.chapter("more", "# More", *cells, ["portions = 1 / 0"])
    later.chapter("untitled", "No title, and `ck.conv2d`.")
    later.chapter("elsewhere", "# Elsewhere", ["1"])
    kernel = later.folder / "chapters/elsewhere.ipynb"
    kernel.write_text(kernel.read_text().replace('"name": "python3"', '"name": "my_env"'))
    (later.folder / "chapters/torn.ipynb").write_text('{"cells": [\n<<<<<<< HEAD\n')
    later.contents("means", "more", "untitled", "elsewhere", "torn", "poling")
    _, later.said = later.build()
    _, later.again = later.build()
    return later


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_a_mistake_is_told_with_its_cell_and_line(number, slips):
    text, reason = list(MISTAKES.items())[number]
    nb = nbformat.read(slips.folder / "chapters/more.ipynb", as_version=4)
    place = rf"chapters/more\.ipynb, cell {number + 2} \({nb.cells[number + 1].id}\), line 3"
    told = [line for line in slips.said.splitlines() if re.match(place, line)]
    assert any(reason in line for line in told), slips.said
    assert text[:20] in told[0]


def test_a_cell_that_fails_is_named(slips):
    assert re.search(r"more: fails in cell 8 \([\w-]+\) after", slips.said)
    assert "portions = 1 / 0" in slips.said


def test_a_kernel_that_is_not_here_is_named_with_what_helps(slips):
    hint = (
        "It asks for the kernel 'my_env', which is not here: "
        "make notebooks NB=chapters/elsewhere.ipynb saves it with the book's own"
    )
    assert hint in slips.said
    assert hint in slips.again


def test_only_what_failed_is_built_again_and_it_fails_again(slips):
    read = re.search(r"(\d+) added, (\d+) changed, (\d+) removed", slips.again).groups()
    assert int(read[0]) + int(read[1]) <= 5, slips.again  # intro for its contents, and four
    for reason in MISTAKES.values():
        assert reason in slips.again


def test_slips_of_the_contents_and_of_a_merge_are_told(slips):
    hint = (
        "_toc.yml names chapters/poling, of which there is no file; do you mean chapters/pooling?"
    )
    assert hint in slips.said
    assert "untitled.ipynb has no title: begin it with" in slips.said
    assert re.search(r"torn\.ipynb is no notebook, both sides of a merge", slips.said)
    assert "Handler" not in slips.said  # an extension that raises an error of its own


# What a page's outputs depend on


def test_files_beside_the_chapters_are_a_part_of_the_state(tmp_path):
    (tmp_path / "chapters/sub").mkdir(parents=True)
    states = [fresh.fingerprint(tmp_path)]
    for name in ["data.csv", "helper.py", "sub/more.json"]:
        (tmp_path / "chapters" / name).write_text("1")
        states.append(fresh.fingerprint(tmp_path))
    assert len(set(states)) == 4
    for name in ["a.ipynb", "text.md", ".ipynb_checkpoints", "helper.pyc"]:
        (tmp_path / "chapters" / name).write_text("1")
    assert fresh.fingerprint(tmp_path) == states[-1]


def test_only_the_books_own_chapters_follow_rules_of_style(tmp_path):
    (tmp_path / "chapters").mkdir()
    for name in ["pooling", "linearity", "mine"]:
        (tmp_path / f"chapters/{name}.ipynb").write_text("{}")
    found = contents.unbound(tmp_path, ["chapters/pooling", "chapters/mine"])
    assert list(found) == ["chapters/linearity.ipynb", "chapters/mine.ipynb"]


def test_the_books_own_chapters_have_files():
    """Or a slip in the list would bind nobody."""
    deleted = [page for page in openings.OWN if not (ROOT / f"{page}.ipynb").exists()]
    in_contents = set(deleted) & set(openings.chapters(ROOT))
    assert not in_contents
