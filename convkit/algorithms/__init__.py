r"""Four algorithms behind one narrow door.

Each file has one idea and one function ``correlate(x, w, stride, dilation, groups)``:
x (N, C, \*S) already padded, w (D, C/groups, \*K), result (N, D, \*S_out).
"""

import math

import numpy as np

from . import fft, im2col, matrix, naive

METHODS = {
    "naive": naive.correlate,
    "matrix": matrix.correlate,
    "im2col": im2col.correlate,
    "fft": fft.correlate,
}


def correlate(x, w, stride, dilation, groups, method="auto"):
    """Run the algorithm named `method`; half precision is computed in single precision."""
    if x.dtype == np.float16:
        y = correlate(x.astype(np.float32), w.astype(np.float32), stride, dilation, groups, method)
        return y.astype(np.float16)
    name = choose(x, w, stride, dilation) if method == "auto" else method
    return METHODS[name](x, w, stride, dilation, groups)


def choose(x, w, stride, dilation):
    """Name the faster of im2col and FFT.

    A direct sum costs one multiplication per kernel tap, an FFT about the same for every kernel.
    Measured against each other, the FFT wins from 49 taps in 2-D and 3-D and from 24 in 1-D, if
    stride or dilation waste none of its work and there is one channel or at least 16 (the spectra
    are then worth their transforms). Integers stay with sums that are always exact.
    """
    channels = min(x.shape[1], len(w))
    large = math.prod(w.shape[2:]) >= (24 if w.ndim == 3 else 49)
    dense = all(step == 1 for step in (*stride, *dilation))
    worthwhile = x.shape[1] == len(w) == 1 or (channels >= 16 and w.shape[1] == x.shape[1])
    floating = np.issubdtype(x.dtype, np.inexact)
    return "fft" if large and dense and worthwhile and floating else "im2col"
