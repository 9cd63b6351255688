"""The house around the book: notebooks, pinned versions, workflows, citation, commands."""

import ast
import copy
import json
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

from house import fresh, openings

import convkit
import notebooks

ROOT = Path(__file__).parents[1]
NOTEBOOKS = [ROOT / "tools/chapter.ipynb"]
NOTEBOOKS += [path for path in (ROOT / f"{p}.ipynb" for p in openings.pages(ROOT)) if path.exists()]
SCRIPTS = sorted(
    path for part in ("_ext", "tests", "tools") for path in ROOT.glob(f"{part}/**/*.py")
)
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))


def run(*command, cwd=ROOT):
    """Run a command with this interpreter and return what it did."""
    return subprocess.run(
        [sys.executable, *map(str, command)], cwd=cwd, capture_output=True, text=True
    )


# Notebooks


def tidy():
    """Return a clean notebook: one page of text, two executed cells."""
    result = new_output("execute_result", {"text/plain": "7"}, execution_count=1)
    figure = new_output("display_data", {"text/plain": "<Figure size 640x480 with 1 Axes>"})
    cells = [
        new_markdown_cell("# A chapter", id="title"),
        new_code_cell("3 + 4", id="sum", execution_count=1, outputs=[result]),
        new_code_cell("plot()", id="plot", execution_count=2, outputs=[figure]),
    ]
    return new_notebook(cells=cells, metadata=copy.deepcopy(notebooks.NOTEBOOK_METADATA))


def store(folder, nb):
    """Write a notebook as it is, clean or not, and return its path."""
    path = folder / "chapter.ipynb"
    nbformat.write(nb, path)
    return path


def print_to_stderr(nb):
    nb.cells[1].outputs.append(new_output("stream", name="stderr", text="UserWarning: careful\n"))


def end_in_error(nb):
    nb.cells[1].outputs = [new_output("error", ename="ValueError", evalue="no", traceback=[])]


def keep_picture(nb):
    nb.cells[2].outputs[0].data["image/png"] = "iVBORw0KGgo="


def keep_drawing(nb):
    nb.cells[2].outputs[0].data["image/svg+xml"] = "<svg/>"


def keep_widget(nb):
    nb.cells[2].outputs[0].data["application/vnd.jupyter.widget-view+json"] = {"model_id": "1"}


def show_an_address(nb):
    nb.cells[1].outputs[0].data["text/plain"] = "[<matplotlib.lines.Line2D at 0x7f12ab34cd50>]"


def show_two_results_under_a_caption(nb):
    nb.cells[2].metadata["mystnb"] = {"figure": {"caption": "A.", "name": "fig-a"}}
    nb.cells[2].outputs.append(new_output("execute_result", {"text/plain": "7"}))


def forget_to_run(nb):
    nb.cells[2].execution_count = None


def run_out_of_order(nb):
    nb.cells[1].execution_count = 5


def note_in_cell(nb):
    nb.cells[0].metadata["collapsed"] = True


def leave_unfolded(nb):
    nb.cells[1].metadata["tags"] = ["hide-cell"]


def show_the_code_of_a_check(nb):
    nb.cells[1].metadata["tags"] = ["check"]


def hide_what_a_check_says(nb):
    show_the_code_of_a_check(nb)
    nb.cells[1].metadata["jupyter"] = {"outputs_hidden": True, "source_hidden": True}


def note_in_notebook(nb):
    nb.metadata["widgets"] = {}


