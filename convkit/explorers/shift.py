"""Shift: a picture made smaller in four ways, moved by a pixel, and the numbers that change."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import plotting
from ..arguments import Array
from ..convolution import conv2d
from ..pooling import avg_pool2d, max_pool2d
from .explorer import Explorer
from .still import WIDEST
from .traits import choice, numbers, whole

SIDE, HALF, WHITE = 12, 6, 16
# From scikit-learn's handwritten digits: number 317, the seven of the chapter on pooling.
DIGIT = [
    [0, 0, 5, 16, 16, 16, 16, 11],
    [0, 0, 6, 9, 5, 5, 15, 8],
    [0, 0, 0, 0, 0, 9, 11, 1],
    [0, 0, 0, 3, 6, 16, 3, 0],
    [0, 0, 5, 16, 16, 16, 7, 0],
    [0, 0, 4, 8, 16, 4, 1, 0],
    [0, 0, 1, 13, 10, 0, 0, 0],
    [0, 0, 3, 16, 2, 0, 0, 0],
]
ROW, COLUMN = np.indices((SIDE, SIDE))
PICTURES = {
    "seven": np.pad(DIGIT, 2),
    "impulse": np.where((ROW == 4) & (COLUMN == 4), WHITE, 0),
    "noise": (ROW**3 + 5 * COLUMN**2 + 7 * ROW * COLUMN + 3 * COLUMN) % 17,
}
# As the page has them: a digit of base 36 for each pixel.
WRITTEN = {name: "".join(map(np.base_repr, x.flat, [36] * x.size)) for name, x in PICTURES.items()}
OWN = np.where(COLUMN - ROW == 0, WHITE, 0).tolist()
BLUR = np.outer([1, 2, 1], [1, 2, 1]) / 16
WAYS = ("every second", "max", "average", "max, blur")


class Shift(Explorer):
    """A picture of 12 x 12 pixels on a ring, and four ways to make 6 x 6 numbers of it.

    Move the picture: outlined numbers are not what they were before the move. Every trait can be
    given as an argument, read, set and observed. Giving `x` chooses the image ``"own"``.

    Parameters
    ----------
    image : {"seven", "impulse", "noise", "own"}
        The picture: a handwritten digit, one white pixel at row and column 4, noise, or `x`.
    x : array_like of int
        The own picture, at most 12 x 12, from 0 (black) to 16 (white).
    right, down : int
        How far the picture has moved, from -6 to 6. What leaves on one side comes in on the other.
    way : {"every second", "max", "average", "max, blur"}
        The way whose code and whose number `r`, `c` are shown: every second pixel; the maximum or
        the mean of blocks of 2 x 2; the maximum over 2 x 2 at stride 1, blurred with
        (1, 2, 1) / 4 along each axis, and of that every second.
    r, c : int
        Row and column of the number that is picked, from 0 to 5.

    Examples
    --------
    >>> import convkit as ck
    >>> figure = ck.explorers.Shift(image="impulse", right=1)
    >>> {way: int(changed.sum()) for way, changed in figure.changed.items()}
    {'every second': 1, 'max': 0, 'average': 0, 'max, blur': 4}
    """

    image = choice("seven", *PICTURES, "own")
    image.tag(limits=image.metadata["limits"] | {"presets": WRITTEN})
    x = numbers(OWN, 0, WHITE)
    right = whole(1, -HALF, HALF)
    down = whole(0, -HALF, HALF)
    way = choice("max", *WAYS)
    r = whole(2, 0, HALF - 1)
    c = whole(4, 0, HALF - 1)

    def __init__(self, **state: Any) -> None:
        own = {"image": "own"} if "x" in state else {}
        super().__init__(**own | state)

    @property
    def before(self) -> Array:
        """The picture before it moved, (12, 12)."""
        return np.array(PICTURES.get(self.image, self.x))

    @property
    def input(self) -> Array:
        """The picture after it moved, (12, 12)."""
        return np.roll(self.before, (self.down, self.right), axis=(0, 1))

    @property
    def output(self) -> dict[str, Array]:
        """The moved picture made smaller in each of the ways, (6, 6)."""
        return smaller(self.input)

    @property
    def changed(self) -> dict[str, Array]:
        """For each way, which numbers the move changed, (6, 6)."""
        return {way: gap > 0 for way, gap in self.gaps.items()}

    @property
    def gaps(self) -> dict[str, Array]:
        """For each way, by how much each number changed, (6, 6)."""
        before, after = smaller(self.before), self.output
        return {way: np.abs(after[way] - before[way]) for way in WAYS}

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        if not self.right and not self.down:
            return "The picture stands where it was, and no number has changed."
        counts = [
            f"{way} {np.count_nonzero(gap)}{'' if i else ' of 36'}"
            + (f", by up to {gap.max():g}" if gap.any() else "")
            for i, (way, gap) in enumerate(self.gaps.items())
        ]
        text = f"Outlined numbers changed: {'; '.join(counts)}."
        if self.right % 2 or self.down % 2:
            return text
        return f"{text} A move by whole strides moves each map by whole cells."

    def still(self) -> Figure:
        """Return the moved picture and the four maps as a figure."""
        figure = Figure(figsize=(WIDEST, 4.6), layout="constrained", facecolor="white")
        axes = figure.subplot_mosaic([["x", "x", *WAYS[:2]], ["x", "x", *WAYS[2:]]])
        plotting.picture(axes["x"], self.input, "input x, moved")
        for line in range(2, SIDE, 2):
            axes["x"].axhline(line - 0.5, color="white", linewidth=0.5)
            axes["x"].axvline(line - 0.5, color="white", linewidth=0.5)
        for way, y in self.output.items():
            outline = np.argwhere(self.changed[way])
            title = f"{way}: {len(outline)} changed"
            plotting.matrix(axes[way], np.floor(y + 0.5), "output", outline=outline, size=10)
            plotting.frame(axes[way], y.shape, None)
            axes[way].set_title(title, size=11)
        return figure


def smaller(picture: ArrayLike) -> dict[str, Array]:
    """Return a picture made smaller in each of the ways."""
    x = np.asarray(picture, float)
    around = np.pad(x, (1, 2), mode="wrap")
    blurred: Array = conv2d(max_pool2d(around[None], 2, 1), BLUR[None, None], stride=2)[0]
    largest: Array = max_pool2d(x[None], 2)[0]
    return {
        "every second": x[::2, ::2],
        "max": largest,
        "average": avg_pool2d(x[None], 2)[0],
        "max, blur": blurred,
    }
