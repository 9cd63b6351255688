"""What the detours promise on whatever data, and how they keep it.

The FFT and Winograd reach an output by way of other numbers, some larger than the output, and what
rounding takes from those is relative to them. So both say with each result by how much an output
may be wrong. Where that is too much they run once more in double precision.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ..arguments import Array
from .products import product

SINGLE, DOUBLE = 1e-4, 1e-10  # promised: the largest error, relative to the largest output
CHECKS, FILTERS = 4, 64  # random sums that each filter is in, and filters in a sum
LEEWAY = 2  # an output may be wrong by so many times what the sums show

# From x and w, of floats, to the result and by how much an output may be wrong.
Detour: TypeAlias = Callable[[Array, Array], tuple[Array, float]]


def promised(detour: Detour, direct: Callable[[Array, Array], Array], x: Array, w: Array) -> Array:
    """Return what the detour gives once it is good enough for the dtype of x, else the direct sum.

    A NaN or an infinity, which spreads over more than its own outputs, fails one of the conditions.
    """
    double = np.result_type(x, np.float64)
    allowed = DOUBLE if x.dtype == double else SINGLE
    for precision in dict.fromkeys((x.dtype, double)):
        operands = x.astype(precision, copy=False), w.astype(precision, copy=False)
        y, error = detour(*operands)
        largest = np.abs(y).max(initial=0)
        if np.isfinite(largest) and error <= allowed * largest:
            return y.astype(x.dtype, copy=False)
    if np.isfinite(largest):  # the sums cancel, so a direct one needs its digits as well
        return direct(*operands).astype(x.dtype, copy=False)
    return direct(x, w)


def rounded_back(detour: Detour, x: Array, w: Array) -> Array:
    """Send integers through a detour that is exact enough in float64."""
    y, _ = detour(x.astype(float), w.astype(float))
    return np.rint(y).astype(np.int64).astype(x.dtype)


def inexact(method: str) -> ValueError:
    """Refuse integers that would not come back."""
    return ValueError(
        f"method is {method!r}, but sums of integers as large as these may not come back exactly "
        "from float64; use method='im2col'"
    )


def random_sums(w: Array) -> tuple[Array, Array]:
    """Return random weights (R, D) of the filters, and the sums (R, C, *K) of w weighed by them."""
    filters = len(w)
    count = -(-filters // FILTERS)
    rng = np.random.default_rng(0)
    shape = CHECKS, 1, filters
    weights = rng.uniform(0.5, 1.5, shape) * rng.choice([-1, 1], shape)
    mine = np.arange(filters) % count == np.arange(count)[:, None]
    weights = (weights * mine).reshape(-1, filters).astype(w.dtype)
    return weights, np.tensordot(weights, w, 1)


def deviation(x: Array, y: Array, weights: Array, sums: Array) -> float:
    """Compare weighed sums of the outputs y (N, D, *S_out) with those of x by the summed kernels.

    A sum of kernels gives the sum of their outputs, so this checks all filters for the price of a
    few (R. Freivalds, "Probabilistic machines can use less running time", 1977). Of an error of one
    filter a sum shows half or more. Errors of several may cancel, to less than a quarter in a sum
    in about five, whatever they are; in all four of its sums in one case of some hundred. An error
    that stands at several places has to escape at each.
    """
    rows, channels, *kernel_size = sums.shape
    taps = np.moveaxis(sums, 1, -1).reshape(-1, channels)
    read = product(taps, x.reshape(len(x), channels, -1))
    read = read.reshape(-1, rows, *kernel_size, *x.shape[2:])
    difference = product(weights, y.reshape(*y.shape[:2], -1)).reshape(-1, rows, *y.shape[2:])
    for j in np.ndindex(*kernel_size):
        difference -= read[:, :, *j, *map(slice, j, np.add(j, y.shape[2:]))]
    return float(LEEWAY * np.abs(difference).max())