def name_own_kernel(nb):
    nb.metadata.kernelspec.name = "my-env"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (print_to_stderr, r"cell 2 \(sum\): writes to stderr: UserWarning: careful"),
        (end_in_error, r"cell 2 \(sum\): ends in an error, ValueError: no"),
        (keep_picture, r"cell 3 \(plot\): keeps a payload of type image/png"),
        (keep_drawing, r"cell 3 \(plot\): keeps a payload of type image/svg\+xml"),
        (keep_widget, r"cell 3 \(plot\): keeps a payload of type application/vnd.jupyter.widget"),
        (show_an_address, r"cell 2 \(sum\): shows an address, <.*>: give its last line a name"),
        (show_two_results_under_a_caption, r"cell 3 \(plot\): has one caption and 2 results"),
        (forget_to_run, r"cell 3 \(plot\): was not executed"),
        (run_out_of_order, r"cell 2 \(sum\): has execution count 5, not 1"),
        (note_in_cell, r"cell 1 \(title\): has stray metadata 'collapsed'"),
        (leave_unfolded, r"cell 2 \(sum\): is tagged hide-cell but not folded for JupyterLab"),
        (
            show_the_code_of_a_check,
            r"cell 2 \(sum\): is tagged check but not folded for JupyterLab",
        ),
        (hide_what_a_check_says, r"cell 2 \(sum\): is tagged check but not folded for JupyterLab"),
        (note_in_notebook, r"the notebook: has metadata other than"),
        (name_own_kernel, r"the notebook: has metadata other than"),
    ],
)
def test_check_names_cell_and_reason_of_each_fault(tmp_path, spoil, reason):
    nb = tidy()
    assert notebooks.check(store(tmp_path, nb)) == []
    spoil(nb)
    fault, remedy = notebooks.check(store(tmp_path, nb))
    assert re.search(r"chapter\.ipynb, " + reason, fault)
    assert re.match(r"make notebooks NB=\S+chapter\.ipynb", remedy)


def test_check_finds_another_layout(tmp_path):
    path = store(tmp_path, tidy())
    path.write_text(path.read_text().rstrip("\n"))
    fault, remedy = notebooks.check(path)
    assert "is not laid out" in fault
    assert remedy.startswith("make notebooks NB=")


def test_check_finds_what_is_no_notebook(tmp_path):
    path = store(tmp_path, tidy())
    text = path.read_text()
    path.write_text(text.replace("{\n", "{\n<<<<<<< HEAD\n", 1))
    (fault,) = notebooks.check(path)
    assert re.search(r"line \d+ of the file: both sides of a merge .*git checkout --ours", fault)
    path.write_text(text[:-20])
    (fault,) = notebooks.check(path)
    assert re.search(r"is no notebook, .*line \d+ .*git diff", fault)


def test_check_finds_cells_without_ids(tmp_path):
    nb = tidy()
    nb.nbformat_minor = 4
    for cell in nb.cells:
        del cell["id"]
    assert "cell 1 (no id): needs an id" in notebooks.check(store(tmp_path, nb))[0]


def test_a_repeated_id_is_told_and_replaced(tmp_path):
    nb = tidy()
    nb.cells[-1].id = nb.cells[0].id
    path = tmp_path / "chapter.ipynb"
    path.write_text(json.dumps(nb))  # nbformat would not write it
    fault, _ = notebooks.check(path)
    identity = nb.cells[0].id
    assert f"cell {len(nb.cells)} ({identity}): has the id of cell 1 ({identity})" in fault
    assert len({cell.id for cell in notebooks.with_ids(nb).cells}) == len(nb.cells)


@pytest.mark.parametrize(
    "spoil", [keep_picture, keep_drawing, keep_widget, note_in_cell, note_in_notebook]
)
def test_clean_removes_what_does_not_belong(spoil):
    nb = tidy()
    spoil(nb)
    assert notebooks.clean(nb) == tidy()


