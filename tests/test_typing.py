"""convkit's types as a caller's type checkers see them: one client passes, each typo is refused."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CLIENTS = ROOT / "tests" / "typing"


def run(*command):
    """Let a checker read both clients at once."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=CLIENTS, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stdout + done.stderr  # it has found faults, and nothing worse
    return done.stdout


def mypy():
    """The lines that mypy refuses, as (file, line)."""
    output = run("mypy", "--strict", "--cache-dir", ROOT / ".mypy_cache", "right.py", "wrong.py")
    return set(re.findall(r"^(\w+\.py):(\d+): error", output, re.M))


def pyright():
    """The lines that pyright refuses, by the engine of basedpyright."""
    found = run("basedpyright", "--outputjson", "--level", "error", "--pythonpath", sys.executable)
    return {
        (Path(one["file"]).name, str(1 + one["range"]["start"]["line"]))
        for one in json.loads(found)["generalDiagnostics"]
    }


@pytest.mark.parametrize("refused", [mypy, pyright])
def test_right_calls_are_accepted_and_each_typo_is_refused(refused):
    lines = (CLIENTS / "wrong.py").read_text().splitlines()
    typos = [str(n) for n, line in enumerate(lines, 1) if re.match(r"ck\.|s: str", line)]
    assert len(typos) > 30
    assert refused() == {("wrong.py", number) for number in typos}
