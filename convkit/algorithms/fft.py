"""FFT: multiply spectra instead of sliding.

The idea
    The Fourier transform turns a circular correlation into a product, frequency by frequency:

        F(y) = F(x) * conj(F(conj(w)))

    The conjugate is the flip that separates correlation from convolution. A circular result of
    the length of the padded input wraps around only where the kernel would stick out, so the
    "valid" part is simply its beginning. Dilation inserts zeros into the kernel; stride keeps
    every s-th value of the result.
Multiplications
    About L log2 L for each of the N*C + D*C/groups + N*D transforms of L points, and
    N*D*(C/groups)*L between the spectra: independent of the kernel size.
Memory
    The spectra: (N*C + D*C/groups + N*D) * L complex numbers (half as many for real input).
When it wins
    Large kernels, stride 1. It loses with small kernels, and stride wastes what it computes.
Source
    J. W. Cooley and J. W. Tukey, "An algorithm for the machine calculation of complex Fourier
    series", 1965; T. G. Stockham, "High-speed convolution and correlation", 1966.
"""

import math

import numpy as np
from scipy import fft

from ..geometry import span
from . import im2col


def correlate(x, w, stride, dilation, groups):
    """Correlate a padded x (N, C, *S) with w (D, C/groups, *K); return (N, D, *S_out).

    The spectra are double precision whatever x is: their error is relative to the norms of x and
    w, so single precision would show wherever an output is a small difference of large terms.
    """
    integers = np.issubdtype(x.dtype, np.integer)
    if integers:
        check_exact(x, w)
    double = np.result_type(x, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        y = correlate_spectra(x.astype(double), w.astype(double), stride, dilation, groups)
        if integers:
            return np.rint(y).astype(np.int64).astype(x.dtype)
        if np.isfinite(y).all():
            return y.astype(x.dtype)
    # A NaN, an infinity or an overflow fills every frequency; a direct sum keeps it in its place.
    return im2col.correlate(x, w, stride, dilation, groups)


def correlate_spectra(x, w, stride, dilation, groups):
    """Transform, multiply and add over channels, transform back, keep what "valid" keeps."""
    real = not np.iscomplexobj(x)
    forward, backward = (fft.rfftn, fft.irfftn) if real else (fft.fftn, fft.ifftn)
    lengths = tuple(fft.next_fast_len(n, real) for n in x.shape[2:])
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


def insert_zeros(w, dilation):
    """Put d - 1 zeros between neighbouring taps: a dilated kernel is a longer, sparser one."""
    spans = [span(k, d) for k, d in zip(w.shape[2:], dilation, strict=True)]
    longer = np.zeros((*w.shape[:2], *spans), w.dtype)
    longer[:, :, *(slice(None, None, d) for d in dilation)] = w
    return longer


def check_exact(x, w):
    """Refuse integers whose sums float64 spectra could not round back to the right integer.

    An output is at most the norm of its example times the norm of its kernel (Cauchy and Schwarz).
    The error of the transforms stays below eps * log2(L) of that, five times what we measured on
    thousands of random problems; rounding is safe while it stays below one half.
    """
    points = max(math.prod(x.shape[2:]), 2)
    bound = largest_norm(x) * largest_norm(w)
    if np.finfo(float).eps * math.log2(points) * bound >= 0.5:
        raise ValueError(
            f"method is 'fft', but integers with sums up to {bound:.1e} may not come back exactly "
            "from float64 spectra; use method='im2col'"
        )


def largest_norm(arrays):
    """Largest Euclidean norm among the arrays stacked along the first axis."""
    energies = np.square(arrays, dtype=float).sum(axis=tuple(range(1, arrays.ndim)))
    return math.sqrt(energies.max(initial=0))
