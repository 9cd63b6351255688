"""The editions of the built book: slides and print in the browser, and, at length, all of them."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pikepdf
import pytest
from conftest import ROOT, SITE
from sizes import THOROUGH

from editions import pages, printing, slides

BUILD = ROOT / "_build"
thorough = pytest.mark.skipif(not THOROUGH, reason="the editions are made by make test-all")


# Quick: one chapter's slides, one small document


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    """The slides of the first chapter with an explorer, in a folder of their own."""
    name = next(
        name
        for name, _ in pages.names()
        if name.startswith(pages.CHAPTERS)
        and "data-explorer" in (SITE / f"{name}.html").read_text()
    )
    page = pages.page(name)
    result = tmp_path_factory.mktemp("slides") / "deck"
    html = slides.deck(page, "Version 1", SITE)
    slides.copy_files({"deck": html}, result, SITE)
    (result / "deck.html").write_text(html)
    return result, page


def test_slides_have_the_chapter_and_its_figures_alive(decks, browser):
    folder, chapter = decks
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else 0
    )
    page.goto((folder / "deck.html").as_uri())
    page.wait_for_function("Reveal.isReady()")
    page.wait_for_function(
        "[...document.querySelectorAll('.explorer')].every(e => 'ready' in e.dataset)"
    )
    figures = [figure for figure in chapter.article.select("figure") if slides.is_shown(figure)]
    assert page.locator("section figure").count() == len(figures)
    assert page.locator("section .predict").count() == len(chapter.article.select(".predict"))
    assert page.locator("section .summary").count() >= 1
    assert not page.locator("ask-question, .headerlink").count()
    assert chapter.title in page.locator("section.present h1").text_content()

    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == 1
    page.evaluate(
        "Reveal.slide([...document.querySelectorAll('.slides > section')]"
        ".findIndex(s => s.querySelector('.explorer')))"
    )
    here = page.evaluate("Reveal.getIndices().h")
    page.locator("section.present .explorer :is(input[type=range], [tabindex='0'])").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == here
    assert not errors
    assert [url for url in requests if not url.startswith(folder.as_uri())] == []
    page.close()


def test_an_answer_comes_one_step_after_its_question(decks):
    made = slides.slides(decks[1])
    asked = [slide for slide in made if slide.select_one(".predict")]
    told = [
        slide for slide in asked if pages.answers(slide) or slide.select_one(".fragment.answer")
    ]
    assert asked
    assert told
    for slide in told:
        (answer,) = slide.select(".fragment.answer")
        assert answer.get_text() not in slide.select_one(".predict").get_text()


def test_printing_knows_the_page_of_each_link(tmp_path, browser):
    body = "".join(
        f'<article id="a{n}"><h1>Part {n}</h1><a href="#a{4 - n}">there '
        f'<span data-page="a{4 - n}">000</span></a></article>'
        for n in (1, 2, 3)
    )
    source = tmp_path / "small.html"
    source.write_text(printing.document("Small", body))
    pdf = printing.dated(printing.render(browser, source), "Small", "Version 1, 2 March 2026.")
    with pikepdf.open(BytesIO(pdf)) as file:
        first = printing.numbers(pdf)["a1"]
        assert printing.numbers(pdf) == {"a1": first, "a2": first + 1, "a3": first + 2}
        assert file.docinfo["/CreationDate"] == "D:20260302000000Z"
        assert str(file.docinfo["/Title"]) == "Small"
        assert len(file.open_outline().root) == 3
        width, height = (round(float(side) / 72 * 25.4) for side in file.pages[0].MediaBox[2:])
    assert (width, height) == (170, 240)


def test_a_page_number_of_nowhere_is_an_error(tmp_path, browser):
    source = tmp_path / "small.html"
    source.write_text(printing.document("Small", '<p>see <span data-page="gone">000</span></p>'))
    with pytest.raises(SystemExit, match="gone"):
        printing.render(browser, source)


# At length: each edition as make makes it, and twice the same


def make(*target):
    """Run a target of the Makefile."""
    done = subprocess.run(["make", *target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def state(path):
    """The content of a file, or of all files of a folder."""
    files = sorted(path.rglob("*.*")) if path.is_dir() else [path]
    return {
        str(file.relative_to(BUILD)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.is_file()
    }


@thorough
@pytest.mark.parametrize(
    ("target", "result"),
    [("pdf", "book.pdf"), ("epub", "book.epub"), ("slides", "slides"), ("key", "answers")],
)
def test_an_edition_is_made_twice_the_same(target, result):
    make(target)
    first = state(BUILD / result)
    make(target)
    assert state(BUILD / result) == first


@thorough
def test_the_epub_is_sound():
    make("epub")
    with zipfile.ZipFile(BUILD / "book.epub") as book:
        assert book.namelist()[0] == "mimetype"
        texts = {name: book.read(name).decode() for name in book.namelist() if "xhtml" in name}
        ids = {
            name: {e.get("id") for e in ElementTree.fromstring(text).iter() if e.get("id")}
            for name, text in texts.items()
        }
        for name, text in texts.items():
            for address in re.findall(r' (?:href|src)="([^":]+)"', text):
                file, _, place = address.partition("#")
                target = f"book/{file}" if file else name
                assert target in book.namelist(), f"{name}: {address}"
                assert not place or place in ids[target], f"{name}: {address}"


@thorough
def test_the_student_edition_tells_no_answer():
    make("student")
    first = state(BUILD / "student")
    shutil.rmtree(BUILD / ".student")
    make("student")
    assert state(BUILD / "student") == first
    for name, _ in pages.names():
        text = (BUILD / "student/html" / f"{name}.html").read_text()
        assert not re.search(r'data-ask="[^"]*&quot;right&quot;', text), name
        assert not re.search(r"Solution \d", text)
    for path in [*BUILD.glob("student/**/*.ipynb")]:
        cells = nbformat.read(path, as_version=4).cells
        assert not any("# Solution" in cell.source for cell in cells)


@thorough
def test_a_chapter_is_graded():
    name = "stride_and_dilation"
    make("assignment", f"NB=chapters/{name}.ipynb")
    folder, scripts = BUILD / "grading", Path(sys.prefix) / "grading" / "bin"
    released = nbformat.read(folder / f"release/{name}/{name}.ipynb", as_version=4)
    assert not any(
        "HIDDEN" in cell.source or "# Solution" in cell.source for cell in released.cells
    )
    shutil.rmtree(folder / "submitted", ignore_errors=True)
    for student, source in (("right", "source"), ("nothing", "release")):
        target = folder / "submitted" / student / name
        target.mkdir(parents=True)
        shutil.copy(folder / source / name / f"{name}.ipynb", target)
    environment = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    for command in (["autograde", name, "--force"], ["export"]):
        subprocess.run(["nbgrader", *command], cwd=folder, env=environment, check=True)
    header, *rows = (folder / "grades.csv").read_text().splitlines()
    graded = {
        row["student_id"]: row
        for line in rows
        for row in [dict(zip(header.split(","), line.split(","), strict=True))]
    }
    assert float(graded["right"]["raw_score"]) == float(graded["right"]["max_score"]) > 0
    assert float(graded["nothing"]["raw_score"]) == 0
