"""Edges: what a kernel of 3 x 3 weights responds to, and with which sign."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from .. import plotting
from ..arguments import Array
from ..convolution import conv2d
from ..padding import pad
from .explorer import Explorer
from .photograph import LARGEST as SIDE
from .photograph import Photograph, unpacked
from .still import CELL, WIDEST
from .traits import State, choice, numbers, switch, whole

LARGEST = 16  # side of a picture with numbers
ROW, COLUMN = np.indices((LARGEST, LARGEST))
SHAPES = {
    "bar": np.where((COLUMN >= 2) & (COLUMN < 6), 1, 0).tolist(),
    "step": np.where(COLUMN < 4, 2, 7).tolist(),
    "ramp": np.minimum(COLUMN, 9).tolist(),
    "disc": np.where((2 * ROW - 7) ** 2 + (2 * COLUMN - 7) ** 2 <= 28, 5, 0).tolist(),
}
INPUT = np.where(COLUMN <= ROW, 5, 0).tolist()
KERNELS = {
    "left Sobel": [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
    "right Sobel": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "top Sobel": [[1, 2, 1], [0, 0, 0], [-1, -2, -1]],
    "outline": [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
    "box blur (sum)": [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
}
KERNEL = [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]]


def preset(default: str, tables: dict[str, Any], *others: str) -> State:
    """Return a trait for one of some tables, or for something else.

    The page is given the tables too; of one whose rows are all the same, a row.
    """
    trait = choice(default, *tables, *others)
    short = {
        name: rows[:1] if rows == rows[:1] * len(rows) else rows for name, rows in tables.items()
    }
    return trait.tag(limits=trait.metadata["limits"] | {"presets": short})


class Edges(Explorer):
    """A 3 x 3 kernel on a picture: what it responds to, and with which sign.

    Drag the patch over the picture, or paint on it. Point at an output to see its nine products, at
    an input or a weight to see what it changes. A photograph's responses are gold where positive
    and violet where negative. Every trait can be given as an argument, read, set and observed.
    Giving `x` chooses the image ``"own"``, giving `w` the kernel ``"own"``.

    Parameters
    ----------
    image : {"photo", "bar", "step", "ramp", "disc", "own"}
        The input: the photograph, a shape, or `x`.
    n : int
        Input size, from 8 to 16: that many rows and columns of a shape or of `x` count. The
        photograph is 64 x 64.
    x : array_like of int
        The own input, at most 16 x 16, from 0 to 9.
    kernel : str
        The weights: "left Sobel", "right Sobel", "top Sobel", "outline" (the negative
        Laplacian), "box blur (sum)", which is not divided by 9, "sharpen", "emboss", "identity",
        or "own", which is `w`.
    w : array_like of int
        The own weights, at most 3 x 3, from -9 to 9.
    padding : {"none", "zeros", "reflect", "replicate", "circular"}
        How the input goes on beyond its border, by one pixel.
    brush : {"move", "light", "dark"}
        What dragging over the input does: it moves the patch, or paints.
    split : bool
        Whether a kernel of rank 1 works in two passes, along the rows and then along the columns.
    photo : array_like of int, or str
        The photograph, 64 x 64 from 0 (black) to 15 (white), kept as a base64 string.
    r, c : int
        Row and column of the output that is picked, from 0 to 63.

    Examples
    --------
    >>> import convkit as ck
    >>> figure = ck.explorers.Edges(image="bar", n=8, kernel="left Sobel")
    >>> figure.output[0]
    array([-4, -4,  0,  0,  4,  4])
    >>> figure.rank, figure.factors
    (1, (array([1, 2, 1]), array([ 1,  0, -1])))
    """

    image = preset("photo", SHAPES, "photo", "own")
    n = whole(8, 8, LARGEST)
    x = numbers(INPUT, 0, 9)
    kernel = preset("left Sobel", KERNELS, "own")
    w = numbers(KERNEL, -9, 9)
    padding = choice("none", "none", "zeros", "reflect", "replicate", "circular")
    brush = choice("move", "move", "light", "dark")
    split = switch()
    photo = Photograph(SIDE)
    r = whole(24, 0, SIDE - 1)
    c = whole(20, 0, SIDE - 1)

    def __init__(self, **state: Any) -> None:
        own = {"image": "x", "kernel": "w"}
        state = {key: "own" for key, table in own.items() if table in state} | state
        few = state.get("image", "photo") != "photo"
        super().__init__(**({"r": 2, "c": 1} if few else {}) | state)

    @property
    def input(self) -> Array:
        """The input, (n, n) or (64, 64)."""
        if self.image == "photo":
            return unpacked(self.photo)
        return np.array(SHAPES.get(self.image, self.x))[: self.n, : self.n]

    @property
    def weights(self) -> Array:
        """The kernel's weights, (3, 3)."""
        return np.array(KERNELS.get(self.kernel, self.w))

    @property
    def padded(self) -> Array:
        """The input with its padding."""
        padding = [(0, 0) if self.padding == "none" else (1, 1)] * 2
        return pad(self.input, padding, "zeros" if self.padding == "none" else self.padding)

    @property
    def output(self) -> Array:
        """The output, two rows and columns smaller than the input with its padding."""
        return correlated(self.padded, self.weights)

    @property
    def rank(self) -> int:
        """The rank of the kernel."""
        return int(np.linalg.matrix_rank(self.weights))

    @property
    def factors(self) -> tuple[Array, Array] | None:
        """The column u and the row v of smallest integers with w = u vᵀ; None without rank 1."""
        if self.rank != 1:
            return None
        row = self.weights[self.weights.any(axis=1)][0]
        v = row // np.gcd.reduce(row)
        return self.weights @ v // (v @ v), v

    @property
    def halfway(self) -> Array | None:
        """What the first of the two passes gives: the row v slid over the padded input."""
        return None if self.factors is None else correlated(self.padded, self.factors[1][None])

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        y, total = self.output, int(self.weights.sum())
        parts = [
            f"Of {y.size} outputs {(y < 0).sum()} are negative, {(y == 0).sum()} zero and "
            f"{(y > 0).sum()} positive.",
            "" if self.padding == "none" else f"The {4 * (len(y) - 1)} at the border read padding.",
            self.of_sides(),
            f"The weights add up to {total}: a flat region gives {total} times its value.",
            f"The kernel has rank {self.rank}.",
        ]
        return " ".join(part for part in parts if part).replace("-", "\N{MINUS SIGN}")

    def of_sides(self) -> str:
        """Return which side of an edge must be brighter for a positive response, if any side must.

        One must if the weights add up to 0 and those of opposite sides have opposite signs: then
        so do the responses to an edge between two flat regions and to its mirror image.
        """
        w = self.weights
        if w.sum():
            return ""
        sides = [
            names if first > 0 else names[::-1]
            for names, first, last in [
                (("left", "right"), w[:, 0].sum(), w[:, 2].sum()),
                (("top", "bottom"), w[0].sum(), w[2].sum()),
            ]
            if first * last < 0
        ]
        if not sides:
            return ""
        plus, minus = (" or ".join(names) for names in zip(*sides, strict=True))
        return (
            f"Positive means brighter on the {plus}; brighter on the {minus} is negative, "
            "and lost if clipped at 0."
        )

    def still(self) -> Figure:
        """Return input, kernel and output as a figure."""
        x, w, y = self.input, self.weights, self.output
        photo = self.image == "photo"
        columns = [10, 3.5, 10] if photo else [len(x) + 0.5, 3.5, len(y) + 0.5]
        cell = min(CELL, WIDEST / sum(columns))
        size = (cell * sum(columns), cell * columns[0] + 0.5)
        figure = Figure(figsize=size, layout="constrained", facecolor="white")
        left, middle, right = figure.subplots(1, 3, width_ratios=columns)
        if photo:
            plotting.picture(left, x, "input x")
        else:
            plotting.grid(left, x, "input", title="input x")
        plotting.grid(middle, w, "kernel", title="kernel w")
        plotting.responses(right, y, "output y", limit=max(1, abs(y).max()) * (1 if photo else 2))
        for (i, j), value in np.ndenumerate(y if not photo else y[:0]):
            right.text(j, i, plotting.text_of(value), ha="center", va="center")
        return figure


def correlated(x: Array, w: Array) -> Array:
    """Return a kernel slid over one picture, without padding."""
    y: Array = conv2d(x[None], w[None, None])[0]
    return y
