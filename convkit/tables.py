"""Tables of results: aligned text in a terminal, a real table in a notebook and on a page."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .arguments import Array

MINUS = "\N{MINUS SIGN}"


class Table:
    """Rows under headers; the columns that hold numbers only stand at the right.

    Text may hold Markdown, such as a formula between dollars; a terminal shows it as it is.
    """

    def __init__(self, rows: Iterable[Iterable[Any]], headers: Sequence[str]):
        values = [list(row) for row in rows]
        for row in values:
            if len(row) != len(headers):
                raise ValueError(f"each row needs {len(headers)} entries, as headers; got {row!r}")
        self.headers = list(headers)
        self.rows = [[text(value) for value in row] for row in values]
        self.right = [all(map(is_number, column)) for column in zip(*values, strict=True)]
        self.right = self.right or [False] * len(headers)

    def __repr__(self) -> str:
        """Return what a terminal and the stored notebook show."""
        lines = [self.headers, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        lines.insert(1, ["-" * width for width in widths])
        return "\n".join(self._line(line, widths) for line in lines)

    def _line(self, line: list[str], widths: list[int]) -> str:
        columns = zip(line, widths, self.right, strict=True)
        sides = [
            entry.rjust(width) if right else entry.ljust(width) for entry, width, right in columns
        ]
        return "  ".join(sides).rstrip()

    def _repr_markdown_(self) -> str:
        rule = ["---:" if right else ":---" for right in self.right]
        escaped = [
            [entry.replace("|", r"\|") for entry in line] for line in [self.headers, *self.rows]
        ]
        return "\n".join(f"| {' | '.join(line)} |" for line in [escaped[0], rule, *escaped[1:]])


def table(rows: Iterable[Iterable[Any]], headers: Sequence[str]) -> Table:
    """Return a table to be shown: the last expression of a cell, or what `display` is given.

    Parameters
    ----------
    rows : iterable of iterables
        Numbers are written to three digits, whole ones in full; arrays as their numbers with
        commas; True and False as yes and no; text as it is.
    headers : sequence of str
        One for each column.

    Examples
    --------
    >>> rows = [("two of 3×3", 73728, 0.5), ("one of 5×5", 102400, -2)]
    >>> table(rows, ["layers", "weights", "gain"])
    layers      weights  gain
    ----------  -------  ----
    two of 3×3   73,728   0.5
    one of 5×5  102,400    −2
    """
    return Table(rows, headers)


def is_number(value: Any) -> bool:
    """Tell whether a value is one number, which True is not."""
    return np.ndim(value) == 0 and np.asarray(value).dtype.kind in "iuf"


def text(value: Any) -> str:
    """Write a value as a table shows it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if np.ndim(value):
        return ", ".join(text(entry) for entry in np.asarray(value))
    return number(np.asarray(value)).replace("-", MINUS)


def number(value: Array) -> str:
    """Write one number: a whole one in full, any other to three digits."""
    whole = value.dtype.kind in "iu" or abs(value) >= 999.5
    return f"{value.item():,.0f}" if whole else f"{value.item():.3g}"