def test_a_wrong_stored_output_is_told_in_words(tmp_path):
    nb = tidy()
    nb.cells[1].outputs[0].data["text/plain"] = "8"
    path = store(tmp_path, nb)
    command = ["-m", "pytest", "-p", "cells", "--nbval", "--nbval-current-env", path, "-n", "0"]
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        env=os.environ | {"PYTHONPATH": f"{ROOT}/tools"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    told = done.stdout
    assert "chapter.ipynb, cell 2 (sum): Cell outputs differ" in told
    assert re.search(r"stored: 8\n +now: 7\n", told)
    assert "store it: make notebooks NB=chapter.ipynb" in told
    assert "cell 3 (plot): Cell execution caused an exception" in told


def test_clean_keeps_tags_and_figure_texts():
    nb = tidy()
    kept = {"tags": ["hide-input"], "mystnb": {"image": {"alt": "A line."}}}
    nb.cells[2].metadata = nbformat.from_dict(kept)
    assert notebooks.clean(nb).cells[2].metadata == kept | {"jupyter": {"source_hidden": True}}


def test_a_notebook_is_executed_cleaned_and_saved(tmp_path):
    path = store(tmp_path, new_notebook(cells=[new_code_cell("print(6 * 7)"), new_code_cell("_")]))
    path.write_text(path.read_text().replace('"_"', r'"display({\"image/png\": \"\"}, raw=True)"'))
    done = run("tools/notebooks.py", path)
    assert done.returncode == 0, done.stderr
    assert notebooks.check(path) == []
    saved = nbformat.read(path, as_version=4)
    assert saved.cells[0].outputs[0].text == "42\n"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import warnings; warnings.warn('careful')", "writes to stderr"),
        ("import time; print(time.perf_counter())", r"cell 1 \(code\): shows '\d.* once and '\d"),
    ],
)
def test_a_notebook_that_fails_is_left_as_it_was(tmp_path, code, reason):
    path = store(tmp_path, new_notebook(cells=[new_code_cell(code, id="code")]))
    before = path.read_text()
    done = run("tools/notebooks.py", path)
    assert done.returncode != 0
    assert re.search(reason, done.stderr)
    assert "cell 1 (code)" in done.stderr
    assert path.read_text() == before


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_chapter_is_clean(path):
    assert notebooks.check(path) == []


# Versions


def pins(path):
    """Return {name: version} of a requirements file in which every package is pinned."""
    lines = [re.split("[#;]", line)[0].strip() for line in path.read_text().splitlines()]
    lines = [line for line in lines if line and not line.startswith("-")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines), lines
    return dict(line.split("==") for line in lines)


def test_requirements_are_pinned():
    versions = pins(ROOT / "requirements.txt")
    assert versions["jupyter-book"].startswith("1.")


def test_binder_has_the_versions_of_the_book():
    assert pins(ROOT / "binder/requirements.txt").items() <= pins(ROOT / "requirements.txt").items()


def imported(sources):
    """Return the distributions, besides the standard library and our own, that sources import."""
    names = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                names.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.split(".")[0])
    distributions = packages_distributions()
    own = {"convkit", *(part for path in SCRIPTS for part in path.with_suffix("").parts)}
    own |= {path.stem for part in fresh.FOLDERS for path in ROOT.glob(f"{part}/**/*.py")}
    missing = names - own - sys.stdlib_module_names - distributions.keys()
    assert not missing, f"not installed, so add it to requirements.txt: {missing}"
    found = {distributions[name][0] for name in names & distributions.keys() - own}
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


def test_what_is_imported_is_pinned():
    sources = [path.read_text() for path in [*SCRIPTS, *ROOT.glob("convkit/**/*.py")]]
    lacking = imported(sources) - pins(ROOT / "requirements.txt").keys()
    assert not lacking, f"add to requirements.txt, with ==: {lacking}"


def test_binder_has_what_the_chapters_import():
    cells = [cell for path in NOTEBOOKS for cell in nbformat.read(path, as_version=4).cells]
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    lacking = imported(sources) - pins(ROOT / "binder/requirements.txt").keys()
    assert not lacking, f"add to binder/requirements.txt what the chapters import: {lacking}"


# Workflows and citation


def validate(schema, *paths):
    """Validate files against a published schema that check-jsonschema carries."""
    return run("-m", "check_jsonschema", "--builtin-schema", schema, *paths)


@pytest.mark.parametrize(
    "schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"]
)
def test_workflows_follow_their_schema(schema):
    assert WORKFLOWS
    # A job that calls another workflow cannot state a timeout; the called one does.
    paths = [p for p in WORKFLOWS if "vendor" in schema or "uses: ./" not in p.read_text()]
    done = validate(schema, *paths)
    assert done.returncode == 0, done.stdout


def test_a_broken_workflow_is_rejected(tmp_path):
    broken = tmp_path / "test.yml"
    text = (ROOT / ".github/workflows/book.yml").read_text()
    broken.write_text(text.replace("runs-on:", "runs-off:"))
    assert validate("vendor.github-workflows", broken).returncode != 0


