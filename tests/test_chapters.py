"""The anatomy of a chapter: what each of the book's own owes its reader."""

import ast
import re
from itertools import pairwise

import contents
import nbformat
import pytest


@pytest.fixture(params=contents.OWN)
def cells(request):
    return nbformat.read(contents.path(request.param), as_version=4).cells


def prose(cells):
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def exercises(cells):
    """Return the cells of each exercise, from its heading to the next."""
    heads = [i for i, cell in enumerate(cells) if re.match(r"###? Exercise \d", cell.source)]
    return [cells[start:end] for start, end in pairwise([*heads, len(cells)])]


def tagged(cells, tag):
    return [cell for cell in cells if tag in cell.metadata.get("tags", [])]


def first(cells, text):
    """Return the number of the first cell whose source has the text."""
    return next(n for n, cell in enumerate(cells) if text in cell.source)


def test_it_opens_with_its_question_and_nothing_else(cells):
    title, question = cells[0].source.split("\n\n")
    assert title.startswith("# ")
    assert question.startswith("**The question of this chapter:** ")
    assert question.endswith("?")


def test_the_puzzle_and_its_picture_come_before_goals_and_needs(cells):
    goals = first(cells, "> **You will be able to**")
    picture = next(n for n, cell in enumerate(cells) if "figure" in cell.metadata.get("mystnb", {}))
    assert picture < goals
    assert first(cells, "> **Predict.**") <= goals
    assert goals < 9
    box = cells[goals].source
    assert 3 <= len(re.findall(r"^> - ", box, re.MULTILINE)) <= 5
    assert "> **You need** " in box
    assert re.search(r"\*\*Reading time:\*\*\s+(> )?about\s+(> )?\d+\s+minutes", box)


def test_the_imports_are_the_first_code_and_folded(cells):
    imports, *others = [cell for cell in cells if cell.cell_type == "code"]
    assert tagged([imports], "imports")
    assert "import convkit as ck" in imports.source
    for cell in others:
        if tagged([cell], "imports"):  # what a browser does not have, before its section
            continue
        assert not re.search(r"^(import|from) ", cell.source, re.MULTILINE), cell.id


def names(node):
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def given(statement):
    """The names to which a statement gives a value."""
    if isinstance(statement, ast.FunctionDef):
        return {statement.name}
    parts = (part for part in ast.walk(statement) if isinstance(part, ast.Name))
    return {part.id for part in parts if isinstance(part.ctx, ast.Store)}


def asserts(statement):
    named = {part.attr for part in ast.walk(statement) if isinstance(part, ast.Attribute)}
    found = any(isinstance(part, ast.Assert) for part in ast.walk(statement))
    return found or any(name.startswith("assert_") for name in named)


def test_a_check_with_torch_is_about_nothing_else(cells):
    """So that all the rest of a chapter runs where there is no PyTorch."""
    torch = {"torch", "F", "nn"}
    from_torch = set(torch)  # and what was made with it, so far
    for cell in cells:
        if cell.cell_type != "code" or tagged([cell], "imports"):
            continue
        for statement in (body := ast.parse(cell.source).body):
            if names(statement) & from_torch:
                from_torch |= given(statement)
            elif asserts(statement) and not isinstance(statement, ast.FunctionDef):
                here = set().union(*map(names, body))
                assert not here & torch, f"{cell.id}: {ast.unparse(statement)}"
            else:
                from_torch -= given(statement) - torch


def test_comparisons_with_torch_are_folded_checks(cells):
    for cell in cells[: first(cells, "## Exercises")]:
        compares = "assert_" in cell.source and re.search(r"\b(torch|F)\.", cell.source)
        if cell.cell_type == "code" and compares:
            assert tagged([cell], "check"), cell.id


def test_it_asks_for_predictions(cells):
    assert prose(cells).count("> **Predict.**") >= 5


