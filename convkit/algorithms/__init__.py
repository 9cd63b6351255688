r"""Four algorithms behind one narrow door.

Each file has one idea and one function ``correlate(x, w, stride, dilation, groups)``:
x (N, C, \*S) already padded, w (D, C/groups, \*K), result (N, D, \*S_out). Three share one view of
all patches: im2col copies it, matrix asks it which inputs an output reads, and fft takes its tiles
from it. fft hands over to im2col what spectra cannot hold.
"""

from typing import Literal, TypeAlias

import numpy as np

from ..arguments import Array, Sizes, summing_dtype
from ..geometry import places
from . import cost, fft, im2col, matrix, naive

Method: TypeAlias = Literal["auto", "naive", "matrix", "im2col", "fft", "winograd"]
METHODS = {
    "naive": naive.correlate,
    "matrix": matrix.correlate,
    "im2col": im2col.correlate,
    "fft": fft.correlate,
}


def correlate(
    x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int, method: str = "auto"
) -> Array:
    """Run the algorithm named `method`.

    Half precision is computed in single precision, which every algorithm has, and returned so: the
    caller rounds, once.
    """
    working = summing_dtype(x)
    if 0 in (x.size, w.size):  # no example, or no channel to sum over
        positions = places(x.shape[2:], w.shape[2:], stride, dilation)
        return np.zeros((len(x), len(w), *positions), working)
    x, w = x.astype(working, copy=False), w.astype(working, copy=False)
    if method == "auto":
        method = choose(x, w, stride, dilation)
    return METHODS[method](x, w, stride, dilation, groups)


def choose(x: Array, w: Array, stride: Sizes, dilation: Sizes) -> str:
    """Name the one of im2col and fft that should be faster, by the estimates of ``cost.py``.

    The other two are for reading: naive runs in Python, and matrix builds an entry for each
    multiplication that im2col makes. Integers take the FFT only where it is exact.
    """
    stride, dilation = tuple(stride), tuple(dilation)
    direct = cost.im2col(x.shape, w.shape, stride, dilation, x.dtype)
    spectral, _ = cost.fft(x.shape, w.shape, dilation, x.dtype)
    if spectral < direct and (np.issubdtype(x.dtype, np.inexact) or fft.is_exact(x, w)):
        return "fft"
    return "im2col"
