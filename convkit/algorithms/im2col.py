"""im2col: copy every patch into a column, then one matrix product per group.

The idea
    All outputs of a channel are dot products with the same weights. Lay the patches side by side
    as the columns of a matrix, the kernels as the rows of another, and let one matrix product do
    all the dot products at once::

        (D, C*k) @ (C*k, positions) = (D, positions)          k = kernel taps

    The columns of a whole batch, or of one large image, would leave the cache before the product
    reads them. So they are copied and multiplied block by block. A 1x1 kernel copies nothing: its
    columns are the input.
Multiplications
    The same as naive, N * D * (C / groups) * positions * k, but inside a tuned matrix product.
Memory
    The columns of one block: 4 MB, or as much as the kernels. All columns would hold an input value
    as often as it is read: up to k times, less near the border.
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
from ..patches import blocks, gather

BLOCK = 4 * 2**20  # bytes of columns: a share of the cache; from 16 MB on it is slower


def correlate(x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int) -> Array:
    """Correlate a padded x (N, C, *S) with w (D, C/groups, *K); return (N, D, *S_out)."""
    out_channels, channels, *kernel_size = w.shape
    windows = gather(x, kernel_size, stride, dilation)  # (N, C, *K, *S_out)
    positions = windows.shape[x.ndim :]
    taps = channels * math.prod(kernel_size)
    rows = w.reshape(groups, out_channels // groups, taps)
    y = np.empty((len(x), groups, out_channels // groups, *positions), x.dtype)
    # Each block reads all kernels, so it should not be smaller than they are.
    room = max(BLOCK, w.nbytes) // (groups * taps * x.itemsize)
    for examples, *where in blocks((len(x), *positions), room):
        patches = windows[examples, ..., *where]
        columns = patches.reshape(len(patches), groups, taps, -1)
        # In 1-D the reshaped view may still overlap itself; a matrix product wants it copied.
        columns = np.ascontiguousarray(columns)
        part = y[examples, ..., *where]
        np.matmul(rows, columns, out=part.reshape(*part.shape[:3], -1))  # a view: places in a row
        del columns  # or it would be held while the next block is filled
    return y.reshape(len(x), out_channels, *positions)
