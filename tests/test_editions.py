"""The editions of the book, as far as no browser is needed to make them."""

import ast
import re
from pathlib import Path

import contents
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import notebooks
from editions import grading, key, pages, slides, student

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted(ROOT.glob("chapters/*.ipynb"))
OWN = [contents.path(name) for name in contents.OWN]

CHECK = """\
given = 3                 # stands before the place: a student needs it
answer = ...              # a number

secret = given * 2
check(answer, secret, "double it")

other = ...               # [a, b]
check(other, [1, 2])"""


def exercise():
    cells = [
        new_markdown_cell("> **Predict.** How many? <!-- answer: about 30 -->\n\nThirty."),
        new_markdown_cell("> **Predict.** Which?\n>\n> - this\n> - that <!-- answer -->"),
        new_markdown_cell(
            "## Exercises\n\nAnswer below, or replace each `...` and run it. Fractions."
        ),
        new_code_cell(CHECK, id="check", metadata={"tags": ["hide-input"]}),
        new_code_cell(
            "# Solution 1\nanswer = 6\ncheck(answer, secret)", metadata={"tags": ["hide-cell"]}
        ),
        new_markdown_cell("<details>Six.</details>", metadata={"tags": ["solution"]}),
    ]
    return new_notebook(cells=cells)


def test_a_student_sees_questions_and_no_answers():
    sources = [cell.source for cell in student.without_answers(exercise()).cells]
    assert sources == [
        "> **Predict.** How many?\n\nThirty.",
        "> **Predict.** Which?\n>\n> - this\n> - that",
        f"## Exercises\n\n{student.HOW_STUDENTS} Fractions.",
        "given = 3                 # stands before the place: a student needs it\n"
        "answer = ...              # a number\n"
        "other = ...               # [a, b]",
    ]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_chapter_keeps_an_answer_for_students(path):
    whole = nbformat.read(path, as_version=4)
    nb = student.without_answers(whole)
    assert whole.cells != nb.cells
    for cell in nb.cells:
        assert not student.SOLUTIONS & set(cell.metadata.get("tags", []))
        assert "<!-- answer" not in cell.source
        assert "# Solution" not in cell.source
        assert not re.search(r"^check\(", cell.source, re.MULTILINE)
    clean = notebooks.clean(nb)
    assert list(notebooks.faults(clean)) == []


def test_each_place_for_an_answer_is_left():
    for path in CHAPTERS:
        before, after = (
            [s for c in nb.cells if c.cell_type == "code" for s in places(c)]
            for nb in (nbformat.read(path, 4), student.without_answers(nbformat.read(path, 4)))
        )
        assert before == after, path
        assert before or path not in OWN, f"{path}: no place for an answer"


def places(cell):
    return [ast.dump(s) for s in student.statements(cell.source) if student.is_place(s)]


def test_sources_for_students_keep_their_dates(tmp_path):
    source, target = tmp_path / "book", tmp_path / "copy"
    (source / "chapters").mkdir(parents=True)
    (source / "tests").mkdir()
    (source / "intro.md").write_text("> **Predict.** Two? <!-- answer: 2 -->\n")
    nbformat.write(exercise(), source / "chapters/one.ipynb")
    student.copy_sources(source, target)
    dates = {path: path.stat().st_mtime_ns for path in target.rglob("*.*")}
    (target / "left.md").write_text("of a chapter that is gone")
    (target / "_build").mkdir()
    student.copy_sources(source, target)
    assert {path: path.stat().st_mtime_ns for path in target.rglob("*.*")} == dates
    assert (target / "intro.md").read_text() == "> **Predict.** Two?\n"
    assert "Solution" not in (target / "chapters/one.ipynb").read_text()
    assert not (target / "tests").exists()
    assert (target / "_build").exists()


