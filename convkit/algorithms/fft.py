"""FFT: multiply spectra instead of sliding.

The idea
    The Fourier transform turns a circular convolution into a product, frequency by frequency::

        F(y) = F(x) * F(w)

    A correlation is the convolution with the kernel turned round. Each channel has a spectrum, so
    at every frequency the sum over channels is a small matrix product. A circular result wraps
    around where the kernel sticks out; the rest, the "valid" part, is kept. Dilation inserts zeros
    into the kernel; stride keeps every s-th value of the result.

    A long input is cut into tiles of T values, which overlap by the span of the kernel less one,
    so that their valid parts lie edge to edge ("overlap-save"). Small tiles stay in the cache and
    need fewer steps, log2 T instead of log2 L; tiles barely larger than the kernel keep almost
    nothing. :mod:`convkit.algorithms.cost` weighs the two.
Multiplications
    About T log2 T for each of the M*C + D*C/groups + M*D transforms of T points, M being the number
    of tiles of all examples, and M*D*(C/groups)*T complex ones between the spectra, half as many
    for real input. No kernel size in it, but for the tiles.
Memory
    The tiles and their spectra: (M*C + D*C/groups + M*D) * T numbers.
When it wins
    Large kernels, stride 1. It loses with small kernels, and stride wastes what it computes.
Source
    J. W. Cooley and J. W. Tukey, "An algorithm for the machine calculation of complex Fourier
    series", 1965; T. G. Stockham, "High-speed convolution and correlation", 1966.
"""

import functools
import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import scipy  # its submodules are slow to import: scipy.fft is loaded when first used

from ..arguments import Array, Sizes
from ..geometry import span
from ..padding import pad
from ..patches import gather
from . import cost, im2col

Transform: TypeAlias = Callable[..., Array]  # of an array, over its first axes


def correlate(x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int) -> Array:
    """Correlate a padded x (N, C, *S) with w (D, C/groups, *K); return (N, D, *S_out).

    The error of spectra is relative to the norms of x and w, not to y. Where y is too small beside
    them, single precision makes way for double, and where that does not suffice, the sum is done
    directly.
    """
    if np.issubdtype(x.dtype, np.integer):
        if not is_exact(x, w):
            raise ValueError(
                "method is 'fft', but sums of integers as large as these may not come back exactly "
                "from float64 spectra; use method='im2col'"
            )
        y, _ = correlate_spectra(x.astype(float), w.astype(float), stride, dilation, groups)
        return np.rint(y).astype(np.int64).astype(x.dtype)
    double = np.result_type(x, np.float64)
    promised = 1e-10 if x.dtype == double else 1e-4  # relative to the largest output
    for precision in dict.fromkeys((x.dtype, double)):
        operands = x.astype(precision, copy=False), w.astype(precision, copy=False)
        y, error = correlate_spectra(*operands, stride, dilation, groups)
        y = y.astype(x.dtype, copy=False)
        largest = np.abs(y).max(initial=0)
        # A NaN or an infinity, which would fill every frequency, fails one of the conditions.
        if np.isfinite(largest) and 0 < error <= promised * largest:
            return y
    return im2col.correlate(x, w, stride, dilation, groups)


def correlate_spectra(
    x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int
) -> tuple[Array, float]:
    """Correlate tile by tile; return the result and by how much an output may be wrong."""
    kernels = insert_zeros(w, dilation)
    spans = kernels.shape[2:]
    _, tile = cost.fft(x.shape, w.shape, tuple(dilation), x.dtype)
    tiles = cut(x, tile, spans)
    y = convolve_tiles(tiles, np.flip(kernels, tuple(range(2, w.ndim))), groups)
    y = join(y[tuple(slice(k - 1, None) for k in spans)])
    kept = [slice(0, n - k + 1, s) for n, k, s in zip(x.shape[2:], spans, stride, strict=True)]
    each = np.moveaxis(tiles.reshape(*tile, -1, x.shape[1]), (-2, -1), (0, 1))  # (tiles, C, *T)
    return y[:, :, *kept], rounding_error(each, w)


def cut(x: Array, tile: Sizes, spans: Sizes) -> Array:
    """Cut x (N, C, *S) into tiles (*T, N, *M, C), M of them along an axis.

    They overlap by the span less one; zeros fill the last. Their places come first, where the
    transforms put frequencies.
    """
    steps = [t - k + 1 for t, k in zip(tile, spans, strict=True)]
    kept = [n - k + 1 for n, k in zip(x.shape[2:], spans, strict=True)]
    end = [-n % step for n, step in zip(kept, steps, strict=True)]
    x = pad(x, [(0, more) for more in end], "zeros")
    tiles = gather(x, tile, steps, (1,) * len(tile))  # (N, C, *T, *M)
    return np.ascontiguousarray(np.moveaxis(tiles, (0, 1), (len(tile), -1)))


