"""convkit's types as a caller's type checkers see them: one client passes, each typo is refused."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CLIENTS = ROOT / "tests" / "typing"


def mypy(file):
    """The numbers of the lines of a client that mypy refuses."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", ROOT / ".mypy_cache"]
    done = subprocess.run([*command, file.name], cwd=file.parent, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return {int(line) for line in re.findall(rf"^{file.name}:(\d+): error", done.stdout, re.M)}


def pyright(file):
    """The numbers of the lines of a client that pyright refuses, by the engine of basedpyright."""
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    settings = ["--project", str(CLIENTS / "pyrightconfig.json"), "--level", "error"]
    done = subprocess.run([*command, *settings], capture_output=True, text=True, cwd=CLIENTS)
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {
        1 + one["range"]["start"]["line"] for one in found if Path(one["file"]).name == file.name
    }


CHECKERS = pytest.mark.parametrize("lines_refused", [mypy, pyright])


@CHECKERS
def test_right_calls_are_accepted(lines_refused):
    assert lines_refused(CLIENTS / "right.py") == set()


@CHECKERS
def test_each_typo_is_refused(lines_refused):
    lines = (CLIENTS / "wrong.py").read_text().splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if re.match(r"ck\.|s: str", line)}
    assert len(wrong) > 30
    assert lines_refused(CLIENTS / "wrong.py") == wrong
