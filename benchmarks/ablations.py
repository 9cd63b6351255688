"""What each part of the small convnet is worth: the chapter's own code, on ten draws.

    make bench ONLY=ablations

Runs the cells of the chapter that define its networks and its trial, and counts how many of 600 new
digits each of 330 networks reads: six changes, two sizes of picture, three settings, ten draws.
Writes ablations.csv; a test holds the chapter's copy to it.
"""

import csv
import itertools
import json
import warnings
from pathlib import Path

HERE = Path(__file__).parent
CHAPTER = HERE.parent / "chapters" / "a_small_convnet.ipynb"
CELLS = [
    "imports",
    "data",
    "layers",
    "net",
    "loss",
    "train",
    "adam",
    "scattered",
    "larger",
    "local",
    "changes",
    "trial",
]
SETTINGS = (300, 0.02), (300, 0.01), (900, 0.02)  # digits shown, learning rate
DRAWS = 10


def chapter() -> dict:
    """Return the names that the cells of the chapter define."""
    names: dict = {}
    notebook = json.loads(CHAPTER.read_text(encoding="utf-8"))
    cells = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
    for name in CELLS:
        exec(compile(cells[name], name, "exec"), names)
    return names


def main() -> None:
    names = chapter()
    pairs = [
        (size, change)
        for size, change in itertools.product((16, 8), names["changes"])
        if (size, change) != (8, "no padding")
    ]
    rows = []
    for size, change in pairs:
        for pictures, rate in SETTINGS:
            counts = [names["trial"](size, change, draw, pictures, rate) for draw in range(DRAWS)]
            rows.append([size, change, pictures, rate, *counts])
            print(*rows[-1], flush=True)
    with (HERE / "ablations.csv").open("w", newline="", encoding="utf-8") as file:
        head = ["size", "change", "digits", "rate", *(f"draw {draw}" for draw in range(DRAWS))]
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


if __name__ == "__main__":
    warnings.simplefilter("error")
    main()
