"""im2col: copy every patch into a column, then one matrix product per group.

The idea
    All outputs of a channel are dot products with the same weights. Lay the patches side by side
    as the columns of a matrix, the kernels as the rows of another, and let one matrix product do
    all the dot products at once:

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

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..geometry import span


def patches(x, kernel_size, stride, dilation):
    """View x (N, C, *S) as (N, C, *K, *S_out): entry [n, c, j, i] is x[n, c, s*i + d*j].

    No value is copied: each patch is the same memory read with other strides.
    """
    spatial = tuple(range(2, x.ndim))
    spans = tuple(span(k, d) for k, d in zip(kernel_size, dilation, strict=True))
    windows = sliding_window_view(x, spans, axis=spatial)  # (N, C, *places, *spans)
    steps = [slice(None, None, step) for step in (*stride, *dilation)]
    windows = windows[:, :, *steps]  # (N, C, *S_out, *K)
    taps = tuple(range(x.ndim, windows.ndim))
    return np.moveaxis(windows, taps, spatial)


def correlate(x, w, stride, dilation, groups):
    """Correlate a padded x (N, C, *S) with w (D, C/groups, *K); return (N, D, *S_out)."""
    out_channels, channels, *kernel_size = w.shape
    windows = patches(x, kernel_size, stride, dilation)
    positions = windows.shape[x.ndim :]
    taps = channels * math.prod(kernel_size)
    columns = windows.reshape(len(x), groups, taps, math.prod(positions))
    rows = w.reshape(groups, out_channels // groups, taps)
    return (rows @ columns).reshape(len(x), out_channels, *positions)
