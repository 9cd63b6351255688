"""The anatomy of a chapter: what every chapter owes its reader."""

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

CHAPTERS = sorted((Path(__file__).parents[1] / "chapters").glob("*.ipynb"))


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def cells(request):
    return nbformat.read(request.param, as_version=4).cells


def prose(cells):
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def exercises(cells):
    """Return the cells of each exercise, from its heading to the next."""
    heads = [i for i, cell in enumerate(cells) if re.match(r"###? Exercise \d", cell.source)]
    after = (i for i, cell in enumerate(cells) if cell.source.startswith("## Further reading"))
    return [cells[start:end] for start, end in pairwise([*heads, next(after)])]


def test_it_opens_with_its_question_and_what_it_teaches(cells):
    opening = cells[0].source
    assert opening.startswith("# ")
    abilities = re.findall(r"^> - ", opening.split("You will be able to**")[1], re.MULTILINE)
    assert 3 <= len(abilities) <= 5
    assert re.search(r"\*\*Reading time:\*\*\s+about\s+\d+\s+minutes", opening)
    assert "?" in opening.split("\n> ")[0], "no question"


def test_it_asks_before_it_tells(cells):
    assert prose(cells).count("> **Predict.**") >= 5


def test_it_ends_with_summary_exercises_and_reading(cells):
    headings = [cell.source.split("\n")[0] for cell in cells if cell.source.startswith("## ")]
    assert headings[-3:] == ["## Summary", "## Exercises", "## Further reading"]
    assert "> **Summary**" in prose(cells)
    assert "{cite:" in cells[-1].source


def test_exercises_have_hint_check_and_executed_solution(cells):
    found = exercises(cells)
    assert len(found) >= 5
    for number, exercise in enumerate(found, 1):
        assert re.match(rf"### Exercise {number}\b", exercise[0].source)
        assert "<summary>Hint</summary>" in prose(exercise), f"exercise {number}: no hint"
        solutions = [c for c in exercise if "hide-cell" in c.metadata.get("tags", [])]
        assert solutions or "<summary>Solution" in prose(exercise), f"exercise {number}"
        for solution in solutions:
            assert solution.source.startswith(f"# Solution {number}")
            assert solution.execution_count


def test_most_exercises_check_the_answer(cells):
    asked = [text for cell in cells for out in cell.get("outputs", []) for text in [str(out)]]
    assert sum("not answered yet" in text for text in asked) >= 5


def test_figures_have_a_caption_and_are_spoken_of(cells):
    figures = [cell.metadata.get("mystnb", {}).get("figure") for cell in cells]
    figures = [figure for figure in figures if figure]
    assert figures
    for figure in figures:
        assert len(figure["caption"]) >= 20
        assert f"{{numref}}`{figure['name']}`" in prose(cells), (
            f"{figure['name']} is not referred to"
        )


def test_it_leads_to_the_glossary(cells):
    assert len(set(re.findall(r"\{term\}`([^`]+)`", prose(cells)))) >= 5
