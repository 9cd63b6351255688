"""What each part of the small convnet is worth: the chapter's own code, on ten draws.

    make bench ONLY=ablations

Runs the cells of the chapter that define its networks and its trial, and counts how many of 600 new
digits each of 330 networks reads: six changes, two sizes of picture, three settings, ten draws; and
some with five times the steps. Writes ablations.csv, and puzzle.csv, what the program of the puzzle
reads from twenty starts; a test holds the chapter's copies to them.
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
    "program",
]
SETTINGS = (300, 0.02), (300, 0.01), (900, 0.02)  # digits shown, learning rate
DRAWS = 10
STEPS = 120, 600  # and so many draws with more steps, of moved digits
LONGER = 5
STARTS = 20


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
    runs = [(*pair, *setting, STEPS[0], DRAWS) for pair in pairs for setting in SETTINGS]
    longer = [pair for pair in pairs if pair[0] == 16 or pair[1] in ("nothing", "other end")]
    runs += [(*pair, *SETTINGS[0], STEPS[1], LONGER) for pair in longer]
    for *run, draws in runs:
        size, change, *setting = run
        counts = [names["trial"](size, change, draw, *setting)[0] for draw in range(draws)]
        rows.append([*run, *counts])
        print(*rows[-1], flush=True)
    with (HERE / "ablations.csv").open("w", newline="", encoding="utf-8") as file:
        head = [
            "size",
            "change",
            "digits",
            "rate",
            "steps",
            *(f"draw {draw}" for draw in range(DRAWS)),
        ]
        csv.writer(file, lineterminator="\n").writerows([head, *rows])
    with (HERE / "puzzle.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [["start", "right", "wrong"], *puzzle(names)]
        )


def puzzle(names: dict) -> list:
    """Return the share of new digits, in %, that the right and the wrong program read."""
    known = names["images"], names["batches"], names["new"]
    true = names["labels"][names["new"]]
    return [
        [
            seed,
            *(
                round(100 * (names["program"](forgets, seed, *known)[1] == true).mean(), 1)
                for forgets in (False, True)
            ),
        ]
        for seed in range(STARTS)
    ]


if __name__ == "__main__":
    warnings.simplefilter("error")
    main()
