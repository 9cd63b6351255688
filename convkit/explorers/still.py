"""What the still figures and the sentences of the explorers share."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import plotting
from ..arguments import Array

WIDEST = 7.2  # inches, the width of the text
CELL = 0.34


def side_by_side(
    grids: Sequence[tuple[str, Array, str]], muted: Mapping[str, ArrayLike] | None = None
) -> Figure:
    """Return grids (role, values, title) beside each other, all with cells of one size.

    `muted` gives, for a role, the cells to draw dashed.
    """
    grids = [grid for grid in grids if grid[1].size]
    columns = [np.atleast_2d(values).shape[1] + 1 for _, values, _ in grids]
    rows = max(np.atleast_2d(values).shape[0] for _, values, _ in grids)
    cell = min(CELL, WIDEST / sum(columns))
    size = (max(cell * sum(columns), 2.4), cell * rows + 0.5)
    figure = Figure(figsize=size, layout="constrained", facecolor="white")
    axes = figure.subplots(1, len(grids), width_ratios=columns, squeeze=False)[0]
    for ax, (role, values, title) in zip(axes, grids, strict=True):
        plotting.grid(ax, values, role, title=title, muted=(muted or {}).get(role))
    return figure


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{n} {one if n == 1 else many or one + 's'}"
