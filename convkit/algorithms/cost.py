r"""What im2col, the FFT and Winograd cost, estimated from shapes alone.

An estimate that chooses need not be right, it must rank. So each method is a sum of a few counts,
each times a measured constant: numbers moved, multiplications made, calls started. The constants
are nanoseconds for float32 on the machine of ``benchmarks/README.md``. Another machine changes them
together, and what decides, their ratios, much less; ``benchmarks/constants.py`` measures them anew.

**im2col.** N examples, C channels, g groups, D filters of K taps, P places. The columns hold
:math:`NCKP` numbers, and each meets the D/g filters of its group:

.. math::

    &17\,000 + NCKP \left(0.14 + \frac{3.7}{P_\text{last}}\right) \\
    &+ NCKP\,\frac{D}{g} \cdot 0.011

A number costs 0.14 to be written into its column and read again. Neighbours in the input stay
neighbours in a column for as long as the last axis lasts, :math:`P_\text{last}` places; to begin
such a run costs 3.7. With a stride along it nothing stays a neighbour, and a number costs 0.25. A
multiplication inside a matrix product costs 0.011, thirteen times less than fetching a number; with
48 filters or more in a group, which keep a processor's units busy, 0.005. With many filters im2col
spends its time multiplying; with one, in a depthwise layer, copying.

**FFT.** M tiles of T points, all examples together, along :math:`a` axes, and F frequencies of a
tile, about T/2 because half the spectrum of a real tile says it all:

.. math::

    &400\,000 + (MC + MD)\,T \cdot 0.9\,a \\
    &+ \left(MC + \tfrac{C}{g} D + MD\right) T \log_2 T \cdot 0.085 \\
    &+ M\,\tfrac{C}{g}\,D\,F \cdot 0.41

Each number of a tile is moved about once for each axis, at 0.9, and takes part in :math:`\log_2 T`
steps of a transform, at 0.085. A product of two complex numbers is four real ones in matrices that
are small, one for each frequency: 0.41. The number of taps appears nowhere. It only sets how many
tiles there are. Their size is the one of a few, from 1.5 times the kernel to the whole input, for
which the sum is least; among equals the largest, for its few seams. In one dimension four tiles
take the time of two and count by fours; where the cache could not hold four, one counts twice.
Everything counts twice where a tile has so many points that single precision would not do. To
start the FFT takes over twenty times as long as to start im2col, so small problems go to im2col
whatever their kernel.

**Winograd.** M tiles of T points along :math:`a` axes, and for the check of each S numbers: those
that its outputs read, for four sums of filters or more:

.. math::

    &220\,000 + M \left((C + D)\,T + S\right) 0.41\,a \\
    &+ M C \left(D\,T + S\right) 0.007 + CDT \cdot 0.6

A number of a tile is moved by each transform, at 0.41, and multiplied once for each pair of
channels, at 0.007. The kernels are transformed anew in each call, at 0.6 a number: a price for
large layers on small images. Errors grow with tiles and channels. From :math:`\sqrt{T^3 C}` of
5,000 on those of random numbers come near what single precision may have, and the estimate is
tripled: double precision will probably have to repeat the work.

**Other dtypes.** What is twice as many bytes takes twice as long to move, and a complex
multiplication is four real ones. Integers have no fast matrix product: there a multiplication costs
1, and their spectra are float64.
"""

import math
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import scipy  # its submodules are slow to import: scipy.fft is loaded when first used

from ..arguments import Sizes
from ..geometry import places, span
from .precision import CHECKS, FILTERS
from .rounding import spectra_dtype
from .winograd import TILE

Shape: TypeAlias = tuple[int, ...]  # unlike a list it can be remembered by a cache
DType: TypeAlias = np.dtype[Any]

IM2COL_CALLS = 17_000.0
COPY, COPY_STRIDED, RUN = 0.14, 0.25, 3.7
MULTIPLY, MULTIPLY_FEW, MULTIPLY_INTEGERS = 0.005, 0.011, 1.0
MANY = 48  # filters of a group

FFT_CALLS = 400_000.0
MOVE, TRANSFORM, MULTIPLY_SPECTRA = 0.9, 0.085, 0.41
WINOGRAD_CALLS = 220_000.0
MOVE_TILES, MULTIPLY_POINTS, TRANSFORM_KERNELS = 0.41, 0.007, 0.6
MOST_SINGLE = 5000.0  # of a measure of the error

TILES = (1.5, 1.8, 2.2, 2.6, 3.2, 4.0, 5.0, 6.5, 8.0, math.inf)  # in spans of the kernel
ALONE = 2**17  # points beyond which a line is transformed alone


