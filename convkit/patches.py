"""Patches: what a sliding window reads at each place, and the transpose of reading.

Reading and its transpose carry most of the package. With U the linear map that lists the patches
of x as columns, and V the kernels as rows::

    y = V U x            convolution            (algorithms/im2col.py)
    U^T V^T y            transposed convolution (transpose.py)

Pooling replaces V by a maximum or a mean. `gather` and `scatter` are U and U^T on views, for use
inside the package; `unfold` and `fold` are the same two as torch's functions, checked and copied.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from operator import mul
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import ArrayLike

from .arguments import (
    Array,
    PerAxis,
    Sizes,
    check_memory,
    check_not_empty,
    check_rank,
    entry_per_axis,
    numeric,
    per_axis,
    shown,
    silently,
    summing_dtype,
)
from .geometry import Geometry, PairPerAxis, holds_pairs, places
from .padding import pad, sources

KINDS = "biufc", "bool, integer, floating or complex"  # what can be read and added up
ROOM = 2**17  # numbers that may be laid out at a time
AXES_OF_RANK = {2: 1, 3: 2, 4: 2, 5: 3}  # of unfold's input when kernel_size is one int


def gather(x: Array, kernel_size: Sizes, stride: Sizes, dilation: Sizes) -> Array:
    """View x (..., *S) as (..., *K, *S_out): entry [..., j, i] is x[..., s*i + d*j].

    No value is copied: each patch is the same memory read with other strides.
    """
    axes = len(kernel_size)
    positions = places(x.shape[-axes:], kernel_size, stride, dilation)
    steps = x.strides[-axes:]
    shape = (*x.shape[:-axes], *kernel_size, *positions)
    strides = (*x.strides[:-axes], *map(mul, dilation, steps), *map(mul, stride, steps))
    if x.flags.forc:  # an eighth of the time that the other takes
        return np.ndarray(shape, x.dtype, buffer=x, strides=strides)
    return as_strided(x, shape, strides)


@silently
def scatter(patches: Array, window: Geometry, dtype: np.dtype[Any]) -> Array:
    """Add patches (..., *K, *S_out) up where a window read them: the transpose of reading.

    Value [..., j, i] is added to x[..., s*i + d*j - p]; where patches overlap, they sum. What was
    read from the padding is dropped.
    """
    leading = patches.shape[: -2 * len(window.input_size)]
    x = np.zeros((*leading, *window.input_size), patches.dtype)
    add_up(x, patches, window, "zeros")
    return np.asarray(x, dtype)


def add_up(x: Array, patches: Array, window: Geometry, mode: str) -> None:
    """Add patches (..., *K, *S_out) to the values of x (..., *S) that a window read."""
    axes = len(window.input_size)
    taps, positions = patches.shape[-2 * axes : -axes], patches.shape[-axes:]
    if mode == "zeros":
        for tap, at, inputs in reads(window, taps, positions):
            x[..., *inputs] += patches[..., *tap, *at]
        return
    every_place = (slice(None),) * axes
    for tap in np.ndindex(*taps):  # several places may have read copies of one value
        values: Any = (..., *np.ix_(*read_with_copies(window, tap, positions, mode)))
        np.add.at(x, values, patches[..., *tap, *every_place])


def read_with_copies(window: Geometry, tap: Sizes, positions: Sizes, mode: str) -> list[Array]:
    """Say per axis which value of the input a tap reads at each place, itself or its copy."""
    index = []
    for axis, (j, count) in enumerate(zip(tap, positions, strict=True)):
        start = window.dilation[axis] * j - window.padding[axis][0]
        reached = start + window.stride[axis] * np.arange(count)
        index.append(sources(reached, window.input_size[axis], mode))
    return index


def reads(window: Geometry, taps: Sizes, positions: Sizes) -> Iterator[tuple[Any, ...]]:
    """Yield each tap, at which places it reads the input itself, and which values it reads."""
    axes = enumerate(zip(taps, positions, strict=True))
    by_axis = [[reads_on_axis(window, axis, j, n) for j in range(k)] for axis, (k, n) in axes]
    for each_axis in itertools.product(*by_axis):
        yield tuple(zip(*each_axis, strict=True))


def reads_on_axis(window: Geometry, axis: int, j: int, count: int) -> tuple[int, slice, slice]:
    """Return tap j, at which of `count` places it reads the input, and which values it reads."""
    n, s = window.input_size[axis], window.stride[axis]
    start = window.dilation[axis] * j - window.padding[axis][0]  # what it reads at place 0
    first = max(-(start // s), 0)
    last = min((n - 1 - start) // s, count - 1)
    count = max(last - first + 1, 0)
    at = slice(first, first + count)
    return j, at, slice(start + first * s, start + first * s + count * s, s)


def is_roomy(x: Array, window: Geometry) -> bool:
    """Say whether x with its padding is far larger than x and what the windows give."""
    leading = math.prod(x.shape[: x.ndim - len(window.input_size)])
    kept = math.prod(window.input_size) + math.prod(window.output_size)
    return leading * (math.prod(window.padded_size) - 2 * kept) > ROOM


def pieces(x: Array, window: Geometry, mode: str) -> Iterator[tuple[tuple[Any, ...], Array]]:
    """Lay out, for some places at a time, what each window reads: (..., *(k * places)).

    Where padding, stride and dilation are enormous, a padded x would be larger than all that is
    read of it. Here the windows stand side by side instead: a kernel slides over them with stride k
    and no dilation.
    """
    leading = math.prod(x.shape[: x.ndim - len(window.input_size)])
    most = max(ROOM // max(leading * math.prod(window.kernel_size), 1), 1)
    for some in blocks(window.output_size, most):
        yield some, lay_out(x, window, some, mode)


def lay_out(x: Array, window: Geometry, some: Sequence[slice], mode: str) -> Array:
    """Lay out what the windows at some places read, side by side along each axis."""
    index = []
    for axis, at in enumerate(some):
        starts = window.stride[axis] * np.arange(at.start, at.stop)
        taps = window.dilation[axis] * np.arange(window.kernel_size[axis])
        positions = (starts[:, None] + taps - window.padding[axis][0]).ravel()
        index.append(sources(positions, window.input_size[axis], mode))
    if not x.size:  # all padding
        return np.zeros((*x.shape[: -len(index)], *map(len, index)), x.dtype)
    chosen: list[Any] = list(np.ix_(*index))
    y: Array = x[..., *chosen]
    for axis, source in enumerate(index, -len(index)):
        y.swapaxes(axis, -1)[..., source < 0] = 0
    return y


def blocks(size: Sizes, most: int) -> Iterator[tuple[Any, ...]]:
    """Divide a box into boxes of at most `most` places, or of one.

    A block takes the last axes whole, a run of the one that does not fit, one of those before.
    """
    axes: list[list[slice]] = []
    for n in reversed(size):
        step = max(min(n, most), 1)
        axes.insert(0, [slice(i, min(i + step, n)) for i in range(0, n, step)])
        most //= n or 1
    return itertools.product(*axes)


def unfold(
    input: ArrayLike,
    kernel_size: PerAxis,
    dilation: PerAxis = 1,
    padding: PerAxis | PairPerAxis = 0,
    stride: PerAxis = 1,
) -> Array:
    r"""List what a sliding window reads at each place, one column per place ("im2col").

    .. math:: y[n,\; c\,K + j,\; i] = x[n, c,\, s\,i + d\,j]

    where :math:`x` is the zero-padded input, :math:`j` is one of the :math:`K` taps of the window,
    :math:`i` one of its :math:`L` places, and :math:`s` and :math:`d` are stride and dilation. In
    :math:`y` taps and places are counted in scan order, the last axis fastest; on the right they
    have one component per axis. Kernels written as rows turn the columns into a convolution:
    ``weight.reshape(D, -1) @ unfold(x, k)``.

    Parameters
    ----------
    input : array_like, (N, C, \*S) or (C, \*S)
        Signals, images or volumes, batched or not. Bool, integer, floating or complex.
    kernel_size : int or tuple of int
        Size of the window. A tuple says by its length how many axes are spatial: with ``(3,)`` an
        input (N, C, W) is a batch of signals. An int leaves that to the rank of the input:
        (C, H, W) and (N, C, H, W) as in torch, and also (C, W) and (N, C, T, H, W).
    dilation : int or tuple of int
        Distance between neighbouring taps; 1 is a dense window.
    padding : int, tuple of int or tuple of pairs
        Zeros added on each side, or one pair (before, after) per axis.
    stride : int or tuple of int
        Step between neighbouring places.

    Returns
    -------
    ndarray, (N, C \* K, L) or (C \* K, L)
        New C-contiguous array of the input's dtype. :math:`K` is the product of `kernel_size`,
        :math:`L` that of ``output_size(S, kernel_size, stride, padding, dilation)``.

    Raises
    ------
    ValueError
        When the input's rank is not one of the above, an axis other than :math:`N` is empty, the
        window does not fit, a number is out of range, or a tuple has another length.
    TypeError
        When the input is not numeric, or a size is not an integer.

    References
    ----------
    ``torch.nn.functional.unfold``, which is 2-D only.

    Examples
    --------
    The four 2x2 patches of an image, one per column; the last is 4 5 / 7 8.

    >>> image = np.arange(9).reshape(1, 3, 3)
    >>> unfold(image, 2)
    array([[0, 1, 3, 4],
           [1, 2, 4, 5],
           [3, 4, 6, 7],
           [4, 5, 7, 8]])

    A signal needs a tuple.

    >>> unfold([[1, 2, 3, 4]], kernel_size=(3,), stride=2, padding=1)
    array([[0, 2],
           [1, 3],
           [2, 4]])
    """
    x = numeric(input, "input", *KINDS)
    axes = number_of_axes(kernel_size, "kernel_size", AXES_OF_RANK.get(x.ndim, 2))
    check_rank(x, axes, "input", "unfold")
    check_not_empty(x.shape, axes + 1, "input has shape")
    window = window_of(x.shape[-axes:], kernel_size, dilation, padding, stride)

    *batch, channels = x.shape[:-axes]
    kernel_size, positions = window.kernel_size, window.output_size
    check_memory((*batch, channels, *kernel_size, *positions), x.dtype)
    if is_roomy(x, window):
        patches = np.empty((*batch, channels, *kernel_size, *positions), x.dtype)
        for some, piece in pieces(x, window, "zeros"):
            patches[..., *some] = gather(piece, kernel_size, kernel_size, (1,) * axes)
    else:
        padded = pad(x, window.padding, "zeros")
        patches = gather(padded, kernel_size, window.stride, window.dilation).copy()
    return patches.reshape(*batch, channels * math.prod(kernel_size), math.prod(positions))


def fold(
    input: ArrayLike,
    output_size: PerAxis,
    kernel_size: PerAxis,
    dilation: PerAxis = 1,
    padding: PerAxis | PairPerAxis = 0,
    stride: PerAxis = 1,
) -> Array:
    r"""Add the columns of :func:`unfold` up where they were read: its transpose ("col2im").

    .. math:: x[n, c, t] = \sum_{s\,i + d\,j - p = t} y[n,\; c\,K + j,\; i]

    The sum runs over all :math:`i` and :math:`j` that meet at :math:`t`. The letters are those of
    :func:`unfold`, and :math:`p` is the padding, whose sums are dropped. Values
    that several windows read come back several times, so `fold` does not undo `unfold`: divide by
    ``fold(unfold(ones))``, the number of windows that read each value, to take the mean.

    Parameters
    ----------
    input : array_like, (N, C \* K, L) or (C \* K, L)
        Columns, batched or not. Bool, integer, floating or complex.
    output_size : int or tuple of int
        Spatial size \*S of the result. A tuple says by its length how many axes there are, one to
        three; an int stands for two, as in torch.
    kernel_size, dilation, padding, stride : int or tuple of int
        The window that read the columns, as in :func:`unfold`.

    Returns
    -------
    ndarray, (N, C, \*S) or (C, \*S)
        New C-contiguous array of the input's dtype. Integers are summed in that dtype, modulo its
        range; the sum of bools is "any".

    Raises
    ------
    ValueError
        When the rows are no multiple of :math:`K`, the columns are not as many as the window has
        places in `output_size`, the window does not fit, a number is out of range, or a tuple has
        another length.
    TypeError
        When the input is not numeric, or a size is not an integer.

    References
    ----------
    ``torch.nn.functional.fold``, which is 2-D only.

    Examples
    --------
    Two windows read the 2 and the 3.

    >>> columns = unfold([[1, 2, 3, 4]], kernel_size=(3,))
    >>> columns
    array([[1, 2],
           [2, 3],
           [3, 4]])
    >>> fold(columns, output_size=(4,), kernel_size=3)
    array([[1, 4, 6, 4]])
    """
    y = numeric(input, "input", *KINDS)
    if y.ndim not in (2, 3):
        raise ValueError(
            f"input has shape {y.shape}; fold needs 3 axes (N, C * K, L) or 2 without N"
        )
    axes = number_of_axes(output_size, "output_size", 2)
    size = per_axis(output_size, axes, "output_size", minimum=1)
    window = window_of(size, kernel_size, dilation, padding, stride)
    check_columns(y, window)

    *batch, rows, _ = y.shape
    channels = rows // math.prod(window.kernel_size)
    patches = y.reshape(*batch, channels, *window.kernel_size, *window.output_size)
    return scatter(patches.astype(summing_dtype(y), copy=False), window, y.dtype)


def number_of_axes(sizes: Any, name: str, otherwise: int) -> int:
    """Return the number of spatial axes: a tuple says it by its length, an int does not."""
    if not isinstance(sizes, tuple | list):
        return otherwise
    if len(sizes) not in (1, 2, 3):
        raise ValueError(f"{name} is {shown(sizes)}; it must be one int or a tuple of one to three")
    return len(sizes)


def window_of(
    size: Sizes,
    kernel_size: PerAxis,
    dilation: PerAxis,
    padding: PerAxis | PairPerAxis,
    stride: PerAxis,
) -> Geometry:
    """Normalise a window; unlike elsewhere a tuple of one stands for one axis, not for all."""
    axes = len(size)
    return Geometry.of(
        size,
        entry_per_axis(kernel_size, axes, "kernel_size", minimum=1),
        entry_per_axis(stride, axes, "stride", minimum=1),
        padding if holds_pairs(padding) else entry_per_axis(padding, axes, "padding", minimum=0),
        entry_per_axis(dilation, axes, "dilation", minimum=1),
    )


def check_columns(y: Array, window: Geometry) -> None:
    """Check that y (..., C*K, L) has whole channels, and one column per place of the window."""
    *_, rows, columns = y.shape
    taps, places = math.prod(window.kernel_size), math.prod(window.output_size)
    if rows == 0 or rows % taps:
        raise ValueError(
            f"input has {rows} rows; with kernel_size {window.kernel_size} it must be "
            f"a positive multiple of {taps}"
        )
    if columns != places:
        raise ValueError(
            f"input has {columns} columns; with output_size {window.input_size} it must have "
            f"{places}, one per place of the window"
        )
