"""Make the student edition: the whole book and its notebooks, without solutions and answers.

The sources are copied without them and built as the book is, so what is not there can be in no
page, no search index, no script's data and no download. Into _build/student: `html`, `notebooks`.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
WORK = ROOT / "_build" / ".student"
RESULT = ROOT / "_build" / "student"
NOT_COPIED = {"_build", "benchmarks", "binder", "tests"}

SOLUTIONS = {"hide-cell", "solution"}
ANSWER = re.compile(r"[ \t]*<!--\s*answer\b.*?-->", re.DOTALL)
EMPTY_QUOTE = re.compile(r"^>[ \t]*\n?\Z|^>[ \t]*\n(?!>)", re.MULTILINE)
HOW = re.compile(r"^[^\n]*?`\.\.\.`[^.\n]*\.", re.MULTILINE)
HOW_STUDENTS = "Write your answer in place of `...` in the notebook."


# What a student is not to see


def without_answers(nb: NotebookNode) -> NotebookNode:
    """Return a notebook without its solutions, and without the right answers to its questions.

    A *Predict* loses the comment with its answer: the page then asks for a sentence. Of the check
    of an exercise, which computes the answer, the places for an answer are left and what is given
    before the first of them.
    """
    nb = nbformat.from_dict(nb)
    nb.cells = [cell for cell in nb.cells if not SOLUTIONS & set(cell.metadata.get("tags", []))]
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = without_comments(cell.source)
        elif is_check(cell.source):
            empty(cell)
    for count, cell in enumerate((c for c in nb.cells if c.cell_type == "code"), 1):
        renumber(cell, count)
    return nb


def without_comments(text: str) -> str:
    """Return Markdown without the answers to its questions, and with no word of checking them."""
    text = EMPTY_QUOTE.sub("", ANSWER.sub("", text))
    return HOW.sub(HOW_STUDENTS, text, count=1) if text.startswith("## Exercises") else text


def is_place(statement: ast.stmt) -> bool:
    """Tell whether a statement is a place for an answer: `answer = ...`."""
    return isinstance(statement, ast.Assign) and any(
        isinstance(node, ast.Constant) and node.value is ...
        for node in [statement.value, *ast.iter_child_nodes(statement.value)]
    )


def is_check(source: str) -> bool:
    """Tell whether a cell asks for an answer and judges it."""
    return "check(" in source and any(map(is_place, statements(source)))


def statements(source: str) -> list[ast.stmt]:
    """Return the statements of a cell; those of another language, such as `%pip`, are none."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


def places(source: str) -> str:
    """Return what a student sees of a check: what is given, and the places for the answers."""
    found = statements(source)
    first = next(i for i, statement in enumerate(found) if is_place(statement))
    kept = {found[first].end_lineno}
    for statement in filter(is_place, found[first:]):
        kept |= set(range(statement.lineno, statement.end_lineno + 1))
    lines = source.splitlines()
    given = lines[: found[first].lineno - 1]
    return "\n".join([*given, *(lines[number - 1] for number in sorted(kept))])


def empty(cell: NotebookNode) -> None:
    """Leave of a check the places for the answers, open to be seen."""
    cell.source = places(cell.source)
    cell.outputs = []
    cell.metadata = nbformat.from_dict({})


def renumber(cell: NotebookNode, count: int) -> None:
    """Give a code cell its place in the order of execution."""
    cell.execution_count = count
    for output in cell.outputs:
        if "execution_count" in output:
            output.execution_count = count


# The edition


def copy_sources(source: Path, target: Path) -> None:
    """Bring a copy of the sources up to date; what did not change keeps its date."""
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():
        if old.name != "_build":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for part in source.iterdir():
        if part.name in NOT_COPIED or part.name.startswith("."):
            continue
        if part.is_dir():
            shutil.copytree(part, target / part.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(part, target)
    for path in target.rglob("*.ipynb"):
        if "_build" not in path.relative_to(target).parts:
            strip(path)
    for path in target.rglob("*.md"):
        if "_build" not in path.relative_to(target).parts and ANSWER.search(
            path.read_text("utf-8")
        ):
            rewrite(path, without_comments(path.read_text("utf-8")))


def strip(path: Path) -> None:
    """Remove solutions and answers from the notebook at `path`."""
    nb = nbformat.read(path, as_version=4)
    rewrite(path, nbformat.writes(without_answers(nb)) + "\n")


def rewrite(path: Path, text: str) -> None:
    """Write a file anew with its date, or with that of this program, if that is later."""
    date = max(path.stat().st_mtime_ns, Path(__file__).stat().st_mtime_ns)
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(date, date))


def without_repository(config: Path) -> None:
    """Take the address of the repository away: there the solutions are."""
    settings = yaml.safe_load(config.read_text("utf-8"))
    settings.get("repository", {})["url"] = ""
    settings.get("launch_buttons", {})["jupyterhub_url"] = ""
    rewrite(config, yaml.safe_dump(settings, sort_keys=False))


def build(work: Path) -> None:
    """Build the copy as the book is built, outside of any workflow."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
    command = [Path(sys.executable).with_name("jupyter-book"), "build", work, "-W", "--keep-going"]
    if subprocess.run(command, env=environment | {"HOUSE_EDITION": "student edition"}).returncode:
        shutil.rmtree(work / "_build" / ".doctrees", ignore_errors=True)
        sys.exit("make student: the book without its solutions does not build, see above")


def hand_out(work: Path, result: Path) -> None:
    """Put what students get into a folder of its own."""
    shutil.rmtree(result, ignore_errors=True)
    shutil.copytree(work / "_build" / "html", result / "html")
    made = work / "_build" / "notebooks"
    if made.exists():
        shutil.copytree(made, result / "notebooks")
        return
    for part in ("chapters", "back"):
        for path in sorted((work / part).glob("*.ipynb")):
            (result / "notebooks" / part).mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, result / "notebooks" / part)


def main() -> None:
    copy_sources(ROOT, WORK)
    without_repository(WORK / "_config.yml")
    build(WORK)
    hand_out(WORK, RESULT)
    notebooks = len(list(RESULT.glob("notebooks/**/*.ipynb")))
    print(f"The student edition: _build/student/html, and {notebooks} notebooks beside it")


if __name__ == "__main__":
    main()