def test_a_grader_judges_what_a_student_filled_in():
    nb = grading.assignment(exercise())
    answer, test = [cell for cell in nb.cells if "nbgrader" in cell.metadata]
    assert answer.source.startswith("given = 3")
    assert "answer = 6" in answer.source.split("### BEGIN SOLUTION")[1]
    assert test.metadata.nbgrader.points == 2
    assert "... " not in test.source
    for given, other, passes in (
        (6, [1, 2], True),
        (5, [1, 2], False),
        (6, [2, 1], False),
        (6, ..., False),
    ):
        names = {"given": 3, "answer": given, "other": other}
        if passes:
            exec(test.source, names)
        else:
            with pytest.raises(AssertionError):
                exec(test.source, names)


FIELDS = '{"fields":[{"kind":"numbers","right":[[1.0,2.5,3.0,1e8]],"shape":[2,2],"label":"(a)"},'
FIELDS += '{"kind":"choice","right":[[1]],"shape":[],"choices":["this","that"]},'
FIELDS += '{"kind":"numbers","right":[[0.25]],"shape":[],"shown":"about 1/4"},'
FIELDS += '{"kind":"words","right":[]}]}'


def test_the_key_tells_each_answer():
    box = BeautifulSoup(
        f"<div><ask-question data-ask='{FIELDS}'></ask-question></div>", "html.parser"
    )
    assert pages.answers(box) == ["(a): 1, 2.5; 3, 100000000", "that", "about 1/4"]


PAGE = """<article><section id="one"><h1><span class="section-number">1. </span>One</h1>
<div class="admonition predict"><p class="admonition-title">Predict</p><p>Two?</p>
<ask-question data-ask='{"fields":[{"kind":"numbers","right":[[2.0]],"shape":[]}]}'></ask-question>
</div>
<told-part><p>Two, says <a href="two.html#it"><span class="std-ref">it</span></a>.</p></told-part>
<section id="ex"><h2>Exercise 1</h2><details><summary>Hint</summary><p>Count.</p></details>
<details class="solution"><summary>Solution 1</summary><p>It is two.</p></details></section>
<details class="check"><summary>agrees: 3 cases</summary><pre>assert</pre></details>
</section></article>"""


def page(name="chapters/one", text=PAGE):
    return pages.Page(name, "Part", BeautifulSoup(text, "html.parser").article)


def test_a_still_page_has_no_form_and_no_fold():
    still = page().article
    pages.still(still)
    assert not still.select("ask-question, told-part, summary:not(.solution summary)")
    assert "agrees: 3 cases" in still.text
    assert "assert" not in still.text
    assert "Count." in still.text


def test_links_lead_through_one_document():
    two = '<article><section id="two"><h1>Two</h1><p id="it">It.</p></section></article>'
    both = [page(), page("chapters/two", two)]
    pages.join(both)
    link = both[0].article.find("a")
    assert link["href"] == "#chapters-two--it"
    assert "away" in link["class"]
    alone = [page()]
    pages.join(alone)
    assert alone[0].article.find("a") is None
    assert "says it." in alone[0].article.text


def test_the_key_has_questions_and_solutions():
    text = key.chapter(page()).get_text(" ", strip=True)
    assert "Two? Answer: 2" in text
    assert "Exercise 1 It is two." in text


# Slides

SHORT = """<article><section><h1>Mine</h1><div class="admonition predict"><p>How many?</p></div>
<div class="cell"><figure><img alt=""></figure></div>{}</section></article>"""
SOLVED = """<section><h2>Exercises</h2><figure></figure>
<details class="solution"></details></section>"""


def test_a_chapter_without_sections_has_slides_too():
    made = slides.slides(page("chapters/mine", SHORT.format(SOLVED)))
    assert [slide.find(["h1", "h2"]).get_text() for slide in made] == ["Mine"] * 3
    assert made[1].select_one(".predict")
    assert made[2].figure


def test_a_chapter_of_a_title_alone_has_a_slide():
    text = "<article><section><h1>Mine</h1></section></article>"
    (slide,) = slides.slides(page("chapters/mine", text))
    assert slide.get_text() == "Mine"
