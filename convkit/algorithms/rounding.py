"""How much rounding can spoil a result that was computed by way of spectra.

The idea
    An output is at most the norm of its tile times the norm of its kernel (Cauchy and Schwarz), be
    the output itself large or small. What a transform loses is relative to the norm as well: some
    roundings for each of its log2(T) steps. So their number times eps times the two norms bounds
    the error of an output, wherever in frequency or place the roundings gather. Sums over channels
    add some.
The constants
    Those of the proofs let all roundings conspire and are some ten times too large. In double
    precision there are many digits to spare, and integers must be exact: a rounding for each step
    and channel. In single precision the constants decide. They are at least twice what a search
    for the worst among thousands of structured problems found: levels, sinusoids, combs, single
    values, ramps and their sums.
Source
    C. Percival, "Rapid multiplication modulo the sum and difference of highly composite numbers",
    Mathematics of Computation 72, 2003; N. J. Higham, "Accuracy and stability of numerical
    algorithms", 2002, chapter 24.
"""

import math
from typing import Any

import numpy as np

from ..arguments import Array, Sizes


def roundings(points: int, channels: int, dtype: np.dtype[Any]) -> float:
    """Count the roundings by which an output may be wrong, in units of eps and the two norms."""
    logarithm = math.log2(max(points, 2))
    if np.finfo(dtype).eps < 1e-10:
        return logarithm + channels
    return logarithm / 4 + channels / 16 + 1


def rounding_error(points: int, channels: int, dtype: np.dtype[Any], norm: float) -> float:
    """Bound the error of an output from a tile and a kernel whose norms multiply to `norm`."""
    return float(np.finfo(dtype).eps * roundings(points, channels, dtype) * norm)


def largest_norm(arrays: Array, axes: int) -> float:
    """Largest norm over the last axis and this many first; infinite where squares underflow."""
    squares = arrays.real**2
    if np.iscomplexobj(arrays):
        squares += arrays.imag**2
    rest = squares.shape[axes:]
    squares = squares.reshape(math.prod(squares.shape[:axes]), math.prod(rest))
    energies = np.ones(len(squares), squares.dtype) @ squares  # faster than a sum here
    energy = energies.reshape(rest).sum(-1).max(initial=0)
    if energy < np.finfo(squares.dtype).tiny and arrays.any():
        return math.inf
    return math.sqrt(energy)


def spectra_dtype(tile: Sizes, channels: int, dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Name the precision that spectra of ordinary data should have: double for integers.

    Normal deviates, whose largest output is some 4.5 standard deviations, meet the promise of 1e-4
    in single precision unless a tile has very many points and channels. This chooses what to try;
    what the data really need is checked when they are known.
    """
    double = np.result_type(dtype, np.float64)
    if dtype.kind in "iu" or dtype == double:
        return double
    points = math.prod(tile)
    norms = math.sqrt(points * channels) / 4.5  # of tile and kernel, relative to the largest output
    bound = np.finfo(dtype).eps * roundings(points, channels, dtype) * norms
    return dtype if bound < 1e-4 else double
