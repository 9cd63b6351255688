"""Time the book: what `make` takes beside the bare execution of the same notebooks.

    python benchmarks/book.py               # three rounds
    python benchmarks/book.py --rounds 1
    python benchmarks/book.py --all         # `make test` as well, once

The floor is nbclient running each notebook on a fresh kernel, and nothing else. Each round measures
it again beside the commands, so that what else the machine does falls on both; a ratio is the
median of the rounds' ratios. Whole commands are timed, the start of make and Python included.

All happens in a copy of the working tree, with the environment of this one. Each kernel that starts
in the copy says so in a file: that is how executed notebooks are counted, whoever executes them.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
CORES = os.cpu_count()
CELL_SECONDS = 120
CHAPTER = "chapters/why_convolution.ipynb"
MODULE = "convkit/geometry.py"
ONE_THREAD = dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1")
FLOOR, CHAPTER_FLOOR = f"floor, on {CORES} cores", "floor of one chapter"
COLUMNS = "| | seconds | notebooks executed | ratio to the floor |\n| --- | --: | --: | --: |"


class Copy:
    """A copy of the working tree, in which commands and kernels run."""

    def __init__(self, folder):
        self.tree, self.counted = folder / "book", folder / "kernels"
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for name in subprocess.check_output(listed, cwd=ROOT, text=True).split("\0"):
            if (ROOT / name).is_file():
                (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.tree / name)
        (self.tree / ".venv").symlink_to(ROOT / ".venv")
        self.notebooks = [*self.tree.glob("*.ipynb"), *self.tree.glob("chapters/*.ipynb")]
        self.notebooks.sort(key=lambda path: path.stat().st_size, reverse=True)
        # The environment has the original's convkit installed; this one stands before it.
        self.environment = os.environ | ONE_THREAD | {"PYTHONPATH": str(self.tree)}
        self.environment["IPYTHONDIR"] = str(folder / "ipython")
        self.count_kernels(folder / "ipython/profile_default/startup")
        self.check_convkit()

    def count_kernels(self, startup):
        """Have each kernel note its folder, without a name left behind for the notebook."""
        startup.mkdir(parents=True)
        self.counted.touch()
        note = f"print(__import__('os').getcwd(), file=open({str(self.counted)!r}, 'a'))\n"
        (startup / "count.py").write_text(note)

    def check_convkit(self):
        command = [".venv/bin/python", "-c", "import convkit; print(convkit.__file__)"]
        found = subprocess.check_output(
            command, cwd=self.tree, env=self.environment | {"PYTHONSAFEPATH": "1"}, text=True
        )
        if not Path(found).is_relative_to(self.tree):
            sys.exit(f"The copy would import another convkit: {found}")

    def executed(self):
        """How many kernels have started in the folders of the book's notebooks."""
        folders = {str(path.parent) for path in self.notebooks}
        return sum(line in folders for line in self.counted.read_text().splitlines())

    def make(self, target):
        """Run a target with the environment as it is: it belongs to the original."""
        log = self.tree.parent / "log"
        with open(log, "w") as file:
            command = ["make", "READY=", target]
            done = subprocess.run(
                command, cwd=self.tree, env=self.environment, stdout=file, stderr=file
            )
        if done.returncode:
            sys.exit(f"make {target} failed:\n{log.read_text()}")

    def forget_build(self):
        shutil.rmtree(self.tree / "_build", ignore_errors=True)

    def execute(self, notebooks, at_once):
        """Execute notebooks and do nothing else."""
        with ThreadPool(at_once) as pool:
            pool.map(self.execute_one, notebooks, chunksize=1)

    def execute_one(self, path):
        notebook = nbformat.read(path, as_version=4)
        client = NotebookClient(notebook, timeout=CELL_SECONDS)
        client.execute(env=self.environment, cwd=str(path.parent))

    @contextmanager
    def changed(self, name, change):
        """Change a file, and give back its text afterwards."""
        path = self.tree / name
        before = path.read_text(encoding="utf-8")
        path.write_text(change(before), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(before, encoding="utf-8")


def change_cell(text):
    """Write a line that was never there before into the first code cell."""
    notebook = json.loads(text)
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["source"].append(f"\n# changed at {time.time()}")
    return json.dumps(notebook)


def change_module(text):
    return f"{text}# changed at {time.time()}\n"


def timed(copy, name, action, *arguments):
    """Run an action; return its seconds and how many notebooks were executed."""
    executed, begin = copy.executed(), time.perf_counter()
    action(*arguments)
    seconds = time.perf_counter() - begin
    print(f"{name}: {seconds:.1f} s", file=sys.stderr, flush=True)
    return seconds, copy.executed() - executed


def measure(copy):
    """Measure every row once: {name: (seconds, executed notebooks, seconds of its floor)}."""
    rows = {}

    def row(name, floor, action, *arguments):
        seconds, executed = timed(copy, name, action, *arguments)
        rows[name] = seconds, executed, rows[floor][0] if floor else None

    row("floor, one after another", None, copy.execute, copy.notebooks, 1)
    row(FLOOR, None, copy.execute, copy.notebooks, CORES)
    row(CHAPTER_FLOOR, None, copy.execute, [copy.tree / CHAPTER], 1)
    copy.forget_build()
    row("`make book`, nothing built", FLOOR, copy.make, "book")
    row("`make book`, nothing changed", None, copy.make, "book")
    with copy.changed(CHAPTER, change_cell):
        row("`make book`, a chapter changed", CHAPTER_FLOOR, copy.make, "book")
    with copy.changed(MODULE, change_module):
        row("`make book`, convkit changed", FLOOR, copy.make, "book")
    row("`make cells`", FLOOR, copy.make, "cells")
    return rows


def line(name, rounds):
    """One line of the table: medians over the rounds."""
    seconds, counts, floors = zip(*(measured[name] for measured in rounds), strict=True)
    executed = "–".join(str(count) for count in sorted({min(counts), max(counts)}))
    ratio = ""
    if floors[0]:
        ratio = f"{statistics.median(s / f for s, f in zip(seconds, floors, strict=True)):.2f}"
    return f"| {name} | {statistics.median(seconds):.1f} | {executed} | {ratio} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--all", action="store_true", help="time `make test` too, once")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder).resolve())
        rounds = [measure(copy) for _ in range(options.rounds)]
        lines = [line(name, rounds) for name in rounds[0]]
        if options.all:
            copy.forget_build()
            seconds, executed = timed(copy, "`make test`", copy.make, "test")
            floor = statistics.median(measured[FLOOR][0] for measured in rounds)
            lines.append(line("`make test`", [{"`make test`": (seconds, executed, floor)}]))
    print(f"Python {platform.python_version()}, {CORES} cores, rounds: {options.rounds}\n")
    print(COLUMNS, *lines, sep="\n")


if __name__ == "__main__":
    main()
