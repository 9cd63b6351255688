"""Run convkit's tests with the oldest releases of what it takes, or with the newest.

python tools/versions.py oldest   # in _build/oldest, an environment of its own

The oldest are those that pyproject.toml allows, the newest those that are there today for this
Python. The book's own tests keep to the versions of requirements.txt.
"""

import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
# convkit takes no PyTorch, but its tests compare with one. Older ones differ in a test or two.
COMPARED = ["torch>=2.13.0"]
RUNNERS = ["beautifulsoup4", "hypothesis", "pytest", "pytest-xdist", "tdewolff-minify"]
OF_THE_BOOK = re.compile(r"\b(house|nbformat|numpydoc|mypy|faults|yaml|contents|without_make)\b")


def taken(project):
    """What convkit and its figures need, each with the oldest release that will do."""
    extras = project["optional-dependencies"].values()
    return sorted({*project["dependencies"], *(one for extra in extras for one in extra)})


def wanted(which, requirements):
    """The same as arguments of pip: exactly the oldest, or any, which is the newest."""
    names = [one.split(">=") for one in requirements]
    return [f"{name}=={low}" if which == "oldest" else name for name, low in names]


def pins(names):
    """The lines of requirements.txt for these."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return [line.partition("  #")[0] for line in lines if line.split("==")[0] in names]


def tests():
    """The files that test convkit and nothing else of the book."""
    files = sorted((ROOT / "tests").glob("test_*.py"))
    return [file for file in files if not OF_THE_BOOK.search(file.read_text("utf-8"))]


def main(which):
    place = ROOT / "_build" / which
    venv.create(place, clear=True, with_pip=True)
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    packages = wanted(which, taken(project) + COMPARED)
    print("+ pip install", *packages, flush=True)
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, *packages, *pins(RUNNERS)], check=True)
    pytest = [python, "-m", "pytest", "--numprocesses", "auto", "--doctest-modules"]
    return subprocess.run([*pytest, *tests(), ROOT / "convkit"], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
