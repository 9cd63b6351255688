"""Winograd: multiply polynomials by multiplying their values, tile by tile.

The idea
    The value of a product is the product of the values, and n points determine a polynomial of n
    coefficients. So n multiplications suffice for the product of two polynomials, which is a
    convolution (Toom and Cook). Read backwards this gives m neighbouring outputs of a correlation
    with k taps from the n = m + k - 1 inputs that they read::

        y = A ((G w) * (B x))           A is m by n, B is n by n, G is n by k

    G evaluates the kernel at the points; B and A lead there and back. On several axes each matrix
    acts along each axis. The sum over channels stands between the transforms: at each point a
    matrix product of filters and tiles.
Multiplications
    n for m outputs along each axis instead of m*k: with tiles of m = 4 and 3x3 taps 36 instead of
    144, times N * D * C * tiles; and for the transforms 2*n on each axis of each number of a tile.
Memory
    The transformed kernels, n numbers instead of k along each axis, and one block of tiles: 4 MB,
    or as much as the kernels.
When it wins
    Dense 3x3 layers from some 32 channels on, which pay for the transforms. It has no stride, no
    dilation and no groups, and its numbers grow with the kernel, which may have 2 to 5 taps.
    The result is checked, see :mod:`convkit.algorithms.precision`.
Source
    S. Winograd, "Arithmetic complexity of computations", 1980; A. Lavin and S. Gray, "Fast
    algorithms for convolutional neural networks", 2016.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arguments import Array, Sizes
from ..padding import pad
from ..patches import blocks, gather
from . import im2col, precision
from .cores import CORES, on_all_cores
from .products import product

TILE = 4  # outputs of a tile along an axis
POINTS = (0.0, 1.0, -1.0, 2.0, -0.5, -2.0, 0.5)  # as many as needed, and infinity


def correlate(x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int) -> Array:
    """Correlate a padded x (N, C, *S) with w (D, C, *K); return (N, D, *S_out).

    Where single precision is not enough double takes its place, and where that is not enough, or a
    NaN or an infinity fills a tile, the direct sum.
    """
    if message := refusal(w.shape[2:], stride, dilation, groups):
        raise ValueError(message)
    if np.issubdtype(x.dtype, np.integer):
        if not is_exact(x, w):
            raise precision.inexact("winograd")
        return precision.rounded_back(correlate_tiles, x, w)

    def direct(x: Array, w: Array) -> Array:
        return im2col.correlate(x, w, stride, dilation, groups)

    return precision.promised(correlate_tiles, direct, x, w)


def refusal(kernel_size: Sizes, stride: Sizes, dilation: Sizes, groups: int) -> str | None:
    """Say what Winograd cannot do of this; None if it can do it all."""
    if {2, 3, 4, 5}.issuperset(kernel_size) and {1}.issuperset((*stride, *dilation, groups)):
        return None  # at once: the choice asks for every call
    conditions = {
        f"weight has {tuple(kernel_size)} taps; it takes 2 to 5": set(kernel_size) <= {2, 3, 4, 5},
        f"stride is {tuple(stride)}; it takes 1": set(stride) == {1},
        f"dilation is {tuple(dilation)}; it takes 1": set(dilation) == {1},
        f"groups is {groups}; it takes 1": groups == 1,
    }
    failed = (what for what, met in conditions.items() if not met)
    return next((f"method is 'winograd', but {what}" for what in failed), None)


def correlate_tiles(x: Array, w: Array) -> tuple[Array, float]:
    """Correlate block by block; return the result and by how much an output may be wrong."""
    filters, channels, *kernel_size = w.shape
    places = [n - k + 1 for n, k in zip(x.shape[2:], kernel_size, strict=True)]
    tiles = [-(-n // TILE) for n in places]
    a, b, g = zip(*(matrices(k, x.dtype) for k in kernel_size), strict=True)
    kernels = transform(g, np.moveaxis(w, (0, 1), (-2, -1)))  # (*n, D, C)
    weights, sums = precision.random_sums(w)
    y = np.empty((len(x), filters, *places), x.dtype)
    errors = [0.0]

    def work(piece: tuple[Any, ...]) -> None:
        examples, *which = piece
        ends = [(TILE * t.start, TILE * t.stop) for t in which]  # the last may lie outside
        reads = [slice(i, j + k - 1) for (i, j), k in zip(ends, kernel_size, strict=True)]
        part, block = x[examples, :, *reads], y[examples, :, *(slice(*pair) for pair in ends)]
        correlate_block(part, kernels, a, b, block)
        errors.append(precision.deviation(part, block, weights, sums))

    numbers = kernels[..., 0, 0].size * (channels + filters)  # of a tile, and then of its check
    numbers += TILE ** len(tiles) * sums[:, 0].size
    room = max(im2col.BLOCK // CORES, kernels.nbytes) // (numbers * x.itemsize)
    on_all_cores(work, list(blocks((len(x), *tiles), room)))
    return y, float(np.max(errors))  # which, unlike max(), is NaN if one of them is


def correlate_block(
    x: Array, kernels: Array, a: Sequence[Array], b: Sequence[Array], y: Array
) -> None:
    """Correlate x (N, C, *S) with transformed kernels (*n, D, C) into y (N, D, *S_out)."""
    *size, _, channels = kernels.shape
    axes = len(size)
    x = pad(x, [(0, -n % TILE) for n in y.shape[2:]], "zeros")
    tiles = gather(x, size, (TILE,) * axes, (1,) * axes)  # (N, C, *n, *M)
    values = transform(b, np.moveaxis(tiles, (1, 0), (axes, axes + 1)))  # (*n, C, N, *M)
    products = product(kernels, values.reshape(*size, channels, -1))
    tiles_of_y = transform(a, products).reshape(*(TILE,) * axes, -1, *values.shape[axes + 1 :])
    for i in np.ndindex(*(TILE,) * axes):
        outputs = y[:, :, *(slice(k, None, TILE) for k in i)]
        outputs[...] = tiles_of_y[i].swapaxes(0, 1)[:, :, *map(slice, outputs.shape[2:])]


def transform(matrices: Sequence[Array], x: Array) -> Array:
    """Multiply each of the first axes of x by its matrix."""
    for axis, matrix in enumerate(matrices):
        before, after = x.shape[:axis], x.shape[axis + 1 :]
        y = product(matrix, x.reshape(math.prod(before), x.shape[axis], -1))
        x = y.reshape(*before, len(matrix), *after)
    return x


@functools.cache
def matrices(taps: int, dtype: np.dtype[Any]) -> tuple[Array, Array, Array]:
    """Return A, B and G for so many taps.

    The polynomial that is 1 at one point and 0 at the others leads back from values (Lagrange). Its
    denominator stands in G instead of B, so that A and B are exact.
    """
    points = np.array(POINTS[: TILE + taps - 2])
    others = [points[points != point] for point in points]
    lagrange = [*([*np.poly(rest)[::-1], 0] for rest in others), np.poly(points)[::-1]]
    denominators = [*(np.prod(p - rest) for p, rest in zip(points, others, strict=True)), 1]

    def values(coefficients: int) -> Array:  # at infinity the last coefficient is all that counts
        powers = np.vander(points, coefficients, increasing=True)
        return np.vstack([powers, np.eye(coefficients)[-1]])

    g = values(taps) / np.reshape(denominators, (-1, 1))
    return values(TILE).T.astype(dtype), np.array(lagrange, dtype), g.astype(dtype)


def is_exact(x: Array, w: Array) -> bool:
    """Say whether float64 holds the sums of these integers well enough to be rounded back.

    The worst case: all numbers as large as the largest, no sign cancels, all roundings add up.
    """
    largest = math.prod(float(np.abs(a.astype(float)).max(initial=0)) for a in (x, w))
    roundings = channels = w.shape[1]
    for taps in w.shape[2:]:
        a, b, g = map(np.abs, matrices(taps, np.dtype(float)))
        largest *= (a @ (b.sum(axis=1) * g.sum(axis=1))).max()
        roundings += 3 * len(b)
    return bool(np.finfo(float).eps * roundings * channels * largest < 0.5)
