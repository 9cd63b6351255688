"""The ways in that README names: without make, with conda, with pip alone; behind a firewall."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sizes import THOROUGH

import without_make

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_without_make_the_environment_takes_two_lines():
    make, fill, *others = without_make.lines(README)
    assert make == r"py -m venv .venv"
    assert fill == r".venv\Scripts\python -m pip install -r requirements.txt -e ."
    assert others == [r".venv\Scripts\jupyter-book build ."]
    # They are what make runs, in one line less.
    assert "$(PYTHON) -m venv $(VENV)" in MAKEFILE
    assert "pip install --disable-pip-version-check --requirement requirements.txt" in MAKEFILE
    assert re.search(r"pip install .*--editable \.", MAKEFILE)
    assert "$(BIN)/jupyter-book build ." in MAKEFILE


def test_all_that_windows_is_to_run_is_there():
    """Each program of .venv\\Scripts has its twin beside this Python, each file is in the tree."""
    blocks = "".join(without_make.LINES.findall(README))
    programs = set(re.findall(r"\.venv\\Scripts\\([\w-]+)", blocks))
    assert programs == {"python", "jupyter", "jupyter-book"}
    for program in programs:
        assert (Path(sys.executable).parent / program).exists(), program
    for file in re.findall(r"-r (\S+)", blocks):
        assert (ROOT / file).is_file()


def test_a_line_is_the_same_on_another_system():
    ours = without_make.here(r".venv\Scripts\python -m pip install -r requirements.txt -e .")
    assert ours == ".venv/bin/python -m pip install -r requirements.txt -e ."
    assert without_make.here("py -m venv .venv") == f"{sys.executable} -m venv .venv"


@pytest.mark.skipif(not THOROUGH, reason="make test-all runs README's lines without make")
def test_the_lines_without_make_work(tmp_path):
    """In a copy of the repository that has nothing else; the book is built by make elsewhere."""
    tracked = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
    for name in tracked:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for line in map(without_make.here, without_make.lines(README)[:2]):
        subprocess.run(line, shell=True, check=True, cwd=tmp_path)
    program = "import convkit, torch; print(convkit.__file__)"
    command = [tmp_path / ".venv/bin/python", "-I", "-c", program]
    done = subprocess.run(command, cwd=tmp_path / "chapters", capture_output=True, text=True)
    assert done.stdout.strip() == str(tmp_path / "convkit/__init__.py"), done.stderr
    assert (tmp_path / ".venv/bin/jupyter-book").exists()


def test_conda_gets_what_the_package_asks_for():
    (line,) = re.findall(r"^conda install --channel conda-forge (.*)$", README, re.M)
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["explorers"]
    assert re.findall(r'"(.+?)"', line) == wanted


def test_pip_gets_an_extra_that_is_there():
    extras = set(re.findall(r"(?:convkit|\.)\[(\w+)\]", README))
    assert extras
    assert extras <= PROJECT["optional-dependencies"].keys()


def test_a_badge_tells_of_this_repository_alone():
    """Its address is relative, so in a fork it tells how the fork's own tests went."""
    badges = re.findall(r"\[!\[[^]]+\]\(([^)]+)\)\]\(([^)]+)\)", README)
    assert badges
    for picture, target in badges:
        assert picture == f"{target}/badge.svg"
        name = target.removeprefix("../../actions/workflows/")
        assert (ROOT / ".github/workflows" / name).is_file(), target