def test_actions_are_pinned_to_commits():
    text = "".join(path.read_text() for path in WORKFLOWS)
    uses = re.findall(r"uses: (?!\./)(.+)", text)
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


def test_citation_is_valid_and_names_this_version():
    path = ROOT / "CITATION.cff"
    done = validate("vendor.citation-file-format", path)
    assert done.returncode == 0, done.stdout
    assert f"\nversion: {convkit.__version__}\n" in path.read_text()


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_to_files_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text())
    links = [link for link in links if "://" not in link and not link.startswith("../../actions/")]
    missing = [link for link in links if not (ROOT / link).exists()]
    assert not missing


COUNTED = r"(?i)\b(two|three|four|five|six|seven|[2-9]) (\w+ )?(algorithms|methods)\b"


def test_nothing_counts_the_algorithms():
    """So that another is one file and one line; but for a chapter's own title."""
    pages = [path for part in (".", "api", "back") for path in ROOT.glob(f"{part}/*.md")]
    files = [*pages, ROOT / "CITATION.cff", *ROOT.glob("convkit/**/*.py"), ROOT / "pyproject.toml"]
    for path in files:
        text = path.read_text().replace("Four algorithms, one answer", "")
        found = re.search(COUNTED, text)
        assert not found, f"{path.relative_to(ROOT)} counts them: {found[0]}"


# Commands


def test_a_wrong_name_of_a_notebook_is_answered_with_those_there_are():
    options = ["--no-print-directory", "-o", ".venv/.ready"]  # make says it within make
    command = ["make", *options, "notebooks", "NB=chapters/poling.ipynb"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    first, *others = done.stdout.splitlines()
    assert first == "There is no chapters/poling.ipynb. NB= takes one of these, or more:"
    assert [line.strip() for line in others] == [
        path.relative_to(ROOT).as_posix() for path in [*NOTEBOOKS[1:], NOTEBOOKS[0]]
    ]


def test_steps_stop_at_the_first_failure_and_say_so(tmp_path):
    makefile = "good:\n\t@echo 2 passed\nbad:\n\t@echo 1 failed; false\nlater:\n\t@echo never\n"
    (tmp_path / "Makefile").write_text(makefile)
    done = run(ROOT / "tools/steps.py", "good", "bad", "later", cwd=tmp_path)
    assert done.returncode == 1
    assert re.search(r"ok +good +0\.0 min +2 passed", done.stdout)
    assert re.search(r"FAILED +bad +0\.0 min +1 failed", done.stdout)
    assert "never" not in done.stdout
    assert done.stdout.splitlines()[-1].startswith("make test FAILED at bad")


def test_steps_end_with_a_verdict_and_repeat_what_was_skipped(tmp_path):
    skips = "SKIPPED [1] a.py:3: no Chromium\\nSKIPPED [2] b.py:9: no Chromium"
    result = "== 1 passed, 3 skipped in 2s =="
    (tmp_path / "Makefile").write_text(f"good:\n\t@printf '{skips}\\n{result}\\n'\n")
    done = run(ROOT / "tools/steps.py", "good", cwd=tmp_path)
    summary = done.stdout.split("summary")[1]
    assert done.returncode == 0
    assert "1 passed, 3 skipped" in summary
    assert "3 skipped: no Chromium" in summary
    assert done.stdout.splitlines()[-1].startswith("make test passed: 1 steps")


def test_steps_end_with_the_ten_slowest_tests_of_all(tmp_path):
    unit = "".join(f"{9 + n}.50s call     a.py::test_it[{n} of 9]\\n" for n in range(9))
    browser = "30.00s setup    b.py::test_page\\n9.00s call     b.py::test_page\\n"
    text = f"unit:\n\t@printf '{unit}'\nbrowser:\n\t@printf '{browser}2 passed\\n'\n"
    (tmp_path / "Makefile").write_text(text)
    done = run(ROOT / "tools/steps.py", "unit", "browser", cwd=tmp_path)
    first, *rest = done.stdout.split("slowest tests, in seconds:\n")[1].splitlines()[:10]
    assert first == "    30.0  b.py::test_page (setup)"
    assert rest == [f"{9 + n:6}.5  a.py::test_it[{n} of 9]" for n in reversed(range(9))]
