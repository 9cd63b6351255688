r"""The algorithms behind one narrow door.

Each file has one idea and one function ``correlate(x, w, stride, dilation, groups)``:
x (N, C, \*S) already padded, w (D, C/groups, \*K), result (N, D, \*S_out). All but naive share one
view of all patches: im2col copies it, matrix asks it which inputs an output reads, fft and winograd
take their tiles from it. These two hand over to im2col what they cannot give precisely.
"""

from typing import Literal, TypeAlias

import numpy as np

from ..arguments import Array, Sizes, summing_dtype
from ..geometry import places
from . import cost, fft, im2col, matrix, naive, winograd

Method: TypeAlias = Literal["auto", "naive", "matrix", "im2col", "fft", "winograd"]
METHODS = {
    "naive": naive.correlate,
    "matrix": matrix.correlate,
    "im2col": im2col.correlate,
    "fft": fft.correlate,
    "winograd": winograd.correlate,
}


def correlate(
    x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int, method: str = "auto"
) -> Array:
    """Run the algorithm named `method`.

    Half precision is computed in single precision, which every algorithm has, and long sums of
    single precision in double. They are returned so: the caller rounds, once.
    """
    working = summing_dtype(x)
    if w.size == 0:  # no channel to sum over
        positions = places(x.shape[2:], w.shape[2:], stride, dilation)
        return np.zeros((len(x), len(w), *positions), working)
    x, w = x.astype(working, copy=False), w.astype(working, copy=False)
    if method == "auto":
        method = choose(x, w, stride, dilation)
    if adds_in_turn(w, groups, method):
        double = np.result_type(w, np.float64)
        x, w = x.astype(double), w.astype(double)
    return METHODS[method](x, w, stride, dilation, groups)


def adds_in_turn(w: Array, groups: int, method: str) -> bool:
    """Say whether so many numbers of single precision are added one after the other.

    n additions in turn lose up to n roundings of 6e-8: with 1600 that nears the promised 1e-4.
    A matrix product of several rows adds in blocks, and loses far less.
    """
    one_row = method == "im2col" and len(w) == groups
    in_turn = one_row or method in ("naive", "matrix")
    return in_turn and w.dtype.char in "fF" and w[0].size > 1600


def choose(x: Array, w: Array, stride: Sizes, dilation: Sizes) -> str:
    """Name the one of im2col, fft and winograd that should be fastest, by ``cost.py``.

    The others are for reading: naive runs in Python, and matrix builds an entry for each
    multiplication that im2col makes. Integers take the FFT only where it is exact.
    """
    stride, dilation = tuple(stride), tuple(dilation)
    direct = cost.im2col(x.shape, w.shape, stride, dilation, x.dtype)
    if direct < min(cost.FFT_CALLS, cost.WINOGRAD_CALLS):  # before the others have started
        return "im2col"
    floats, groups = np.issubdtype(x.dtype, np.inexact), x.shape[1] // w.shape[1]
    estimates = {"im2col": direct, "fft": cost.fft(x.shape, w.shape, dilation, x.dtype)[0]}
    if floats and not winograd.refusal(w.shape[2:], stride, dilation, groups):
        estimates["winograd"] = cost.winograd(x.shape, w.shape, x.dtype)
    best = min(estimates, key=lambda name: estimates[name])
    return best if best != "fft" or floats or fft.is_exact(x, w) else "im2col"
