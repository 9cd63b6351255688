"""Superposition and shift equivariance: which settings of a layer keep them, and which do not."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import plotting
from ..arguments import Array
from ..convolution import conv1d
from .explorer import Explorer
from .still import counted
from .traits import choice, numbers, switch, whole

X = [3, 1, 0, -2, -2, -4, -4, -4, -3, 3, 1, 4]
Z = [0, 1, 4, 2, 1, 0, 1, 4, -2, 3, 2, -4]
LARGEST = 4


class Superpose(Explorer):
    """A 1-D layer f, asked whether it is linear and whether its output moves along with its input.

    The layer has kernel size 3 and padding 1. Point at an input to see the copy of the kernel that
    it adds to the output, at an output to see the copies that meet there. Every trait can be given
    as an argument, read, set and observed.

    Parameters
    ----------
    test : {"superposition", "additivity", "shift"}
        The question: what each input adds to the output, whether f(x + z) is f(x) + f(z), or
        whether f(x) moves along with x.
    x, z : list of int
        The input and a second one, 12 numbers each from -4 to 4.
    w : list of int
        Kernel, 3 numbers from -4 to 4.
    n : int
        How far the input is shifted, from 0 to 4, if the question is "shift". What leaves on the
        right enters on the left.
    b, s : int
        Bias, from 0 to 3, and stride, from 1 to 3.
    relu : bool
        Whether the layer ends in a ReLU.
    padding : {"zeros", "circular"}
        What lies beyond the ends: zeros, or the other end.
    i : int
        The output that is picked, from 0 to 11.

    Examples
    --------
    >>> import convkit as ck
    >>> ck.explorers.Superpose(b=1).residual
    array([-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1])
    """

    test = choice("superposition", "superposition", "additivity", "shift")
    x = numbers(X, -LARGEST, LARGEST)
    z = numbers(Z, -LARGEST, LARGEST)
    w = numbers([1, -2, 3], -LARGEST, LARGEST)
    n = whole(1, 0, 4)
    b = whole(0, 0, 3)
    s = whole(1, 1, 3)
    relu = switch()
    padding = choice("zeros", "zeros", "circular")
    i = whole(3, 0, len(X) - 1)

    def linear(self, v: ArrayLike) -> Array:
        """Return what the layer makes of v before its ReLU, (outputs,)."""
        w, b = np.array(self.w), np.array([self.b])
        signal = np.asarray(v)[None]
        y: Array = conv1d(signal, w[None, None], b, self.s, 1, padding_mode=self.padding)[0]
        return y

    def respond(self, v: ArrayLike) -> Array:
        """Return what the layer makes of v, (outputs,)."""
        y = self.linear(v)
        return y.clip(min=0) if self.relu else y

    @property
    def output(self) -> Array:
        """The output f(x), (outputs,)."""
        return self.respond(self.x)

    @property
    def copies(self) -> Array:
        """What each input adds to each output before bias and ReLU, (12, outputs)."""
        return np.stack([self.linear(one) - self.b for one in np.diag(self.x)])

    @property
    def residual(self) -> Array:
        """What is left of f(x + z) − f(x) − f(z), (outputs,)."""
        both = self.respond(np.add(self.x, self.z))
        return both - self.respond(self.x) - self.respond(self.z)

    @property
    def by(self) -> int:
        """How far the output should move when the input moves by `n`."""
        return int(self.n) // int(self.s)

    @property
    def shifted(self) -> tuple[Array, Array]:
        """The output of the shifted input, and the shifted output: f(shift x), shift f(x)."""
        return self.respond(np.roll(self.x, self.n)), np.roll(self.output, self.by)

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        said = {
            "superposition": self.of_copies,
            "additivity": self.of_residuals,
            "shift": self.of_shift,
        }
        return said[self.test]()

    def of_copies(self) -> str:
        """Return what the output is made of."""
        copies = counted(int(self.copies.any(axis=1).sum()), "copy", "copies")
        ends = {
            "zeros": "Zero padding cuts them off at the ends.",
            "circular": "Circular padding lets them wrap around.",
        }
        said = [
            f"y adds up {copies} of w, mirrored and scaled, one from each input that is not 0.",
            ends[self.padding],
            f"The bias adds {self.b} to every output, and no input owns it." * bool(self.b),
            "ReLU then sets every negative output to 0." * self.relu,
        ]
        return " ".join(filter(None, said))

    def of_residuals(self) -> str:
        """Return whether the layer is additive for this x and z."""
        left = self.residual
        if not left.any():
            return f"All {left.size} residuals are 0: f(x + z) = f(x) + f(z) for these x and z."
        return (
            f"The largest residual is {np.abs(left).max()}, and {np.count_nonzero(left)} of "
            f"{left.size} are not 0: f is not linear."
        )

    def of_shift(self) -> str:
        """Return in how many outputs a shift before and a shift after the layer differ."""
        after, old = self.shifted
        found, m = np.count_nonzero(after != old), old.size
        said = f"Shift x by {self.n}, or f(x) by {self.by}: {found} of {m} outputs differ"
        if not found:
            changed = np.count_nonzero(after != self.output)
            return (
                f"{said}. That is equivariance; invariance would leave y as it was, and {changed} "
                f"of {m} outputs changed."
            )
        multiple = f"the shift {self.n} is no multiple of the stride {self.s}"
        why = [multiple] if self.n % self.s else []
        if self.padding == "zeros":
            why.append("zero padding marks the ends")
        return f"{said}, as {' and '.join(why)}."

    def still(self) -> Figure:
        """Return the input and what the question compares."""
        after, old = self.shifted
        rows: list[tuple[str, Array, str]] = {
            "superposition": [("output", self.output, "output y = f(x)")],
            "additivity": [
                ("input", np.array(self.z), "second input z"),
                ("output", self.residual, "f(x + z) − f(x) − f(z)"),
            ],
            "shift": [
                ("output", after, f"f(shift x), x shifted by {self.n}"),
                ("output", old, f"shift f(x), f(x) shifted by {self.by}"),
            ],
        }[self.test]
        rows.insert(0, ("input", np.array(self.x), "input x"))
        stacked = self.test == "superposition"
        size = (5.6, 1.7 * (len(rows) + stacked))
        figure = Figure(figsize=size, layout="constrained", facecolor="white")
        axes = list(figure.subplots(len(rows) + stacked, 1))
        if stacked:
            self.stack(axes.pop(1))
        for ax, (role, values, title) in zip(axes, rows, strict=True):
            plotting.stems(ax, values, role, title=title)
        for ax in figure.axes:
            ax.set(xlim=(-0.7, len(X) - 0.3), yticks=[])
            ax.margins(y=0.45)  # numbers below negative values keep off the places
            ax.tick_params(length=0, labelcolor="#767676")
            ax.spines[:].set_visible(False)
        return figure

    def stack(self, ax: Axes) -> None:
        """Draw the copies on top of each other, positive parts up, negative parts down."""
        ends = {True: np.zeros(self.output.size), False: np.zeros(self.output.size)}
        for j, copy in enumerate(self.copies):
            for up, bottom in ends.items():
                part = np.where((copy > 0) == up, copy, 0)
                colour = plotting.COLOURS["kernel" if up else "input"]
                ax.bar(
                    np.arange(part.size), part, 0.7, bottom, color=colour, alpha=0.5, edgecolor="k"
                )
                for i in np.flatnonzero(np.abs(part) > 2).tolist():
                    ax.text(i, bottom[i] + part[i] / 2, str(j), ha="center", va="center", size=7)
                bottom += part
        ax.axhline(0, color="black", linewidth=0.8)
        ax.set(
            title="copies of w, mirrored, numbered by their input",
            xticks=np.arange(self.output.size),
        )
