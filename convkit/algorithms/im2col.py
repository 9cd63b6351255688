"""im2col: copy every patch into a column, then one matrix product per group.

The idea
    All outputs of a channel are dot products with the same weights. Lay the patches side by side
    as the columns of a matrix, the kernels as the rows of another, and let one matrix product do
    all the dot products at once::

        (D, C*k) @ (C*k, positions) = (D, positions)          k = kernel taps
Multiplications
    The same as naive, N * D * (C / groups) * positions * k, but inside a tuned matrix product.
Memory
    The patch matrix repeats every input value up to k times: 9 times the input for a 3x3 kernel.
When it wins
    For the small kernels of networks, in floating point: there a matrix product runs near the
    machine's peak.
Source
    K. Chellapilla, S. Puri and P. Simard, "High performance convolutional neural networks for
    document processing", 2006.
"""

import math

from ..arguments import Array, Sizes
from ..patches import gather


def correlate(x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int) -> Array:
    """Correlate a padded x (N, C, *S) with w (D, C/groups, *K); return (N, D, *S_out)."""
    out_channels, channels, *kernel_size = w.shape
    windows = gather(x, kernel_size, stride, dilation)
    positions = windows.shape[x.ndim :]
    taps = channels * math.prod(kernel_size)
    columns = windows.reshape(len(x), groups, taps, math.prod(positions))
    rows = w.reshape(groups, out_channels // groups, taps)
    return (rows @ columns).reshape(len(x), out_channels, *positions)
