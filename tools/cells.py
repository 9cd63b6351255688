"""What nbval says of a cell that prints something else than is stored, in words and with a remedy.

A plugin of pytest (`-p cells`). nbval counts code cells from 0 and shows the fresh run as `-`; here
a cell has the number and the id that every message of the book gives it.
"""

import difflib

from nbval import plugin

LONGEST = 12  # lines of a difference


class Cell(plugin.IPyNbCell):
    """A cell by its number, counted from 1 over all cells, and its id."""

    def __init__(self, name, parent, cell_num, cell, options):
        number = next(n for n, other in enumerate(parent.nb.cells, 1) if other is cell)
        name = f"cell {number} ({cell.get('id', 'no id')})"
        super().__init__(name, parent, cell_num, cell, options)

    @property
    def path(self):
        """The notebook, as `make notebooks` takes it."""
        return self.parent.fspath.relto(self.config.rootdir)

    def format_output_compare(self, key, left, right):
        """Put what is stored above what was printed now."""
        self.comparison_traceback += differences(str(left), str(right))

    def repr_failure(self, excinfo):
        """Say which cell failed, how, and what to do."""
        error = excinfo.value
        if not isinstance(error, plugin.NbCellError):
            return super().repr_failure(excinfo)
        return "\n".join(
            [
                f"{self.path}, {self.name}: {error}",
                "",
                *(f"    {line}" for line in self.cell.source.splitlines()),
                "",
                error.inner_traceback or "",
                "",
                f"If what it prints now is right, store it: make notebooks NB={self.path}",
            ]
        )

    def reportinfo(self):
        """Where pytest says that this is."""
        return self.fspath, 0, f"{self.path}, {self.name}"


def differences(stored, now):
    """Return the lines that are stored, or printed now, and not both."""
    said = {"- ": "    stored: ", "+ ": "       now: "}
    compared = difflib.ndiff(stored.splitlines(), now.splitlines())
    lines = [said[line[:2]] + line[2:] for line in compared if line[:2] in said]
    more = [f"    and {len(lines) - LONGEST} more lines"] if len(lines) > LONGEST else []
    return [*lines[:LONGEST], *more] or ["    they differ in white space only"]


plugin.IPyNbCell = Cell