@lru_cache(maxsize=1024)
def im2col(x_shape: Shape, w_shape: Shape, stride: Shape, dilation: Shape, dtype: DType) -> float:
    """Estimate the nanoseconds of im2col for a padded x and w of these shapes."""
    examples, channels, *size = x_shape
    filters, per_group, *kernel_size = w_shape
    positions = places(size, kernel_size, stride, dilation)
    taps = math.prod(kernel_size)
    numbers = examples * channels * taps * math.prod(positions)
    rows = filters * per_group // channels  # of a matrix: the filters of a group
    multiplications = numbers * rows
    if dtype.kind in "iu":
        product = multiplications * MULTIPLY_INTEGERS
    else:
        each = MULTIPLY if rows >= MANY else MULTIPLY_FEW
        product = multiplications * each * words(dtype) * (2 if dtype.kind == "c" else 1)
    if taps == 1 and max(stride) == 1:  # the columns are the input
        return IM2COL_CALLS + product
    copies = numbers * words(dtype) * (COPY if stride[-1] == 1 else COPY_STRIDED)
    return IM2COL_CALLS + copies + numbers / positions[-1] * RUN + product


@lru_cache(maxsize=1024)
def fft(x_shape: Shape, w_shape: Shape, dilation: Shape, dtype: DType) -> tuple[float, Shape]:
    """Estimate the nanoseconds of the FFT, and name the tile for which they are least."""
    spans = [span(k, d) for k, d in zip(w_shape[2:], dilation, strict=True)]
    sizes = {tile_size(x_shape[2:], spans, scale, dtype) for scale in TILES}
    estimates = {tile: fft_in_tiles(x_shape, w_shape, spans, tile, dtype) for tile in sizes}
    least = min(estimates.values())
    equals = (tile for tile, estimate in estimates.items() if estimate < 1.05 * least)
    return least, max(equals, key=math.prod)


def tile_size(size: Sizes, spans: Sizes, scale: float, dtype: DType) -> Shape:
    """Tile about `scale` times as long as the kernel, of lengths that are fast to transform."""
    wanted = []
    for k, n in zip(spans, size, strict=True):
        tiles = math.ceil((n - k + 1) / (math.ceil(min(scale * k, n)) - k + 1))
        wanted.append(-(-(n - k + 1) // tiles) + k - 1)  # no longer than as many tiles need
    return tuple(scipy.fft.next_fast_len(t, dtype.kind != "c") for t in wanted)


def fft_in_tiles(x_shape: Shape, w_shape: Shape, spans: Sizes, tile: Shape, dtype: DType) -> float:
    """Estimate the nanoseconds of the FFT in tiles of this size."""
    examples, channels, *size = x_shape
    filters, per_group, *_ = w_shape
    axes = zip(size, spans, tile, strict=True)
    tiles = examples * math.prod(-(-(n - k + 1) // (t - k + 1)) for n, k, t in axes)
    points = math.prod(tile)
    if len(tile) == 1:  # lines are transformed by fours, if the cache holds four
        fours = max(4 // channels, 1)
        tiles = -(-tiles // fours) * fours if points <= ALONE else 2 * tiles
    frequencies = points if dtype.kind == "c" else points // tile[-1] * (tile[-1] // 2 + 1)
    transforms = tiles * channels + per_group * filters + tiles * filters
    move = tiles * (channels + filters) * points * len(tile) * MOVE
    transform = transforms * points * math.log2(max(points, 2)) * TRANSFORM
    product = frequencies * tiles * per_group * filters * MULTIPLY_SPECTRA
    return FFT_CALLS + words(spectra_dtype(tile, per_group, dtype)) * (move + transform + product)


@lru_cache(maxsize=1024)
def winograd(x_shape: Shape, w_shape: Shape, dtype: DType) -> float:
    """Estimate the nanoseconds of Winograd for a padded x and w of these shapes, if it can."""
    examples, channels, *size = x_shape
    filters, _, *kernel_size = w_shape
    axes = zip(size, kernel_size, strict=True)
    tiles = examples * math.prod(-(-(n - k + 1) // TILE) for n, k in axes)
    points = math.prod(TILE + k - 1 for k in kernel_size)
    sums = CHECKS * -(-filters // FILTERS)
    checked = sums * math.prod(kernel_size) * TILE ** len(size)
    move = tiles * ((channels + filters) * points + checked) * len(size) * MOVE_TILES
    product = tiles * (filters * points + checked) * channels * MULTIPLY_POINTS
    kernels = points * channels * filters * TRANSFORM_KERNELS
    product *= 2 if dtype.kind == "c" else 1
    estimate = WINOGRAD_CALLS + words(dtype) * float(move + product + kernels)
    passes = math.sqrt(points**3 * channels) < MOST_SINGLE or dtype not in ("f4", "c8")
    return estimate if passes else 3 * estimate


def words(dtype: DType) -> float:
    """Bytes of a number in units of float32; integers go through the FFT as float64."""
    return 2 if dtype.kind in "iu" else dtype.itemsize / 4
