"""The numbers of the small convnet's ablations are those that its benchmark made."""

import ast
import csv
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def cells():
    chapter = nbformat.read(ROOT / "chapters" / "a_small_convnet.ipynb", as_version=4)
    return {cell.id: cell.source for cell in chapter.cells}


def assigned(source, name):
    """What a cell assigns to a name."""
    (value,) = (
        line.value
        for line in ast.parse(source).body
        if isinstance(line, ast.Assign) and line.targets[0].id == name
    )
    return ast.literal_eval(value)


def test_the_chapter_holds_what_the_benchmark_counted(cells):
    settings = assigned(cells["ablation-table"], "SETTINGS").values()
    read = assigned(cells["ablation-table"], "read")
    with (ROOT / "benchmarks" / "ablations.csv").open(encoding="utf-8") as file:
        _, *rows = csv.reader(file)
    counted = {}
    for size, change, digits, rate, *counts in rows:
        setting = list(settings).index((int(digits), float(rate)))
        counted.setdefault((int(size), change), {})[setting] = [int(count) for count in counts]
    assert read == {key: [found[s] for s in range(3)] for key, found in counted.items()}
    assert {len(counts) for found in read.values() for counts in found} == {10}


def test_the_benchmark_runs_the_cells_of_the_chapter(cells):
    source = (ROOT / "benchmarks" / "ablations.py").read_text(encoding="utf-8")
    assert set(assigned(source, "CELLS")) <= set(cells)
