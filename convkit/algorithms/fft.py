"""FFT: multiply spectra instead of sliding.

The idea
    The Fourier transform turns a circular correlation into a product, frequency by frequency::

        F(y) = F(x) * conj(F(conj(w)))

    The conjugate is the flip that separates correlation from convolution. A circular result of
    the length of the padded input wraps around only where the kernel would stick out, so the
    "valid" part is simply its beginning. Dilation inserts zeros into the kernel; stride keeps
    every s-th value of the result.
Multiplications
    About L log2 L for each of the N*C + D*C/groups + N*D transforms of L points, and
    N*D*(C/groups)*L complex ones between the spectra, four real ones each. No kernel size in it.
Memory
    The spectra: (N*C + D*C/groups + N*D) * L complex numbers (half as many for real input).
When it wins
    Large kernels, stride 1. It loses with small kernels, and stride wastes what it computes.
Source
    J. W. Cooley and J. W. Tukey, "An algorithm for the machine calculation of complex Fourier
    series", 1965; T. G. Stockham, "High-speed convolution and correlation", 1966.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import scipy  # its submodules are slow to import: scipy.fft is loaded when first used

from ..arguments import Array, Sizes
from ..geometry import span
from . import im2col

Transform: TypeAlias = Callable[[Array, Sizes, Sizes], Array]  # of an array, to lengths, over axes


def correlate(x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int) -> Array:
    """Correlate a padded x (N, C, *S) with w (D, C/groups, *K); return (N, D, *S_out).

    The spectra are double precision whatever x is. Their error is relative to the norms of x and
    w, not to y: where y is small beside them, the sum is done directly.
    """
    if np.issubdtype(x.dtype, np.integer):
        if not is_exact(x, w):
            raise ValueError(
                "method is 'fft', but sums of integers as large as these may not come back exactly "
                "from float64 spectra; use method='im2col'"
            )
        y = correlate_spectra(x.astype(float), w.astype(float), stride, dilation, groups)
        return np.rint(y).astype(np.int64).astype(x.dtype)
    double = np.result_type(x, np.float64)
    y = correlate_spectra(x.astype(double), w.astype(double), stride, dilation, groups)
    y = y.astype(x.dtype)
    largest = np.abs(y).max(initial=0)
    promised = 1e-10 if x.dtype == double else 1e-4  # relative to the largest output
    # A NaN or an infinity, which would fill every frequency, fails one of the two conditions.
    if np.isfinite(largest) and rounding_error(x, w) <= promised * largest:
        return y
    return im2col.correlate(x, w, stride, dilation, groups)


def correlate_spectra(x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int) -> Array:
    """Transform, multiply and add over channels, transform back, keep what "valid" keeps."""
    real = not np.iscomplexobj(x)
    forward, backward = transforms(real)
    lengths = tuple(scipy.fft.next_fast_len(n, real) for n in x.shape[2:])
    axes = tuple(range(2, x.ndim))

    x_spectrum = forward(x, lengths, axes)
    w_spectrum = forward(insert_zeros(w, dilation).conj(), lengths, axes).conj()
    x_groups = x_spectrum.reshape(len(x), groups, w.shape[1], *x_spectrum.shape[2:])
    w_groups = w_spectrum.reshape(groups, len(w) // groups, *w_spectrum.shape[1:])
    y_groups = np.einsum("ngc...,gdc...->ngd...", x_groups, w_groups)
    y = backward(y_groups.reshape(len(x), len(w), *x_spectrum.shape[2:]), lengths, axes)

    spans = [span(k, d) for k, d in zip(w.shape[2:], dilation, strict=True)]
    valid = [slice(0, n - k + 1, s) for n, k, s in zip(x.shape[2:], spans, stride, strict=True)]
    return y[:, :, *valid]


def transforms(real: bool) -> tuple[Transform, Transform]:
    """Return the Fourier transform and its inverse; a real array's spectrum is stored by half."""
    if real:
        return scipy.fft.rfftn, scipy.fft.irfftn
    return scipy.fft.fftn, scipy.fft.ifftn


def insert_zeros(w: Array, dilation: Sizes) -> Array:
    """Put d - 1 zeros between neighbouring taps: a dilated kernel is a longer, sparser one."""
    spans = [span(k, d) for k, d in zip(w.shape[2:], dilation, strict=True)]
    longer = np.zeros((*w.shape[:2], *spans), w.dtype)
    longer[:, :, *(slice(None, None, d) for d in dilation)] = w
    return longer


def is_exact(x: Array, w: Array) -> bool:
    """Say whether spectra hold the sums of these integers well enough to be rounded back."""
    return rounding_error(x, w) < 0.5


def rounding_error(x: Array, w: Array) -> float:
    """Bound the error of an output computed by way of float64 spectra.

    An output is at most the norm of its example times the norm of its kernel (Cauchy and Schwarz).
    The transforms lose about log2(L) roundings of that, the sum over channels at most as many as
    there are channels. Thousands of random problems stayed below half of this bound.
    """
    points = max(math.prod(x.shape[2:]), 2)
    roundings: float = math.log2(points) + w.shape[1]
    return np.finfo(float).eps * roundings * largest_norm(x) * largest_norm(w)


def largest_norm(arrays: Array) -> float:
    """Largest Euclidean norm among the arrays stacked along the first axis."""
    magnitudes = np.abs(arrays.astype(np.result_type(arrays, np.float64)))
    energies = np.square(magnitudes).sum(axis=tuple(range(1, arrays.ndim)))
    return math.sqrt(energies.max(initial=0))