def test_it_ends_with_summary_exercises_and_reading(cells):
    headings = [cell.source.split("\n")[0] for cell in cells if cell.source.startswith("## ")]
    assert headings[-3:] == ["## Summary", "## Exercises", "## Further reading"]
    assert "> **Summary**" in prose(cells)
    assert "{cite:" in cells[-1].source


def test_exercises_have_hint_check_and_executed_solution(cells):
    found = exercises(cells)
    assert len(found) >= 5, f"a chapter of the book has five exercises, this has {len(found)}"
    numbers = [int(re.search(r"\d+", exercise[0].source)[0]) for exercise in found]
    in_order = list(range(1, len(found) + 1))
    assert numbers == in_order, (
        f"exercises {numbers} should be {in_order}: renumber the headings, and # Solution with them"
    )
    for number, exercise in enumerate(found, 1):
        assert "<summary>Hint</summary>" in prose(exercise), f"exercise {number}: no hint"
        executed = [cell.execution_count for cell in tagged(exercise, "hide-cell")]
        assert executed or tagged(exercise, "solution"), f"exercise {number}: no solution"
        assert all(executed)


def test_solutions_are_right(cells):
    """At first; a solution may go on to show a wrong one. And no check breaks on it."""
    for cell in tagged(cells, "hide-cell"):
        said = "".join(output.get("text", "") for output in cell.outputs)
        verdicts = re.findall(r"\bright\b|not yet.*", said)
        assert verdicts[:1] in ([], ["right"]), cell.id
        assert not any("Error" in verdict for verdict in verdicts), cell.id


def test_every_closed_exercise_checks_the_answer(cells):
    for exercise in exercises(cells):
        title = exercise[0].source.split("\n")[0]
        outputs = str([cell.get("outputs") for cell in exercise])
        assert "(open)" in title or "not answered yet" in outputs, title


def test_solutions_can_be_removed_by_their_tags(cells):
    """And nothing else has them, which a later cell might need."""
    for cell in cells:
        solves = re.match("# Solution [0-9]", cell.source) or "<summary>Solution" in cell.source
        assert bool(solves) == bool(tagged([cell], "hide-cell") + tagged([cell], "solution"))
        assert "### Exercise" not in cell.source or not solves


def test_figures_have_words_and_are_spoken_of(cells):
    figures = [c for c in cells if "figure" in c.metadata.get("mystnb", {})]
    assert figures
    for cell in figures:
        figure, image = (cell.metadata.mystnb.get(part, {}) for part in ("figure", "image"))
        name = figure["name"]
        assert name.startswith("fig-")
        assert re.search(r"[.?]$", figure["caption"]), f"{name}: {figure['caption']!r}"
        assert image.get("alt") or "ck.explorers" in cell.source, f"{name}: no alternative text"
        assert f"{{numref}}`{name}`" in prose(cells), f"{name} is not referred to"


def test_the_code_of_a_figure_is_folded(cells):
    for cell in cells:
        if "figure" in cell.metadata.get("mystnb", {}):
            explores = cell.source.startswith("ck.explorers.") and "\n" not in cell.source
            assert explores or tagged([cell], "hide-input"), cell.id


def test_it_leads_to_the_glossary(cells):
    assert len(set(re.findall(r"\{term\}`([^`]+)`", prose(cells)))) >= 5


def test_exercises_share_one_check(cells):
    """It asks on the page, too; a chapter's own would print *not answered yet* there."""
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert not re.search(
        r"^def check|print\(.*not answered yet|return .*not answered yet", code, re.MULTILINE
    )
    assert "from convkit.testing import" in code
    for exercise in exercises(cells):
        forms = [c for c in exercise if "= ..." in c.source and "check(" in c.source]
        assert all(tagged([cell], "hide-input") for cell in forms)


def test_predictions_are_judged_where_there_is_an_answer(cells):
    """Six or seven a chapter, few of them without an answer that can be judged."""
    asked = re.findall(r"^> \*\*Predict\.\*\*.*(?:\n>.*)*", prose(cells), re.MULTILINE)
    assert 5 <= len(asked) <= 8
    assert sum("<!-- answer" in question for question in asked) >= len(asked) - 2
