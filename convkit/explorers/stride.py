"""Stride, padding and dilation: which inputs are read, how often, and what size comes out."""

import numpy as np
from matplotlib.figure import Figure

from ..arguments import Array
from ..convolution import conv2d
from ..geometry import span
from ..gradients import conv2d_input
from ..patches import gather
from ..pooling import avg_pool2d, max_pool2d
from .explorer import Explorer
from .still import counted, side_by_side
from .traits import choice, numbers, pair, switch, whole

LARGEST = 9
INPUT = [[(3 * i + 5 * j + i * j) % 7 - 2 for j in range(LARGEST)] for i in range(LARGEST)]
KERNEL = [[1, 0, -1, 2, 1], [2, 1, -2, 0, 1], [1, 0, -1, 1, 0], [0, 1, 0, -1, 2], [1, -1, 2, 0, 1]]


class Stride(Explorer):
    """A 2-D convolution layer, or a pooling, with its sizes on sliders.

    Drag the window over the input. Point at an output to see what it reads, at an input or a
    weight to see what it changes. Every trait can be given as an argument, read, set and observed.

    Parameters
    ----------
    op : {"conv", "max", "avg"}
        The operation: a convolution layer (cross-correlation), max pooling, average pooling.
    n, p : int or (int, int)
        Input size, from 1 to 9, and padding per side, from 0 to 4; two numbers for rows and
        columns.
    k, s, d : int
        Kernel size, from 1 to 5, stride, from 1 to 4, and dilation, from 1 to 3 (average pooling
        has none).
    x, w : array_like of int
        Input, at most 9 x 9, and kernel, at most 5 x 5, from -9 to 9; the first `n` and `k` rows
        and columns count.
    reads : bool
        Whether the figure shows how often each input is read, in the place of its value.
    r, c : int
        Row and column of the output that is picked.

    Examples
    --------
    >>> import convkit as ck
    >>> figure = ck.explorers.Stride(n=(3, 5), k=3, p=(2, 1), s=2)
    >>> figure.output.shape
    (3, 3)
    """

    op = choice("conv", "conv", "max", "avg")
    n = pair(7, 1, LARGEST)
    k = whole(3, 1, 5)
    p = pair(1, 0, 4)
    s = whole(2, 1, 4)
    d = whole(1, 1, 3)
    x = numbers(INPUT, -9, 9)
    w = numbers(KERNEL, -9, 9)
    reads = switch()
    r = whole(0, 0, LARGEST + 8)
    c = whole(0, 0, LARGEST + 8)

    @property
    def input(self) -> Array:
        """The input without padding, (rows, columns)."""
        rows, columns = both(self.n)
        return np.array(self.x)[:rows, :columns]

    @property
    def kernel(self) -> Array:
        """The kernel, (k, k)."""
        return np.array(self.w)[: self.k, : self.k]

    @property
    def output(self) -> Array:
        """The output, (rows, columns). Raises ValueError where torch raises an error."""
        x, steps = self.input[None], (self.s, self.padding)
        if self.op == "max":
            return self.winners[0]
        if self.op == "avg":
            y: Array = avg_pool2d(x.astype(float), self.k, *steps)[0]
        else:
            y = conv2d(x, self.kernel[None, None], None, *steps, self.d)[0]
        return y

    @property
    def winners(self) -> tuple[Array, Array]:
        """The output of max pooling, and the index of the input that wins each window."""
        x = self.input[None].astype(float)  # a window of nothing but padding gives -inf
        y, index = max_pool2d(x, self.k, self.s, self.padding, self.d, return_indices=True)
        return y[0], index[0]

    @property
    def coverage(self) -> Array:
        """How many products read each input, (rows, columns): the gradient of a sum of ones."""
        window, rows, columns = np.ones((1, 1, self.k, self.k)), *self.output.shape
        steps = (self.s, self.padding, self.dilation)
        ones = np.ones((1, 1, rows, columns))
        read: Array = conv2d_input((1, 1, *self.input.shape), window, ones, *steps)[0, 0]
        return read.astype(int)

    @property
    def padding(self) -> tuple[int, int]:
        """The padding of rows and of columns."""
        return both(self.p)

    @property
    def dilation(self) -> int:
        """The dilation that counts: average pooling has none."""
        return 1 if self.op == "avg" else self.d

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        if problem := self.problem():
            return problem
        return self.of_winners() if self.op == "max" else self.of_coverage()

    def problem(self) -> str:
        """Return why torch raises an error; an empty text if it does not."""
        reach = span(self.k, self.dilation)
        for n, p in zip(self.input.shape, self.padding, strict=True):
            if self.op != "conv" and p > self.k // 2:
                why = f"The padding {p} is more than half of the kernel size {self.k}"
            elif reach > n + 2 * p:
                why = f"The kernel spans {reach} places and the padded input has only {n + 2 * p}"
            else:
                continue
            return f"{why}: torch raises an error."
        return ""

    def of_coverage(self) -> str:
        """Return how often the inputs are read."""
        read = self.coverage
        unread = np.count_nonzero(read == 0)
        if unread:
            return (
                f"{unread} of {read.size} inputs {'is' if unread == 1 else 'are'} read by no "
                "output (hatched): they cannot change y, and their gradient is 0."
            )
        least, most = int(read.min()), int(read.max())
        often = (f"{least} to " if least < most else "") + counted(
            most, "product" if self.op == "conv" else "window"
        )
        return f"Every one of the {read.size} inputs is read, by {often}."

    def of_winners(self) -> str:
        """Return how many inputs win a window, and how many windows have a tie."""
        y, index = self.winners
        first = index[y > -np.inf]
        below = np.pad(self.input, pads(self.padding), constant_values=-99)
        windows = gather(below, *((size, size) for size in (self.k, self.s, self.d)))
        ties = int(np.count_nonzero((windows == y).sum((0, 1)) > 1))
        tied = counted(ties, "window has", "windows have") if ties else "No window has"
        return (
            f"Each of {counted(first.size, 'window')} passes its gradient to one winner: "
            f"{len(np.unique(first))} of {self.input.size} inputs get some. {tied} a tie"
            + (", and the first in scan order wins." if ties else ".")
        )

    def still(self) -> Figure:
        """Return input, kernel and output as a figure."""
        outside = np.pad(np.zeros_like(self.input), pads(self.padding), constant_values=1) > 0
        grids: list[tuple[str, Array, str]] = [
            ("input", np.pad(self.input, pads(self.padding)), "input x, padded"),
            ("kernel", self.kernel, "kernel w"),
            ("output", np.zeros((0, 0)) if self.problem() else self.output, "output y"),
        ]
        if self.op != "conv":
            del grids[1]
        return side_by_side(grids, muted={"input": outside})


def both(value: int | list[int]) -> tuple[int, int]:
    """Return rows and columns of a trait that holds one number for both, or two."""
    rows, columns = value if isinstance(value, list) else (value, value)
    return rows, columns


def pads(padding: tuple[int, int]) -> list[tuple[int, int]]:
    """Return a padding as NumPy takes it, (before, after) for each axis."""
    return [(p, p) for p in padding]
