"""The book's figures: one look, one colour per role, numbers in the cells.

Hue says the role, here and in the explorers (their `lib/frame.css`). Colours are from the
Okabe-Ito set, which stays distinct under the common colour blindnesses (tests/test_colours.py
computes it); every role also has a name in the figure, so that colour is never the only sign. A
number has its own minus, a bar its direction; only a signed picture without numbers has two
colours, which no role has.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from .extras import missing

try:
    import matplotlib.pyplot as plt
except ModuleNotFoundError as error:
    raise missing("plotting", error) from error

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from .arguments import Array
from .tables import table as table

Cells: TypeAlias = Iterable[tuple[int, int]]  # (row, column) of each

COLOURS = {
    "input": "#0072B2",
    "kernel": "#D55E00",
    "output": "#009E73",
    "padding": "#5F5F5F",
    "gradient": "#CC79A7",
}
# Negative is violet, positive gold, zero is paper: the sign of a response is never lost.
NEGATIVE, PAPER, POSITIVE = "#6236A8", "#FFFFFF", "#A67C00"
SIGNED = LinearSegmentedColormap.from_list("signed", [NEGATIVE, PAPER, POSITIVE])


def use_style() -> None:
    """Set matplotlib's defaults for the book: opaque paper, calm axes, sharp on any screen.

    A figure of this width or less keeps labels of 11 pixels on a phone, where it has 335 of 480.
    """
    plt.rcParams.update(
        {
            "figure.figsize": (4.8, 3.0),
            "figure.dpi": 160,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "figure.constrained_layout.use": True,
            "figure.constrained_layout.hspace": 0.12,
            "font.size": 12,
            "axes.titlesize": 12,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "image.interpolation": "nearest",
            "lines.linewidth": 1.6,
        }
    )


def grid(
    ax: Axes,
    values: ArrayLike,
    role: str = "input",
    *,
    title: str | None = None,
    outline: Cells | None = None,
    muted: ArrayLike | None = None,
) -> None:
    """Draw an array of numbers as a table of cells.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : array_like, (columns,) or (rows, columns)
        Numbers or strings, written into the cells as they are.
    role : str
        A key of COLOURS; tints the cells.
    title : str, optional
        Written above the grid.
    outline : sequence of (row, column), optional
        Cells to frame, for example the window that one output reads.
    muted : array_like of bool, optional
        Cells to draw dashed and grey, for example the padding.
    """
    values = np.atleast_2d(np.asarray(values))
    cells(ax, values, role, outline=outline, muted=muted)
    frame(ax, values.shape, title)


def cells(
    ax: Axes,
    values: ArrayLike,
    role: str = "input",
    *,
    at: tuple[float, float] = (0, 0),
    outline: Cells | None = None,
    muted: ArrayLike | None = None,
) -> None:
    """Draw the cells of :func:`grid` with their first corner at (row, column) `at`.

    Several arrays can stand in one picture, a kernel below the window that it reads for example.
    Set the picture's limits with :func:`frame`.
    """
    values = np.atleast_2d(np.asarray(values))
    muted = np.zeros(values.shape, bool) if muted is None else np.atleast_2d(muted)
    top, left = at
    for (row, column), value in np.ndenumerate(values):
        colour = COLOURS["padding" if muted[row, column] else role]
        style = "dashed" if muted[row, column] else "solid"
        tint = (*to_rgb(colour), 0.14)
        x, y = left + column, top + row
        ax.add_patch(Rectangle((x, y), 1, 1, facecolor=tint, edgecolor=colour, linestyle=style))
        ax.text(x + 0.5, y + 0.5, text_of(value), ha="center", va="center")
    for row, column in outline if outline is not None else ():
        corner = (left + column, top + row)
        ax.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="black", linewidth=2.2))


def matrix(
    ax: Axes,
    values: ArrayLike,
    role: str = "kernel",
    *,
    at: tuple[float, float] = (0, 0),
    outline: Cells | None = None,
    blocks: tuple[int, int] | None = None,
    size: float | None = None,
) -> None:
    """Draw a matrix that is mostly zeros: entries tinted by magnitude, zeros left pale.

    Set the picture's limits with :func:`frame`.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : array_like, (rows, columns)
        Numbers, or strings with "" for a zero.
    role : str
        A key of COLOURS; tints the entries that are not zero.
    at : (float, float)
        Row and column of the matrix's first corner.
    outline : sequence of (row, column), optional
        Entries to frame.
    blocks : (int, int), optional
        Rows and columns of a block; a heavier line goes round each block.
    size : float, optional
        Font size of the entries; rcParams decides by default.
    """
    values = np.asarray(values)
    top, left = at
    for (row, column), strength in np.ndenumerate(strengths(values)):
        x, y = left + column, top + row
        tint = (*to_rgb(COLOURS[role]), 0.12 + 0.38 * strength) if strength else "white"
        edge = COLOURS[role] if strength else "#D0D0D0"
        cell = Rectangle((x, y), 1, 1, facecolor=tint, edgecolor=edge, linewidth=0.7)
        cell.set_zorder(2 if strength else 1)
        ax.add_patch(cell)
        text = text_of(values[row, column]) if strength else "0"
        ink = "black" if strength else "#767676"
        ax.text(x + 0.5, y + 0.5, text, ha="center", va="center", color=ink, size=size, zorder=4)
    framed = [(row, column, 1, 1) for row, column in (outline if outline is not None else ())]
    if blocks:
        corners = np.ndindex(*(n // b for n, b in zip(values.shape, blocks, strict=True)))
        framed += [(a * blocks[0], b * blocks[1], *blocks) for a, b in corners]
    for row, column, height, width in framed:
        box = Rectangle((left + column, top + row), width, height, fill=False, edgecolor="black")
        box.set(linewidth=1.4 if blocks else 2.2, zorder=3)
        ax.add_patch(box)


def strengths(values: Array) -> Array:
    """Magnitude of each entry between 0 and 1; a string is 1, an empty one 0."""
    if values.dtype.kind == "U":
        return np.asarray(values != "", float)
    return np.abs(values) / (np.abs(values).max() or 1)


def frame(ax: Axes, shape: Sequence[float], title: str | None) -> None:
    """Show a whole grid of `shape`, square cells, no axes."""
    rows, columns = shape
    ax.set(xlim=(-0.08, columns + 0.08), ylim=(rows + 0.08, -0.08), aspect="equal")
    ax.axis("off")
    if title:
        ax.set_title(title)


def text_of(value: Any) -> str:
    """Write a number short, with a true minus sign; anything else as it is."""
    if isinstance(value, str):
        return value
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def picture(ax: Axes, image: ArrayLike, title: str | None = None) -> None:
    """Show a photograph or another image of non-negative values in grey, black at its minimum."""
    ax.imshow(image, cmap="gray")
    ax.axis("off")
    if title:
        ax.set_title(title)


def responses(
    ax: Axes, values: ArrayLike, title: str | None = None, *, limit: float | None = None
) -> AxesImage:
    """Show signed values as a framed image: violet negative, white zero, gold positive.

    `limit` is the magnitude of the darkest colour, by default the largest in `values`.
    Returns the matplotlib image, for a colour bar.
    """
    limit = limit or np.nanmax(np.abs(values)) or 1
    image = ax.imshow(values, cmap=SIGNED, vmin=-limit, vmax=limit)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color="#9A9A9A", linewidth=0.8)  # zero is as white as paper
    if title:
        ax.set_title(title)
    return image


def stems(
    ax: Axes,
    values: ArrayLike,
    role: str = "input",
    *,
    start: int = 0,
    title: str | None = None,
    numbers: bool = True,
) -> None:
    """Draw a short signal as stems from zero, with its numbers, from index `start` on."""
    values = np.asarray(values)
    index = np.arange(start, start + len(values))
    ax.axhline(0, color="black", linewidth=0.8)
    ax.vlines(index, 0, values, color=COLOURS[role], linewidth=3)
    ax.plot(index, values, "o", color=COLOURS[role])
    if numbers:
        for i, value in zip(index, values, strict=True):
            side = 1 if value >= 0 else -1
            ax.annotate(
                text_of(value),
                (i, value),
                xytext=(0, 7 * side),
                textcoords="offset points",
                ha="center",
                va="bottom" if side > 0 else "top",
            )
        ax.margins(y=0.25)
    ax.set_xticks(index)
    if title:
        ax.set_title(title)
