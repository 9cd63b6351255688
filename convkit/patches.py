r"""Patches: what a sliding window reads at each place, and the transpose of reading.

Reading and its transpose carry most of the package. With U the linear map that lists the patches
of x as columns, and W the kernels as rows,

    y = W U x            convolution            (algorithms/im2col.py)
    U^T W^T y            transposed convolution (transpose.py)

Pooling replaces W by a maximum or a mean.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .arguments import Array, Sizes
from .geometry import span


def gather(x: Array, kernel_size: Sizes, stride: Sizes, dilation: Sizes) -> Array:
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


def scatter(patches: Array, size: Sizes, stride: Sizes, dilation: Sizes) -> Array:
    """Add patches (N, C, *K, *S_out) up into x (N, C, *size): the transpose of `gather`.

    Value [n, c, j, i] is added to x[n, c, s*i + d*j]; where patches overlap, they sum.
    """
    axes = len(size)
    kernel_size, positions = patches.shape[2 : 2 + axes], patches.shape[2 + axes :]
    x = np.zeros((*patches.shape[:2], *size), patches.dtype)
    for j in np.ndindex(*kernel_size):
        first = [d * b for d, b in zip(dilation, j, strict=True)]
        reads = [
            slice(f, f + span(n, s), s) for f, n, s in zip(first, positions, stride, strict=True)
        ]
        x[:, :, *reads] += patches[:, :, *j]
    return x
