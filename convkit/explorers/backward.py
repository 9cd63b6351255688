"""Backward: where the gradient of an output goes, and where that of an input comes from."""

import numpy as np
from matplotlib.figure import Figure

from .. import plotting
from ..arguments import Array
from ..convolution import conv1d
from ..gradients import conv1d_input, conv1d_weight
from ..pooling import avg_pool1d, avg_pool1d_input, max_pool1d, max_pool1d_input
from .explorer import Explorer
from .still import counted
from .traits import choice, numbers, whole

MOST_X, MOST_W = 7, 4


class Backward(Explorer):
    """The gradients of L = g · y, for a convolution layer and for pooling in one dimension.

    A row of the table is what one output sends to its inputs (scatter), a column what one input
    gets from its outputs (gather); the columns add up to the gradient of x. Point at anything to
    see what it touches, at x or w also how much L grows if it grows by 1. Every trait can be given
    as an argument, read, set and observed.

    Parameters
    ----------
    op : {"conv", "max", "avg"}
        The operation: a convolution layer (cross-correlation), max pooling, average pooling.
    n, k, s : int
        Input size, from 1 to 7, kernel size, from 2 to 4, and stride, from 1 to 3.
    x, w, g : array_like of int
        Input, at most 7 numbers, and kernel, at most 4, from -9 to 9; gradient at the output, at
        most 7, from -12 to 12. As many as there are places for count; zeros follow if there are
        fewer.
    way : {"scatter", "gather"}
        Whether the steps go from output to output, or from input to input.
    i : int
        The last step that is taken, from 0.

    Examples
    --------
    >>> import convkit as ck
    >>> figure = ck.explorers.Backward(op="max", n=7, s=2, x=[1, 5, 2, 0, 4, 4, 1], g=[1, 2, 4])
    >>> figure.input_gradient.tolist()
    [0.0, 1.0, 0.0, 0.0, 6.0, 0.0, 0.0]
    """

    op = choice("conv", "conv", "max", "avg")
    n = whole(5, 1, MOST_X)
    k = whole(3, 2, MOST_W)
    s = whole(1, 1, 3)
    x = numbers([1, 0, 2, -1, 3, 4, 1], -9, 9, 1)
    w = numbers([1, 2, -1, 1], -9, 9, 1)
    g = numbers([1, -1, 2, 1, -2, 3, 1], -12, 12, 1)
    way = choice("scatter", "scatter", "gather")
    i = whole(2, 0, MOST_X - 1)

    @property
    def input(self) -> Array:
        """The input, (n,)."""
        return first(self.x, self.n)

    @property
    def kernel(self) -> Array:
        """The kernel, (k,)."""
        return first(self.w, self.k)

    @property
    def output(self) -> Array:
        """The output. Raises ValueError where torch raises an error."""
        return self.forward(self.input)

    def forward(self, x: Array) -> Array:
        """Return the output for an input (n,)."""
        if self.op == "conv":
            y: Array = conv1d(x[None], self.kernel[None, None], None, self.s)
        else:
            pool = max_pool1d if self.op == "max" else avg_pool1d
            y = pool(x[None].astype(float), self.k, self.s)
        row: Array = y[0]
        return row

    @property
    def output_gradient(self) -> Array:
        """The gradient at the output, g, as long as the output."""
        return first(self.g, self.output.size)

    @property
    def input_gradient(self) -> Array:
        """The gradient of L at the input, (n,)."""
        return self.back(self.output_gradient)

    def back(self, g: Array) -> Array:
        """Return the gradient at the input for a gradient at the output."""
        size, steps = (1, self.n), (self.k, self.s)
        if self.op == "conv":
            gx: Array = conv1d_input((1, *size), self.kernel[None, None], g[None, None], self.s)[0]
        elif self.op == "max":
            index = max_pool1d(self.input[None].astype(float), *steps, return_indices=True)[1]
            gx = max_pool1d_input(g[None].astype(float), index, size)
        else:
            gx = avg_pool1d_input(g[None].astype(float), size, *steps)
        row: Array = gx[0]
        return row

    @property
    def weight_gradient(self) -> Array:
        """The gradient of L at the kernel, (k,)."""
        x, g = self.input[None, None], self.output_gradient[None, None]
        gw: Array = conv1d_weight(x, (1, 1, self.k), g, self.s)[0, 0]
        return gw

    @property
    def contributions(self) -> Array:
        """What each output sends to each input, (outputs, n)."""
        return np.array([self.back(row) for row in np.diag(self.output_gradient)])

    @property
    def reads(self) -> Array:
        """Which inputs each output reads, (outputs, n)."""
        start = self.s * np.arange(self.output.size)[:, None]
        place = np.arange(self.n)
        window: Array = (place >= start) & (place < start + self.k)
        return window

    def problem(self) -> str:
        """Return why torch raises an error; an empty text if it does not."""
        if self.k <= self.n:
            return ""
        return (
            f"The kernel spans {self.k} places and the input has only {self.n}: "
            "torch raises an error."
        )

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        if problem := self.problem():
            return problem
        said = {"conv": self.of_convolution, "max": self.of_winners, "avg": self.of_shares}
        unread = np.flatnonzero(~self.reads.any(axis=0))
        if unread.size:
            names = ", ".join(f"x[{j}]" for j in unread)
            verb = "is" if unread.size == 1 else "are"
            return f"{said[self.op]()} {names} {verb} read by no output: gradient 0."
        return said[self.op]()

    def of_convolution(self) -> str:
        """Return what the gradients of a convolution layer are."""
        if self.s == 1:
            return "∂L/∂x is the full convolution of g with w, ∂L/∂w the correlation of x with g."
        gap = counted(self.s - 1, "zero")
        return f"∂L/∂x is the full convolution of w with g, {gap} put between its numbers."

    def of_winners(self) -> str:
        """Return where the gradient goes in max pooling."""
        windows = np.where(self.reads, self.input, -99)
        ties = np.flatnonzero((windows == self.output[:, None]).sum(axis=1) > 1)
        total = int(self.output_gradient.sum())
        said = f"Each g goes to one winner, whole: ∂L/∂x adds up to {signed(total)}, as g does."
        if ties.size:
            said += f" Output {ties[0]} has a tie: the first wins."
        return said

    def of_shares(self) -> str:
        """Return where the gradient goes in average pooling."""
        total = int(self.output_gradient.sum())
        shared = f"Each g is shared out evenly to {counted(self.k, 'input')}"
        return f"{shared}: ∂L/∂x adds up to {signed(total)}, as g does."

    def still(self) -> Figure:
        """Return x, what each output sends, and the sums as a figure."""
        empty = self.problem() != ""
        sent = np.zeros((0, self.n)) if empty else self.contributions
        rows = [("input", self.input[None], "input x")]
        if not empty:
            title = "from each output, a row (scatter); to each input, a column (gather)"
            rows += [
                ("gradient", np.round(sent, 2), title),
                (
                    "gradient",
                    np.round(self.input_gradient[None], 2),
                    "their sums, the gradient of x",
                ),
            ]
        heights = [len(values) + 0.9 for _, values, _ in rows]
        figure = Figure(figsize=(5.2, 0.42 * sum(heights)), layout="constrained", facecolor="white")
        axes = figure.subplots(len(rows), 1, height_ratios=heights, squeeze=False)[:, 0]
        for ax, (role, values, title) in zip(axes, rows, strict=True):
            plotting.grid(ax, values, role, title=title)
            ax.title.set_fontsize(10)
        return figure


def first(values: list[int], n: int) -> Array:
    """Return the first n values, zeros after the last."""
    return np.array([*values, *[0] * n])[:n]


def signed(value: int) -> str:
    """Return a number with a true minus sign."""
    return str(value).replace("-", "−")
