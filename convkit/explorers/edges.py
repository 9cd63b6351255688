"""Edges: what a kernel of 3 x 3 weights responds to, and with which sign."""

import base64
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.cbook import get_sample_data
from matplotlib.figure import Figure

from .. import plotting
from ..arguments import Array
from ..convolution import conv2d
from .explorer import Explorer
from .still import CELL, WIDEST
from .traits import State, choice, numbers, switch, whole

LARGEST, SIDE = 16, 64  # of a picture with numbers; of the photograph
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


def preset(tables: dict[str, Any], *others: str) -> State:
    """Return a trait for one of some tables, which its page is given too, or for something else."""
    trait = choice(next(iter(tables)), *tables, *others)
    return trait.tag(limits=trait.metadata["limits"] | {"presets": tables})


class Photograph(traitlets.TraitType[Any, Any]):
    """A picture of 64 x 64 integers from 0, black, to 15, kept as base64, two pixels a byte."""

    info_text = "64 x 64 integers from 0 to 15, or a base64 string of 2048 bytes"

    def default(self, obj: Any = None) -> str:
        """Return the portrait of Grace Hopper that comes with matplotlib."""
        return packed(portrait())

    def validate(self, obj: Any, value: Any) -> str:
        """Return the value as a base64 string."""
        try:
            pixels = unpacked(value) if isinstance(value, str) else np.asarray(value)
        except ValueError:
            self.error(obj, value)
        if pixels.shape != (SIDE, SIDE) or pixels.dtype.kind not in "iu":
            self.error(obj, value)
        if pixels.min() < 0 or pixels.max() > 15:
            self.error(obj, value)
        return packed(pixels)


class Edges(Explorer):
    """A 3 x 3 kernel on a small picture: what it responds to, and with which sign.

    Point at an output to see its nine products, at an input or a weight to see what it changes. A
    photograph's responses are gold where positive and violet where negative. Every trait can be
    given as an argument, read, set and observed. Giving `x` chooses the image ``"own"``, giving `w`
    the kernel ``"own"``.

    Parameters
    ----------
    image : {"bar", "step", "ramp", "disc", "photo", "own"}
        The input: a shape, the photograph, or `x`.
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
    split : bool
        Whether a kernel of rank 1 works in two passes, along the rows and then along the columns.
    photo : array_like of int, or str
        The photograph, 64 x 64 from 0 (black) to 15 (white), kept as a base64 string.
    r, c : int
        Row and column of the output that is picked, from 0 to 61.

    Examples
    --------
    >>> import convkit as ck
    >>> figure = ck.explorers.Edges(image="bar", n=8, kernel="left Sobel")
    >>> figure.output[0]
    array([-4, -4,  0,  0,  4,  4])
    >>> figure.rank, figure.factors
    (1, (array([1, 2, 1]), array([ 1,  0, -1])))
    """

    image = preset(SHAPES, "photo", "own")
    n = whole(8, 8, LARGEST)
    x = numbers(INPUT, 0, 9)
    kernel = preset(KERNELS, "own")
    w = numbers(KERNEL, -9, 9)
    split = switch()
    photo = Photograph().tag(sync=True, limits={"bytes": SIDE * SIDE // 2})
    r = whole(2, 0, SIDE - 3)
    c = whole(1, 0, SIDE - 3)

    def __init__(self, **state: Any) -> None:
        own = {"image": "x", "kernel": "w"}
        super().__init__(**{key: "own" for key, table in own.items() if table in state} | state)

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
    def output(self) -> Array:
        """The output, two rows and columns smaller than the input."""
        return correlated(self.input, self.weights)

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
        """What the first of the two passes gives, (n, n - 2): the row v slid over the input."""
        return None if self.factors is None else correlated(self.input, self.factors[1][None])

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        y, total = self.output, int(self.weights.sum())
        parts = [
            f"Of {y.size} outputs {(y < 0).sum()} are negative, {(y == 0).sum()} zero and "
            f"{(y > 0).sum()} positive.",
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


@cache
def portrait() -> Array:
    """Return Grace Hopper, cut out of matplotlib's sample photograph, in 16 levels of grey."""
    photo = plt.imread(get_sample_data("grace_hopper.jpg", asfileobj=False)).mean(axis=2)
    square = photo[30 : 30 + 6 * SIDE, 80 : 80 + 6 * SIDE]
    means = square.reshape(SIDE, 6, SIDE, 6).mean(axis=(1, 3))
    levels: Array = np.rint(means / 17).astype(int)
    return levels


def packed(pixels: Array) -> str:
    """Return pixels from 0 to 15 as base64, two of them in a byte."""
    first, second = pixels.astype(np.uint8).reshape(-1, 2).T
    return base64.b64encode((16 * first + second).tobytes()).decode()


def unpacked(text: str) -> Array:
    """Return the pixels of a base64 text."""
    both = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    pixels: Array = np.stack([both // 16, both % 16], axis=-1).reshape(SIDE, SIDE).astype(int)
    return pixels
