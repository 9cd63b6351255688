"""What nbval says of a cell that prints something else than is stored, in words and with a remedy.

A plugin of pytest (`-p cells`). nbval counts code cells from 0 and shows the fresh run as `-`; here
a cell has the number and the id that every message of the book gives it.
"""

import difflib

from nbval.plugin import IPyNbCell, NbCellError

LONGEST = 12  # lines of a difference


def pytest_itemcollected(item):
    """Name a cell by its number, counted from 1 over all cells, and its id."""
    if isinstance(item, IPyNbCell):
        number = next(n for n, cell in enumerate(item.parent.nb.cells, 1) if cell is item.cell)
        item.name = f"cell {number} ({item.cell.get('id', 'no id')})"


def path(item):
    """Return the notebook of a cell, as `make notebooks` takes it."""
    return item.path.relative_to(item.config.rootpath)


def place(item):
    """Say where pytest finds a cell."""
    return item.path, 0, f"{path(item)}, {item.name}"


def compare(item, key, stored, now):
    """Put what is stored above what the cell shows now."""
    item.comparison_traceback += differences(str(stored), str(now))


def differences(stored, now):
    """Return the lines that are stored, or shown now, and not both."""
    said = {"- ": "    stored: ", "+ ": "       now: "}
    compared = difflib.ndiff(stored.splitlines(), now.splitlines())
    lines = [said[line[:2]] + line[2:] for line in compared if line[:2] in said]
    more = [f"    and {len(lines) - LONGEST} more lines"] if len(lines) > LONGEST else []
    return [*lines[:LONGEST], *more] or ["    they differ in white space only"]


def tell(item, failure):
    """Say which cell failed, how, and what to do."""
    error = failure.value
    if not isinstance(error, NbCellError):
        return f"{path(item)}, {item.name}: {error}"
    code = [f"    {line}" for line in item.cell.source.splitlines()]
    command = f"make notebooks NB={path(item)}"
    differs = getattr(item, "comparison_traceback", None)
    remedy = f"If what it shows now is right, store it: {command}" if differs else ""
    return "\n".join(
        [
            f"{path(item)}, {item.name}: {error}",
            *("", *code, ""),
            error.inner_traceback or "",
            *("", remedy),
        ]
    )


IPyNbCell.reportinfo = place
IPyNbCell.format_output_compare = compare
IPyNbCell.repr_failure = tell
