"""Channels and groups: a board of kernels, one for each pair of an output and an input."""

import numpy as np
from matplotlib.figure import Figure

from .. import plotting
from ..arguments import Array
from ..convolution import conv2d
from .explorer import Explorer
from .still import counted
from .traits import choice, numbers, whole

MOST, N = 8, 4  # channels; rows and columns of a map
FIELD = 12  # half pixels of a field of the still board, along each axis
INPUT = [
    [[(c * c + 3 * c * i + 2 * j * j + i * j) % 11 % 4 for j in range(N)] for i in range(N)]
    for c in range(MOST)
]
KERNELS = [
    [[[(r * r + 3 * c * c + r * c + 4 * a * r + 2 * b * c + a * a * b + 5 * b) % 11 % 5 - 2
       for b in range(3)] for a in range(3)] for c in range(MOST)]
    for r in range(MOST)
]  # fmt: skip
BIASES = [1, -2, 0, 2, -1, 0, 1, -1]


class Channels(Explorer):
    """A layer from C maps to D maps, as a board of kernels, with a row for each output.

    Every output adds up one map for each input that it reads, and a bias. Pick a kernel to see its
    map; point at an input, an output or a kernel to see what belongs together. Every trait can be
    given as an argument, read, set and observed.

    Parameters
    ----------
    layer : {"one", "two"}
        One layer, or two: a depthwise one, then one of 1 x 1 kernels.
    C, D : int
        Input and output channels, from 1 to 8.
    g : int
        Groups of the one layer, from 1 to 8. If C or D is no multiple of it, torch raises an error.
    k : int
        Kernel size, from 1 to 3; the padding is "same".
    show : {"kernels", "maps"}
        Whether the board shows the kernels, or the maps that they make of their inputs.
    x, w, b : array_like of int
        Input, at most (8, 4, 4), kernels, at most (8, 8, 3, 3), and biases, all from -9 to 9. One
        layer takes the first `k` rows and columns of ``w[r, c]`` for output r and input c, so that
        groups leave a kernel where it was. Of two layers the depthwise one has the kernels
        ``w[c, c]``, and the next the weights ``w[r, c, 0, 0]``.
    r, c : int
        Row and column of the kernel that is picked: its output and its input channel.

    Examples
    --------
    >>> import convkit as ck
    >>> figure = ck.explorers.Channels(C=4, D=8, g=2)
    >>> figure.kernels.shape
    (8, 2, 3, 3)
    >>> figure.learned, figure.multiplications
    (152, 2304)
    """

    layer = choice("one", "one", "two")
    C = whole(4, 1, MOST)
    D = whole(8, 1, MOST)
    g = whole(1, 1, MOST)
    k = whole(3, 1, 3)
    show = choice("kernels", "kernels", "maps")
    x = numbers(INPUT, -9, 9)
    w = numbers(KERNELS, -9, 9)
    b = numbers(BIASES, -9, 9)
    r = whole(2, 0, MOST - 1)
    c = whole(0, 0, MOST - 1)

    @property
    def groups(self) -> int:
        """The groups of the board: two layers together connect all with all."""
        return 1 if self.layer == "two" else self.g

    @property
    def input(self) -> Array:
        """The input, (C, 4, 4)."""
        return np.array(self.x)[: self.C]

    @property
    def depthwise(self) -> Array:
        """The kernels of the first of two layers, (C, 1, k, k)."""
        every = np.arange(self.C)
        return np.array(self.w)[every, every, None, : self.k, : self.k]

    @property
    def pointwise(self) -> Array:
        """The weights of the second of two layers, (D, C, 1, 1)."""
        return np.array(self.w)[: self.D, : self.C, :1, :1]

    @property
    def kernels(self) -> Array:
        """The kernels as torch takes them, (D, C / groups, k, k).

        Of two layers it is what they amount to. Raises ValueError where the groups do not divide
        the channels.
        """
        if problem := self.problem():
            raise ValueError(problem)
        if self.layer == "two":
            return self.pointwise * self.depthwise[:, 0]
        rows = np.arange(self.D)[:, None]
        first = rows // (self.D // self.g) * (self.C // self.g)
        columns = first + np.arange(self.C // self.g)
        return np.array(self.w)[rows, columns, : self.k, : self.k]

    @property
    def biases(self) -> Array:
        """The bias of each output, (D,); those of a depthwise layer pass through the next."""
        own: Array = np.array(self.b)[: self.D]
        if self.layer == "one":
            return own
        passed: Array = self.pointwise[..., 0, 0] @ np.array(self.b)[: self.C]
        return own + passed

    @property
    def output(self) -> Array:
        """The output, (D, 4, 4). Raises ValueError where torch raises an error."""
        if self.layer == "one":
            return conv2d(self.input, self.kernels, self.biases, 1, "same", 1, self.g)
        b = np.array(self.b)
        between = conv2d(self.input, self.depthwise, b[: self.C], 1, "same", 1, self.C)
        return conv2d(between, self.pointwise, b[: self.D])

    @property
    def weights(self) -> int:
        """How many weights are learned, without biases."""
        if self.layer == "two":
            return int(self.depthwise.size + self.pointwise.size)
        return int(self.kernels.size)

    @property
    def learned(self) -> int:
        """How many numbers are learned: weights and biases."""
        return int(self.weights + self.D + (self.C if self.layer == "two" else 0))

    @property
    def multiplications(self) -> int:
        """How many products of a weight and a number of a map there are, those with padding too."""
        return self.weights * N * N

    def problem(self) -> str:
        """Return why torch raises an error; an empty text if it does not."""
        for many, n in (("input", self.C), ("output", self.D)):
            if n % self.groups:
                return (
                    f"{counted(n, f'{many} channel')} cannot be shared out to "
                    f"{self.groups} groups: torch raises an error."
                )
        return ""

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        if problem := self.problem():
            return problem
        full = self.C * self.D * self.k**2 + self.D
        if self.layer == "two":
            return (
                "Depthwise, then 1 × 1: every column holds multiples of one kernel. "
                f"{self.learned} numbers are learned; a kernel for every pair would take {full}."
            )
        kernels, (inputs, outputs) = self.D * self.C // self.g, self.shares
        if self.g == 1:
            return (
                f"Each of {counted(self.D, 'output')} adds up {counted(self.C, 'map')}, each made "
                f"with a kernel of its own: {counted(kernels, 'kernel')}."
            )
        alone = "Depthwise: e" if inputs == 1 else "E"
        return (
            f"{alone}ach output adds up {counted(inputs, 'map')} only, and each input feeds "
            f"{counted(outputs, 'output')}. {self.learned} numbers are learned; with one group it "
            f"would be {full}."
        )

    @property
    def shares(self) -> tuple[int, int]:
        """The inputs and the outputs of one group."""
        return self.C // self.groups, self.D // self.groups

    def still(self) -> Figure:
        """Return the board as a figure."""
        tall, wide = self.D + 1, self.C + 1
        size = max(0.42 * wide + 1.2, 3.3), 0.42 * tall + 0.5
        figure = Figure(figsize=size, layout="constrained", facecolor="white")
        ax = figure.subplots()
        board = np.full((tall * FIELD, wide * FIELD), np.nan)
        if not self.problem():
            inputs, outputs = self.shares
            for r in range(self.D):
                for index, kernel in enumerate(self.kernels[r]):
                    c = r // outputs * inputs + index
                    lay(board, r + 1, c, kernel)
                lay(board, r + 1, self.C, self.output[r])
        for c in range(self.C):
            lay(board, 0, c, self.input[c])
        title = f"inputs above, outputs at the right,\n{self.k} × {self.k} kernels between them"
        plotting.responses(ax, board, title, limit=1)
        ax.set_facecolor("white")
        return figure


def lay(board: Array, row: int, column: int, values: Array) -> None:
    """Lay a small array in the middle of a field of a board, its largest magnitude as 1."""
    shares = np.kron(values / (np.abs(values).max() or 1), np.ones((2, 2)))
    margin = (FIELD - len(shares)) // 2
    board[FIELD * row + margin :, FIELD * column + margin :][: len(shares), : len(shares)] = shares