def convolve_tiles(tiles: Array, kernels: Array, groups: int) -> Array:
    """Convolve tiles (*T, N, *M, C) circularly with kernels (D, C/groups, *K): (*T, N, *M, D)."""
    filters, channels, *kernel_size = kernels.shape
    axes = range(len(kernel_size))
    size = tiles.shape[: len(kernel_size)]
    forward, backward = transforms(tiles)
    tile_spectra = forward(tiles, size, axes)
    kernel_spectra = forward(np.moveaxis(kernels, (0, 1), (-1, -2)), size, axes)
    # At each frequency and for each group: (tiles, C/groups) times (C/groups, D/groups).
    frequencies = kernel_spectra.shape[: len(size)]
    left = tile_spectra.reshape(*frequencies, -1, groups, channels).swapaxes(-2, -3)
    right = kernel_spectra.reshape(*frequencies, channels, groups, -1).swapaxes(-2, -3)
    product = left * right if channels == 1 else left @ right
    product = product.swapaxes(-2, -3).reshape(*tile_spectra.shape[:-1], filters)
    return backward(product, size, axes)


def join(parts: Array) -> Array:
    """Lay the parts (*step, N, *M, D) edge to edge: (N, D, *S)."""
    axes = (parts.ndim - 2) // 2
    pairs = [(axes + 1 + axis, axis) for axis in range(axes)]  # of a tile's number, of a place
    y = parts.transpose(axes, -1, *(axis for pair in pairs for axis in pair))
    return y.reshape(*y.shape[:2], *(parts.shape[m] * parts.shape[i] for m, i in pairs))


def transforms(x: Array) -> tuple[Transform, Transform]:
    """Return the Fourier transform for x and its inverse; half of a real array's spectrum is kept.

    Both use all cores, as matrix products do.
    """
    names = ("fftn", "ifftn") if np.iscomplexobj(x) else ("rfftn", "irfftn")
    forward, backward = (functools.partial(getattr(scipy.fft, name), workers=-1) for name in names)
    return forward, backward


def insert_zeros(w: Array, dilation: Sizes) -> Array:
    """Put d - 1 zeros between neighbouring taps: a dilated kernel is a longer, sparser one."""
    spans = [span(k, d) for k, d in zip(w.shape[2:], dilation, strict=True)]
    longer = np.zeros((*w.shape[:2], *spans), w.dtype)
    longer[:, :, *(slice(None, None, d) for d in dilation)] = w
    return longer


def is_exact(x: Array, w: Array) -> bool:
    """Say whether spectra hold the sums of these integers well enough to be rounded back."""
    return rounding_error(x.astype(float), w.astype(float)) < 0.5


def rounding_error(x: Array, w: Array) -> float:
    """Bound the error of an output computed by way of the spectra of x (N, C, *S) and w.

    An output is at most the norm of its example times the norm of its kernel (Cauchy and Schwarz).
    In double precision the transforms lose at most about log2(L) roundings of that, the sum over
    channels as many as there are channels; thousands of random problems stayed below half of it.
    Single precision cannot afford the worst case. There roundings are taken to cancel as random
    numbers do, and so to grow by the square root, and to spread evenly over the L points; ten
    times that is allowed. Thousands of problems that were made to cancel stayed below.
    """
    points, channels = max(math.prod(x.shape[2:]), 2), w.shape[1]
    precision = np.finfo(x.dtype)
    if precision.eps < 1e-10:
        roundings = math.log2(points) + channels
    else:
        spread = min(10 / math.sqrt(points), 1)
        roundings = (math.sqrt(math.log2(points)) + math.sqrt(channels)) * spread
    return float(precision.eps * roundings * largest_norm(x) * largest_norm(w))


def largest_norm(arrays: Array) -> float:
    """Largest Euclidean norm among the arrays stacked along the first axis; infinite if lost."""
    axes = list(range(arrays.ndim))
    energy = np.einsum(arrays, axes, arrays.conj(), axes, [0]).real.max(initial=0)
    underflow = 0 < energy < np.finfo(arrays.dtype).tiny
    return math.inf if underflow else math.sqrt(energy)
