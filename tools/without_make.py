"""Run the lines that README.md has for Windows without make, so that they stay right.

python tools/without_make.py          # in this repository
python tools/without_make.py FOLDER   # in a copy of it

On another system the same lines run with its names: `.venv/bin/` for `.venv\\Scripts\\`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
LINES = re.compile(r"```bat\n(.*?)```", re.DOTALL)


def lines(text):
    """The lines of README for the command prompt of Windows, without what opens a window."""
    found = [line for block in LINES.findall(text) for line in block.splitlines()]
    return [line for line in found if not re.search(r"\\jupyter lab|^start ", line)]


def here(line):
    """A line as this system writes it."""
    if os.name == "nt":
        return line
    return re.sub(r"^py\b", sys.executable, line).replace(".venv\\Scripts\\", ".venv/bin/")


def main(folder):
    for line in map(here, lines(README.read_text("utf-8"))):
        print("+", line, flush=True)
        subprocess.run(line, shell=True, check=True, cwd=folder)


if __name__ == "__main__":
    main(*sys.argv[1:] or ["."])
