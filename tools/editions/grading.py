"""Make an assignment for nbgrader from a chapter: _build/grading/source/NAME/NAME.ipynb.

Of each exercise with a check, the cell for the answer is the student's; what judges it is a hidden
test, worth a point for each verdict. What solves it is hidden too, and instructors have it.
"""

import ast
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from .pages import BUILD, ROOT
from .student import SOLUTIONS, is_check, is_place, places, statements, without_comments

FOLDER = BUILD / "grading"
PAGES = {".ipynb", ".md"}
CONFIG = """\
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "convolution"
c.Execute.timeout = c.Execute.iopub_timeout = c.Execute.startup_timeout = 300  # seconds for a cell
c.ClearSolutions.code_stub = {"python": "# Your answer goes in place of each ... above."}
"""
JUDGE = '''\
from contextlib import redirect_stdout
from io import StringIO

from convkit.testing import check as tell


def check(*answer, **settings):
    """Fail where the verdict is not "right"."""
    with redirect_stdout(StringIO()) as said:
        tell(*answer, **settings)
    verdicts = said.getvalue().splitlines()
    assert verdicts and all(line.endswith("right") for line in verdicts), said.getvalue()


'''


def call_of_check(statement: ast.stmt) -> bool:
    """Tell whether a statement is a call of `check`."""
    call = getattr(statement, "value", None)
    return isinstance(call, ast.Call) and getattr(call.func, "id", "") == "check"


def lines(source: str, kept) -> str:
    """Return the statements of a cell that `kept` holds of, with the lines above each."""
    text, found, end = source.splitlines(), [], 0
    for statement in statements(source):
        if kept(statement):
            found += text[end : statement.end_lineno]
        end = statement.end_lineno
    return "\n".join(found).strip("\n")


def judging(source: str) -> str:
    """Return the part of a check that judges: all but the places for the answer."""
    return lines(source, lambda statement: not is_place(statement))


def solving(check: str, solution: str) -> str:
    """Return what solves an exercise: with the names that its check defines, and no verdicts."""
    defined = lines(check, lambda statement: not (is_place(statement) or call_of_check(statement)))
    return f"{defined}\n{lines(solution, lambda statement: not call_of_check(statement))}"


def points(source: str) -> int:
    """Return how many verdicts a check gives."""
    return sum(
        isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check"
        for node in ast.walk(ast.parse(source))
    )


def cell(name: str, source: str, **settings) -> NotebookNode:
    """Return a cell that nbgrader knows."""
    told = {"schema_version": 3, "grade_id": name, "task": False, **settings}
    return new_code_cell(source, id=name, metadata={"nbgrader": told})


def graded(check: NotebookNode, solution: str) -> list[NotebookNode]:
    """Return the cells of an exercise: the student's, and the one that judges."""
    solved = solving(check.source, solution)
    answer = f"{places(check.source)}\n### BEGIN SOLUTION\n{solved}\n### END SOLUTION"
    test = f"### BEGIN HIDDEN TESTS\n{JUDGE}{judging(check.source)}\n### END HIDDEN TESTS"
    return [
        cell(f"{check.id}-answer", answer, grade=False, solution=True, locked=False),
        cell(
            f"{check.id}-test",
            test,
            grade=True,
            solution=False,
            locked=True,
            points=points(check.source),
        ),
    ]


def assignment(nb: NotebookNode) -> NotebookNode:
    """Return a chapter as an assignment, with its solutions where nbgrader hides them."""
    nb = nbformat.from_dict(nb)
    made = []
    for number, one in enumerate(nb.cells):
        if SOLUTIONS & set(one.metadata.get("tags", [])):
            continue
        if one.cell_type == "markdown":
            one.source = without_comments(one.source)
            made.append(one)
        elif is_check(one.source):
            after = (
                c.source
                for c in nb.cells[number + 1 :]
                if "hide-cell" in c.metadata.get("tags", [])
            )
            made += graded(one, next(after, ""))
        else:
            one.outputs, one.execution_count = [], None
            made.append(one)
    nb.cells = made
    return nb


def main(path: Path) -> None:
    if not path.is_file():
        sys.exit(f"No notebook {path}: name one, as in make assignment NB=chapters/pooling.ipynb")
    nb = assignment(nbformat.read(path, as_version=4))
    target = FOLDER / "source" / path.stem / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, target)
    for file in path.parent.glob("*"):  # what it reads, data and helper modules
        if file.is_file() and file.suffix not in PAGES and not file.name.startswith("."):
            shutil.copy(file, target.parent)
    (FOLDER / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    tests = sum("nbgrader" in one.metadata and one.metadata.nbgrader.grade for one in nb.cells)
    print(f"An assignment with {tests} graded exercises: {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path())
