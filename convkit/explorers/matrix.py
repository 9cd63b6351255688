"""Convolution as a matrix: the same few weights on its diagonals, and the transpose."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from .. import plotting
from ..arguments import Array
from ..convolution import conv_matrix
from ..geometry import span
from ..padding import PaddingMode
from .explorer import Explorer
from .still import CELL, WIDEST, counted, side_by_side
from .traits import choice, numbers, switch, whole

WEIGHTS = [2, -1, 3, 1]
VECTOR = [1, -2, 0, 3, 2, -1, 1, 0, -3, 2, 1, 1, -1, 0, 2, 3, -2, 1, 0, 1, 2, -1, 3, 0, 1]
SIDES = [1, -1, 1, -1]  # a kernel of 2 x 2 for the sides of a bright square
SQUARE = [0, 0, 0, 0, 0, 2, 2, 0, 0, 2, 2, 0, 0, 0, 0, 0, *VECTOR[16:]]


class Matrix(Explorer):
    """The matrix A of a one-channel convolution, y = A x, or its transpose.

    Point at an output for its row, at an input for its column, at a weight for its diagonal, at an
    entry for all three. Every trait can be given as an argument, read, set and observed.

    Parameters
    ----------
    n, k : int
        Input size, from 3 to 8, and kernel size, from 1 to 4.
    w : array_like of int
        The weights, at most 4, from -9 to 9; the first `k` count, and weights not given are 0.
    mode : {"valid", "same", "full", "circular"}
        No padding; ``padding="same"``, as torch has it; all overlaps; ``padding="same"`` with the
        other end of the input as padding.
    s, d : int
        Stride and dilation, from 1 to 3. The stride of a circular convolution is 1.
    flat : bool
        Whether the input is a picture of 4 x 4 pixels, row after row, and the four weights a 2 x 2
        kernel without dilation; by default a bright square, and a kernel that finds its sides.
    transpose : bool
        Whether to show the transpose: the transposed convolution.
    x : array_like of int
        The vector that is multiplied, at most 25 integers from -9 to 9; what is not given is 0.
    reduced : bool
        Whether the figure offers input size and kernel size alone, and does not tell the rank.

    Examples
    --------
    >>> figure = Matrix(n=6, w=[2, -1, 3], x=[1, -2, 0, 3], transpose=True)
    >>> figure.output
    array([ 2, -5,  5,  0, -3,  9])
    """

    mode = choice("valid", "valid", "same", "full", "circular")
    n = whole(6, 3, 8)
    k = whole(3, 1, 4)
    s = whole(1, 1, 3)
    d = whole(1, 1, 3)
    w = numbers(WEIGHTS, -9, 9, least=1)
    x = numbers(VECTOR, -9, 9, least=1)
    flat = switch()
    transpose = switch()
    reduced = switch()

    def __init__(self, **state: Any) -> None:
        picture = {"w": SIDES, "x": SQUARE} if state.get("flat") else {}
        super().__init__(**picture | state)

    @property
    def kernel(self) -> Array:
        """The weights that count, (k,), or (2, 2) of a picture."""
        weights = filled(self.w, 4)
        return weights.reshape(2, 2) if self.flat else weights[: self.k]

    @property
    def matrix(self) -> Array:
        """The matrix as shown. Raises ValueError where torch raises an error."""
        return self.of_kernel(self.kernel)

    @property
    def band(self) -> Array:
        """How many weights are added into each entry, shaped like the matrix."""
        return self.of_kernel(np.ones_like(self.kernel))

    def of_kernel(self, kernel: Array) -> Array:
        """Return the matrix that another kernel would have."""
        circular = self.mode == "circular"
        stride, dilation = 1 if circular else self.s, 1 if self.flat else self.d
        padding = {"valid": 0, "full": dilation * (len(kernel) - 1)}.get(self.mode, "same")
        size = (4, 4) if self.flat else (self.n,)
        steps = (stride, padding, dilation)
        padding_mode: PaddingMode = "circular" if circular else "zeros"
        found = conv_matrix(kernel[None, None], (1, *size), *steps, padding_mode=padding_mode)
        return np.asarray(found.toarray().T if self.transpose else found.toarray())

    @property
    def vector(self) -> Array:
        """The vector that is multiplied, as long as the matrix is wide."""
        return filled(self.x, self.matrix.shape[1])

    @property
    def output(self) -> Array:
        """The product of matrix and vector. Raises ValueError where torch raises an error."""
        return np.asarray(self.matrix @ self.vector)

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        if problem := self.problem():
            return problem
        matrix, free = self.matrix, np.count_nonzero(self.band)
        rank = "" if self.reduced else f"; rank {np.linalg.matrix_rank(matrix)}"
        each = np.eye(self.kernel.size, dtype=int).reshape(-1, *self.kernel.shape)
        used = sum(bool(self.of_kernel(one).any()) for one in each)
        rows, columns = matrix.shape
        return (
            f"{'Aᵀ' if self.transpose else 'A'} is {rows} × {columns}: {free} of its "
            f"{matrix.size} entries can differ from 0, and "
            f"{counted(used, 'weight fills', 'weights fill')} them all{rank}."
            + (undone(matrix.T) if self.transpose and not self.reduced else "")
        )

    def problem(self) -> str:
        """Return why torch raises an error; an empty text if it does not."""
        size, n = (2, 4) if self.flat else (self.k, self.n)
        reach = span(size, 1 if self.flat else self.d)
        padding = reach // 2
        if self.mode == "same" and self.s > 1:
            why = "Padding 'same' needs stride 1"
        elif self.mode == "circular" and padding > n:
            why = f"The circular padding {padding} is more than the input size {n}"
        elif self.mode == "valid" and reach > n:
            why = f"The kernel spans {reach} places and the input has only {n}"
        else:
            return ""
        return f"{why}: torch raises an error."

    def still(self) -> Figure:
        """Return the matrix, the vector and their product as a figure, row beside row."""
        if self.problem():
            return side_by_side([("kernel", self.kernel, "kernel w")])
        names = ("Aᵀ", "g", "Aᵀg") if self.transpose else ("A", "x", "y")
        arrays = self.matrix, self.vector[:, None], self.output[:, None]
        rows, width = max(map(len, arrays)) + 1, self.matrix.shape[1] + 4
        cell = min(CELL, WIDEST / width)
        figure = Figure((cell * width, cell * rows), facecolor="white", layout="constrained")
        ax, left = figure.subplots(), 0
        for role, values, name in zip(("kernel", "input", "output"), arrays, names, strict=True):
            muted = self.band == 0 if role == "kernel" else None
            plotting.cells(ax, values, role, at=(1, left), muted=muted)
            ax.text(left + values.shape[1] / 2, 0.6, name, ha="center", va="center")
            left += values.shape[1] + 1
        plotting.frame(ax, (rows, width), None)
        return figure


def filled(values: list[int], size: int) -> Array:
    """Return the first values as an array of this size, with zeros for what is missing."""
    return np.array([*values, *[0] * size][:size])


def undone(matrix: Array) -> str:
    """Return whether the transpose of a matrix undoes it."""
    most = np.abs(matrix.T @ matrix - np.eye(matrix.shape[1], dtype=int)).max()
    if most:
        return f" Aᵀ does not undo A: the largest entry of |AᵀA − I| is {most}."
    return " Here Aᵀ undoes A: AᵀA = I."
