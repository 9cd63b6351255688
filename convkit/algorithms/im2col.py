"""im2col: copy every patch into a column, then one matrix product per group.

The idea
    All outputs of a channel are dot products with the same weights. Lay the patches side by side
    as the columns of a matrix, the kernels as the rows of another, and let one matrix product do
    all the dot products at once::

        (D, C*k) @ (C*k, positions) = (D, positions)          k = kernel taps

    The columns of a whole batch would leave the cache before the product reads them. So a few
    examples at a time are copied and multiplied. A 1x1 kernel copies nothing: its columns are
    the input.
Multiplications
    The same as naive, N * D * (C / groups) * positions * k, but inside a tuned matrix product.
Memory
    The columns of one block: each input value up to k times, 4 MB or the columns of one example.
When it wins
    For the small kernels of networks, in floating point: there a matrix product runs near the
    machine's peak.
Source
    K. Chellapilla, S. Puri and P. Simard, "High performance convolutional neural networks for
    document processing", 2006.
"""

import math

import numpy as np

from ..arguments import Array, Sizes
from ..patches import gather

BLOCK = 4 * 2**20  # bytes of columns: a share of the cache; from 16 MB on it is slower


def correlate(x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int) -> Array:
    """Correlate a padded x (N, C, *S) with w (D, C/groups, *K); return (N, D, *S_out)."""
    out_channels, channels, *kernel_size = w.shape
    windows = gather(x, kernel_size, stride, dilation)
    positions = windows.shape[x.ndim :]
    taps, places = channels * math.prod(kernel_size), math.prod(positions)
    rows = w.reshape(groups, out_channels // groups, taps)
    y = np.empty((len(x), groups, out_channels // groups, places), x.dtype)
    step = max(BLOCK // max(groups * taps * places * x.itemsize, 1), 1)  # examples in a block
    for first in range(0, len(x), step):
        block = slice(first, first + step)
        columns = windows[block].reshape(-1, groups, taps, places)
        # In 1-D the reshaped view may still overlap itself; a matrix product wants it copied.
        np.matmul(rows, np.ascontiguousarray(columns), out=y[block])
    return y.reshape(len(x), out_channels, *positions)
