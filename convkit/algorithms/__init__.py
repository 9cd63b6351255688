r"""Four algorithms behind one narrow door.

Each file has one idea and one function ``correlate(x, w, stride, dilation, groups)``:
x (N, C, \*S) already padded, w (D, C/groups, \*K), result (N, D, \*S_out). Two lean on im2col:
matrix asks its view of all patches which inputs an output reads, and fft hands over what
spectra cannot hold.
"""

import math

import numpy as np

from ..arguments import Array, Sizes, silently, summing_dtype
from ..geometry import places
from . import fft, im2col, matrix, naive

METHODS = {
    "naive": naive.correlate,
    "matrix": matrix.correlate,
    "im2col": im2col.correlate,
    "fft": fft.correlate,
}


@silently
def correlate(
    x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int, method: str = "auto"
) -> Array:
    """Run the algorithm named `method`, silent about overflow and NaN as torch is.

    Half precision is computed in single precision, which every algorithm has.
    """
    run = METHODS[choose(x, w, stride, dilation) if method == "auto" else method]
    working = summing_dtype(x)
    x_working, w_working = x.astype(working, copy=False), w.astype(working, copy=False)
    y = run(x_working, w_working, stride, dilation, groups)
    return y.astype(x.dtype, copy=False)


def choose(x: Array, w: Array, stride: Sizes, dilation: Sizes) -> str:
    """Name the one of im2col and fft that should be faster.

    The unit of cost is the time to copy a number. im2col copies every patch and then multiplies.
    Inside a floating matrix product a multiplication costs about 1/30 (measured); integers have no
    fast product, and there it costs 1. fft takes L log2 L steps for each transform of L points, at
    about 1 a step, and a product of two complex numbers costs 4. Integers take the FFT only where
    it is exact.
    """
    examples, channels, *size = x.shape
    filters, per_group, *kernel_size = w.shape
    floating = np.issubdtype(x.dtype, np.inexact)
    points = math.prod(size)
    pairs = examples * filters * per_group

    outputs = math.prod(places(size, kernel_size, stride, dilation))
    taps = math.prod(kernel_size)
    direct = outputs * taps * (examples * channels + pairs / (30 if floating else 1))

    transforms = examples * channels + filters * per_group + examples * filters
    spectral = points * (transforms * math.log2(max(points, 2)) + 4 * pairs)
    if spectral < direct and (floating or fft.is_exact(x, w)):
        return "fft"
    return "im2col"
