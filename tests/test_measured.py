"""The times in Four algorithms are those that the benchmarks wrote."""

import ast
import csv
from pathlib import Path

import contents
import nbformat
import pytest

ROOT = Path(__file__).parents[1]
contents.need("chapters/four_algorithms")
LETTERS = {"im2col": "I", "fft": "F", "winograd": "W"}


@pytest.fixture(scope="module")
def said():
    """Every literal that a cell of the chapter gives a name."""
    cells = nbformat.read(ROOT / "chapters/four_algorithms.ipynb", as_version=4).cells
    found = {}
    for cell in cells:
        for node in ast.parse(cell.source).body if cell.cell_type == "code" else ():
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                try:
                    found.setdefault(node.targets[0].id, ast.literal_eval(node.value))
                except ValueError:
                    continue
    return found


def rows(name, **where):
    with open(ROOT / "benchmarks" / name, newline="") as file:
        found = list(csv.DictReader(file))
    return [row for row in found if all(row[key] == str(value) for key, value in where.items())]


def close(written, measured):
    """To three digits."""
    return written == pytest.approx(float(measured), rel=0.005)


def test_the_puzzle(said):
    measured = rows("growth.csv", dimensions="2-D", varied="size", value=16)
    names = {name.lower(): name for name in said["puzzle"]}
    assert {row["method"] for row in measured} == names.keys()
    for row in measured:
        count, time = said["puzzle"][names[row["method"]]]
        assert count == float(row["multiplications"])
        assert close(time, row["time"])


def test_the_bill(said):
    measured = rows("growth.csv", dimensions="2-D", varied="size", value=64)
    names = {name.lower(): name for name in said["bill"]}
    assert {row["method"] for row in measured} == names.keys()
    for row in measured:
        count, *figures = said["bill"][names[row["method"]]]
        assert close(count, row["multiplications"])
        megabytes = [float(row[key]) / 1e6 for key in ("predicted_bytes", "peak_bytes")]
        assert all(map(close, figures, [*megabytes, row["time"]]))


@pytest.mark.parametrize("method", ["im2col", "fft"])
def test_the_growing_kernel(said, method):
    measured = rows("growth.csv", dimensions="2-D", varied="kernel", method=method)
    counts, times = {
        "im2col": (said["direct"], said["im2col_time"]),
        "fft": (said["spectral"], said["fft_time"]),
    }[method]
    assert [int(row["value"]) for row in measured] == said["kernels"]
    assert all(map(close, counts, [float(row["multiplications"]) / 1e6 for row in measured]))
    assert all(map(close, times, [row["time"] for row in measured]))


def test_the_map(said):
    for row, channels in enumerate(said["channels"]):
        for column, kernel in enumerate(said["sizes"]):
            times = {
                LETTERS[cell["method"]]: float(cell["time"])
                for cell in rows("four_algorithms.csv", kernel=kernel, channels=channels)
                if cell["method"] in LETTERS
            }
            assert said["fastest"][row][column] == min(times, key=times.get), (kernel, channels)


def test_the_one_liners(said):
    measured = {row["method"]: row["time"] for row in rows("four_algorithms.csv", kernel=5)}
    assert all(close(time, measured[name]) for name, time in said["one_liners"].items())
