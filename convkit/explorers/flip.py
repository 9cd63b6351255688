"""Correlation and convolution: one table of products, cut along one diagonal or the other."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import plotting
from ..arguments import Array
from ..signals import Mode, convolve, correlate
from .explorer import Explorer
from .traits import choice, numbers, switch, whole

LONGEST, WIDEST = 8, 4  # signal and kernel


class Flip(Explorer):
    """A signal and a kernel, correlated or convolved, with the table of all products of the two.

    Point at an output to see its diagonal of the table, at a number of the signal or of the kernel
    to see its row or column and the outputs that it enters. Every trait can be given as an
    argument, read, set and observed.

    Parameters
    ----------
    x : list of int
        Signal, 1 to 8 numbers from -9 to 9.
    w : list of int
        Kernel, 1 to 4 numbers from -9 to 9.
    flip : bool
        Whether the kernel is flipped: a convolution if it is, else a correlation.
    mode : {"full", "same", "valid"}
        Which outputs are kept, as in :func:`convkit.correlate`.
    swap : bool
        Whether the two arguments are swapped, so that `x` slides along `w`.
    i : int
        The output that is picked, from 0 to 10.

    Examples
    --------
    >>> import convkit as ck
    >>> ck.explorers.Flip(x=[1, 2, 3], w=[4, 5, 6], flip=True).output
    array([ 4, 13, 28, 27, 18])
    """

    x = numbers([1, 2, 3], -9, 9, least=1, most=LONGEST)
    w = numbers([4, 5, 6], -9, 9, least=1, most=WIDEST)
    flip = switch()
    mode = choice("full", "full", "same", "valid")
    swap = switch()
    i = whole(1, 0, LONGEST + WIDEST - 2)

    @property
    def output(self) -> Array:
        """The correlation or convolution, (outputs,)."""
        return slid(self.x, self.w, self.flip, self.swap, self.mode)

    @property
    def products(self) -> Array:
        """The product of each number of the signal with each of the kernel, (len(x), len(w))."""
        return np.outer(self.x, self.w)

    @property
    def places(self) -> Array:
        """The output that each product is a term of, (len(x), len(w)); -1 if there is none."""
        found = np.full(self.products.shape, -1)
        for r, c in np.ndindex(found.shape):
            x, w = one_hot(len(self.x), r), one_hot(len(self.w), c)
            one = slid(x, w, self.flip, self.swap, self.mode)
            found[r, c] = one.argmax() if one.any() else -1
        return found

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        ways = (
            "Correlation takes the kernel as it is: each output sums a falling diagonal (↘)",
            "Convolution flips the kernel: each output sums a rising diagonal (↗)",
        )
        y, other = self.output, slid(self.x, self.w, not self.flip, self.swap, self.mode)
        said = (
            f"{ways[self.flip]} of the product table. "
            f"The flip changes {np.count_nonzero(y != other)} of {y.size} outputs."
        )
        return f"{said} Swapping x and w {self.swapping()}." if self.swap else said

    def swapping(self) -> str:
        """Return what swapping the arguments does to the output."""
        y, before = self.output, slid(self.x, self.w, self.flip, False, self.mode)
        if np.array_equal(y, before):
            return "changes nothing"
        return "reverses the output" if np.array_equal(y, before[::-1]) else "changes the output"

    def still(self) -> Figure:
        """Return the table of products, the diagonal of the picked output, and the outputs."""
        (rows, columns), y = self.products.shape, self.output
        picked = min(self.i, y.size - 1)
        shape = (rows + 3.8, max(columns + 1.3, y.size))
        size = (0.42 * shape[1] + 0.4, 0.42 * shape[0] + 0.3)
        figure = Figure(figsize=size, facecolor="white")
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, 1))
        plotting.cells(ax, self.w, "kernel", at=(0.9, 1.3))
        plotting.cells(ax, np.array(self.x)[:, None], "input", at=(2.2, 0))
        diagonal = [(int(r), int(c)) for r, c in np.argwhere(self.places == picked)]
        muted = self.places < 0
        plotting.cells(ax, self.products, "output", at=(2.2, 1.3), outline=diagonal, muted=muted)
        plotting.cells(ax, y, "output", at=(rows + 2.7, 0), outline=[(0, picked)])
        for text, row, column in (("x", 1.4, 0.5), ("w", 0.6, 1.8)):
            ax.text(column, row, text, ha="center", va="center", style="italic")
        plotting.frame(ax, shape, None)
        return figure


def slid(x: ArrayLike, w: ArrayLike, flip: bool, swap: bool, mode: Mode) -> Array:
    """Return the correlation, or if `flip` the convolution, of x and w, swapped or not."""
    signal, kernel = (w, x) if swap else (x, w)
    return (convolve if flip else correlate)(signal, kernel, mode)


def one_hot(length: int, at: int) -> Array:
    """Return zeros with a one."""
    zeros = np.zeros(length, dtype=int)
    zeros[at] = 1
    return zeros
