"""Naive: the formula, written as loops.

The idea
    Slide the kernel. At each place multiply what lies under it, tap by tap, and add up::

        y[n, o, i] = sum over c, j of  w[o, c, j] * x[n, c, s*i + d*j]

    with stride s and dilation d; i and j have one component per spatial axis.
Multiplications
    N * D * (C / groups) * (output positions) * (kernel taps): the count all direct methods share.
Memory
    Nothing besides the result.
When it wins
    On the page: nothing is easier to check. On images Python runs it a hundred to a thousand
    times slower than the others.
Source
    The formula of ``torch.nn.Conv2d``, for any number of axes.
"""

import numpy as np

from ..arguments import Array, Sizes
from ..geometry import places


def correlate(x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int) -> Array:
    """Correlate a padded x (N, C, *S) with w (D, C/groups, *K); return (N, D, *S_out)."""
    out_channels, channels, *kernel_size = w.shape
    positions = places(x.shape[2:], kernel_size, stride, dilation)
    y = np.zeros((len(x), out_channels, *positions), x.dtype)
    for n, o, *i in np.ndindex(y.shape):
        first = o // (out_channels // groups) * channels  # first channel of o's group
        for c, *j in np.ndindex(w.shape[1:]):
            under = [s * a + d * b for s, a, d, b in zip(stride, i, dilation, j, strict=True)]
            y[n, o, *i] += w[o, c, *j] * x[n, first + c, *under]
    return y
