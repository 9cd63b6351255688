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
    nothing. :mod:`convkit.algorithms.cost` weighs the two. Each core takes some tiles at a time.
Precision
    What a spectrum errs by is relative to the norm of the tile, be the result large or small. So
    the level of a channel, its mean, goes a way of its own: times the sum of the weights. For the
    rest :mod:`convkit.algorithms.rounding` has a bound. Where it is more than 1e-4 of the largest
    output, single precision makes way for double, and where that is not enough (1e-10 for double
    data), spectra for the direct sum.
Multiplications
    About T log2 T for each of the M*C + D*C/groups + M*D transforms of T points, M being the number
    of tiles of all examples, and M*D*(C/groups)*T complex ones between the spectra, half as many
    for real input. No kernel size in it, but for the tiles.
Memory
    The spectra of the kernels, D*C/groups * T numbers, and on each core a row of tiles with its
    spectra and products, or some MB of rows. Where dilation makes that much more than input and
    output, im2col takes over.
When it wins
    Large kernels, stride 1. It loses with small kernels, and stride wastes what it computes.
Source
    J. W. Cooley and J. W. Tukey, "An algorithm for the machine calculation of complex Fourier
    series", 1965; T. G. Stockham, "High-speed convolution and correlation", 1966.
"""

import math
from typing import Any

import numpy as np
import scipy  # its submodules are slow to import: scipy.fft is loaded when first used

from ..arguments import Array, Sizes
from ..geometry import places, span
from ..patches import blocks, gather
from . import cost, im2col
from .cores import CORES, on_all_cores
from .rounding import largest_norm, rounding_error, spectra_dtype

PIECE = 2**19  # numbers in tiles and products at a time: a share of the cache
WORTH = 2**16  # numbers for which it pays to wake another core


def correlate(x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int) -> Array:
    """Correlate a padded x (N, C, *S) with w (D, C/groups, *K); return (N, D, *S_out).

    The number of cores changes the result by no more than rounding.
    """
    if not fits(x, w, stride, dilation):
        return im2col.correlate(x, w, stride, dilation, groups)
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
    _, tile = cost.fft(x.shape, w.shape, tuple(dilation), x.dtype)
    first = spectra_dtype(tile, w.shape[1], x.dtype)
    for precision in dict.fromkeys((first, double)):
        operands = x.astype(precision, copy=False), w.astype(precision, copy=False)
        y, error = correlate_spectra(*operands, stride, dilation, groups)
        y = y.astype(x.dtype, copy=False)
        largest = np.abs(y).max(initial=0)
        # A NaN or an infinity, which would fill every frequency, fails one of the conditions.
        if np.isfinite(largest) and error <= promised * largest:
            return y
    if np.isfinite(largest):  # the sums cancel, so a direct one needs its digits as well
        x, w = x.astype(double, copy=False), w.astype(double, copy=False)
    return im2col.correlate(x, w, stride, dilation, groups).astype(y.dtype, copy=False)


def correlate_spectra(
    x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int
) -> tuple[Array, float]:
    """Correlate tile by tile; return the result and by how much an output may be wrong."""
    spatial = tuple(range(2, x.ndim))
    level = x.mean(spatial)
    sums = w.sum(spatial, np.result_type(w, np.float64))
    constant = multiply(level, sums.T, groups)  # (N, D): what the level adds to each output
    _, tile = cost.fft(x.shape, w.shape, tuple(dilation), x.dtype)
    spans = [span(k, d) for k, d in zip(w.shape[2:], dilation, strict=True)]
    steps = [t - k + 1 for t, k in zip(tile, spans, strict=True)]
    tiles = cut(x, np.expand_dims(level, spatial), tile, steps)
    pieces = divide(tiles.shape, tile, len(w))
    spectra = transform(turn_round(w, dilation), tile, workers=-1)
    workers = 1 if len(pieces) > 1 else -1
    size = [n - k + 1 for n, k in zip(x.shape[2:], spans, strict=True)]  # at stride 1
    y = np.empty((len(x), len(w), *size), x.dtype)
    norms = [0.0]

    def work(piece: tuple[slice, ...]) -> None:
        examples, rows = piece
        part = np.array(tiles[*(slice(None) for _ in tile), examples, rows], order="C")
        by_group = part.reshape(*part.shape[:-1], groups, w.shape[1])
        norms.append(largest_norm(by_group, len(tile)))
        part = multiply(transform(part, tile, workers), spectra, groups)
        part = join(transform_back(part, tile, spans, np.iscomplexobj(x), workers))
        target = y[examples, :, rows.start * steps[0] : rows.stop * steps[0]]
        part = part[:, :, *(slice(n) for n in target.shape[2:])]
        np.add(part, np.expand_dims(constant[examples], spatial), out=target, casting="same_kind")

    on_all_cores(work, pieces)
    norm = float(np.max(norms)) * largest_norm(np.moveaxis(w, 0, -2), w.ndim - 2)
    error = rounding_error(math.prod(tile), w.shape[1], x.dtype, norm)
    return y[:, :, *(slice(None, None, s) for s in stride)], error


def cut(x: Array, level: Array, tile: Sizes, steps: Sizes) -> Array:
    """View x (N, C, *S) less its level as tiles (*T, N, *M, C), M along an axis, one every step.

    Zeros fill the last. Their places come first, where the transforms put frequencies.
    """
    sizes = [n + (t - step - n) % step for n, t, step in zip(x.shape[2:], tile, steps, strict=True)]
    filled = np.zeros((*x.shape[:2], *sizes), x.dtype)
    np.subtract(x, level, out=filled[:, :, *map(slice, x.shape[2:])])
    tiles = gather(filled, tile, steps, (1,) * len(tile))  # (N, C, *T, *M)
    return np.moveaxis(tiles, (0, 1), (len(tile), -1))


def divide(shape: Sizes, tile: Sizes, filters: int) -> list[tuple[slice, ...]]:
    """Divide tiles (*T, N, *M, C) into pieces, some examples and some rows: at least one a core."""
    examples, count, *others, channels = shape[len(tile) :]
    lines = math.prod(others) * channels * math.prod(tile[:-1])  # in a row of tiles
    row = lines * tile[-1] * (channels + filters) // channels
    rows = examples * count
    # Four lines are transformed in the time of two, if the cache holds four.
    fewest = -(-4 // lines) if tile[-1] <= cost.ALONE else 1
    some = max(min(PIECE // row, -(-rows // CORES)), fewest)
    return list(blocks((examples, count), some if row * rows > WORTH else rows))


def turn_round(w: Array, dilation: Sizes) -> Array:
    """Turn the kernels round: (*K, C/groups, D), with d - 1 zeros between taps."""
    spans = [span(k, d) for k, d in zip(w.shape[2:], dilation, strict=True)]
    kernels = np.zeros((*spans, *w.shape[1::-1]), w.dtype)
    kernels[tuple(slice(None, None, -d) for d in dilation)] = np.moveaxis(w, (1, 0), (-2, -1))
    return kernels


def multiply(tiles: Array, kernels: Array, groups: int) -> Array:
    """At each frequency multiply tiles (*F, N, *M, C) by kernels (*F, C/groups, D): (*F, N, *M, D).

    For each group a matrix product, (tiles, C/groups) times (C/groups, D/groups).
    """
    *frequencies, channels, filters = kernels.shape
    left = tiles.reshape(*frequencies, -1, groups, channels).swapaxes(-2, -3)
    right = kernels.reshape(*frequencies, channels, groups, -1).swapaxes(-2, -3)
    product = left * right if channels == 1 else left @ right
    return product.swapaxes(-2, -3).reshape(*tiles.shape[:-1], filters)


def join(parts: Array) -> Array:
    """Lay the parts (*step, N, *M, D) edge to edge: (N, D, *S)."""
    axes = (parts.ndim - 2) // 2
    pairs = [(axes + 1 + axis, axis) for axis in range(axes)]  # of a tile's number, of a place
    y = parts.transpose(axes, -1, *(axis for pair in pairs for axis in pair))
    return y.reshape(*y.shape[:2], *(parts.shape[m] * parts.shape[i] for m, i in pairs))


def transform(x: Array, tile: Sizes, workers: int) -> Array:
    """Transform x (*K, ...), which zeros fill up to a tile; of real x keep half the spectrum.

    Axis by axis, so that the zeros along one wait until the others are done. -1 workers are as many
    as there are cores.
    """
    for axis in reversed(range(len(tile))):
        function: Any = scipy.fft.fft if np.iscomplexobj(x) else scipy.fft.rfft
        x = function(x, tile[axis], axis, overwrite_x=True, workers=workers)
    return x


def transform_back(
    spectra: Array, tile: Sizes, spans: Sizes, is_complex: bool, workers: int
) -> Array:
    """Transform spectra (*F, ...) back axis by axis, and keep the valid part of each."""
    for axis, (t, k) in enumerate(zip(tile, spans, strict=True)):
        is_half = axis == len(tile) - 1 and not is_complex
        function: Any = scipy.fft.irfft if is_half else scipy.fft.ifft
        values = function(spectra, t, axis, overwrite_x=True, workers=workers)
        spectra = values[*(slice(None),) * axis, k - 1 :]
    return spectra


def fits(x: Array, w: Array, stride: Sizes, dilation: Sizes) -> bool:
    """Say whether what dilation and stride leave unused stays small beside input and output.

    Spectra are as long as a dilated kernel, and outputs are computed at stride 1.
    """
    if max(*stride, *dilation) == 1:
        return True
    outputs, computed = (
        len(x) * len(w) * math.prod(places(x.shape[2:], w.shape[2:], each, dilation))
        for each in (stride, (1,) * len(stride))
    )
    _, tile = cost.fft(x.shape, w.shape, tuple(dilation), x.dtype)
    held = math.prod(tile) * (len(w) * w.shape[1] + len(w) + x.shape[1])  # kernels, and one tile
    enough = max(x.size + w.size + outputs, PIECE // 8)
    return computed <= 3 * enough and (max(dilation) == 1 or held <= enough)


def is_exact(x: Array, w: Array) -> bool:
    """Say whether spectra hold the sums of these integers well enough to be rounded back."""
    norms = (largest_norm(np.moveaxis(a.astype(float), 0, -2), a.ndim - 2) for a in (x, w))
    points, channels = math.prod(x.shape[2:]), w.shape[1]
    return rounding_error(points, channels, np.dtype(float), math.prod(norms)) < 0.5
