"""The classics on plain arrays: correlate, convolve, Pearson's r, separable kernels."""

import functools
import math
from collections.abc import Sequence
from typing import Any, Literal, SupportsIndex, TypeAlias, get_args

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from . import algorithms
from .arguments import (
    Array,
    Sizes,
    check_memory,
    integer,
    numeric,
    one_of,
    shown,
    silently,
    summing_dtype,
)
from .geometry import Geometry
from .padding import pad
from .patches import reads

Mode: TypeAlias = Literal["full", "same", "valid"]
MODES: tuple[str, ...] = get_args(Mode)
SWEEPS = 1000  # over the factors of a kernel, at most


def correlate(signal: ArrayLike, kernel: ArrayLike, mode: Mode = "full") -> Array:
    r"""Cross-correlate two arrays of any (equal) number of axes, as ``scipy.signal.correlate``.

    .. math:: y[i] = \sum_j x[i + j]\; \overline{w[j]}

    The sum runs over the pairs of which both exist, so a NaN spoils only the samples that meet it.
    The result holds the shifts :math:`i` at which the arrays overlap: at all ("full"), completely
    ("valid"), or the part of "full" that has the signal's size, around its centre ("same").
    :func:`correlation_lags` lists them.

    Parameters
    ----------
    signal, kernel : array_like, (n_1, ..., n_d) and (k_1, ..., k_d)
        Integer, floating or complex. Complex kernels are conjugated.
    mode : {"full", "same", "valid"}
        Which part to return.

    Returns
    -------
    ndarray
        Of size :math:`n + k - 1` ("full"), :math:`n` ("same") or :math:`|n - k| + 1` ("valid")
        along each axis, in the common dtype of both arrays. Half precision is summed in single and
        rounded once.

    Raises
    ------
    ValueError
        For arrays of different rank or without values, an unknown mode, or "valid" when neither
        array is at least as large as the other along every axis.
    TypeError
        When an array is not numeric.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``scipy.signal.correlate``, whose conventions these are.

    Examples
    --------
    >>> correlate([1, 2, 3], [4, 5, 6])
    array([ 6, 17, 32, 23, 12])
    >>> correlate([1, 2, 3, 4], [3, 2], mode="valid")
    array([ 7, 12, 17])
    """
    return slide(*check_signals(signal, kernel, mode), mode)


def convolve(signal: ArrayLike, kernel: ArrayLike, mode: Mode = "full") -> Array:
    r"""Convolve two arrays of any (equal) number of axes, as ``scipy.signal.convolve``.

    .. math:: y[i] = \sum_j x[i - j]\; w[j]

    Convolution is cross-correlation with the kernel flipped along every axis. The flip makes it
    commute: the product of two polynomials has the convolution of their coefficients.

    Parameters
    ----------
    signal, kernel : array_like, (n_1, ..., n_d) and (k_1, ..., k_d)
        Integer, floating or complex.
    mode : {"full", "same", "valid"}
        Which part to return, as in :func:`correlate`.

    Returns
    -------
    ndarray
        Of the size and dtype of :func:`correlate`.

    Raises
    ------
    ValueError, TypeError, MemoryError
        As :func:`correlate`.

    References
    ----------
    ``scipy.signal.convolve``, whose conventions these are.

    Examples
    --------
    >>> convolve([1, 2, 3], [4, 5, 6])  # (1 + 2t + 3t^2)(4 + 5t + 6t^2)
    array([ 4, 13, 28, 27, 18])
    """
    x, w = check_signals(signal, kernel, mode)
    return slide(x, np.flip(w).conj(), mode)


def correlation_lags(n: SupportsIndex, m: SupportsIndex, mode: Mode = "full") -> Array:
    r"""List the lag of each sample of ``correlate(x, w, mode)`` along one axis.

    The sample at lag :math:`i` is :math:`\sum_j x[i + j]\, \overline{w[j]}`. A peak at a positive
    lag says that the signal has the kernel's pattern that much later. The lags are

    .. math::

        1 - m, \dots, n - 1 & \quad\text{("full")} \\
        -\lfloor m / 2 \rfloor, \dots, n - 1 - \lfloor m / 2 \rfloor & \quad\text{("same")} \\
        \min(n - m, 0), \dots, \max(n - m, 0) & \quad\text{("valid")}

    Parameters
    ----------
    n, m : int
        Number of samples of the signal :math:`x` and of the kernel :math:`w`.
    mode : {"full", "same", "valid"}
        The mode of the correlation.

    Returns
    -------
    ndarray of int
        One lag for each sample, ascending.

    Raises
    ------
    ValueError
        When a size is below 1 or the mode is unknown.
    TypeError
        When a size is not an integer.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``scipy.signal.correlation_lags``, whose lags (SciPy 1.17) are by 1 larger than those of its own
    ``correlate`` for "same" where :math:`n` is odd and :math:`m` even.

    Examples
    --------
    The pattern 1 2 begins at sample 3 of the signal.

    >>> correlate([0, 0, 0, 1, 2], [1, 2])
    array([0, 0, 0, 2, 5, 2])
    >>> correlation_lags(5, 2)
    array([-1,  0,  1,  2,  3,  4])
    """
    n, m = integer(n, "n", minimum=1), integer(m, "m", minimum=1)
    one_of(mode, MODES, "mode")
    lags = lags_of(n, m, mode)
    check_memory((len(lags),), np.dtype(int))
    return np.arange(lags.start, lags.stop)


@silently
def pearson(x: ArrayLike, y: ArrayLike) -> float:
    r"""Pearson's correlation coefficient of two equally shaped arrays.

    .. math:: r = \frac{\sum_i (x_i - \bar x)(y_i - \bar y)}
                  {\sqrt{\sum_i (x_i - \bar x)^2}\, \sqrt{\sum_i (y_i - \bar y)^2}}

    1 means :math:`y = a x + b` with :math:`a > 0`, -1 the same with :math:`a < 0`. It is
    the cosine of the angle between the two arrays after each has lost its mean.

    Parameters
    ----------
    x, y : array_like
        Real numbers, at least two, both of one shape.

    Returns
    -------
    float
        Between -1 and 1; NaN when an array is constant, because 0 / 0 has no value.

    Raises
    ------
    ValueError
        When the shapes differ or hold fewer than two numbers.
    TypeError
        When an array is not real.

    References
    ----------
    K. Pearson, "Note on regression and inheritance in the case of two parents", 1895.

    Examples
    --------
    >>> round(pearson([1, 2, 3], [10, 20, 30]), 12)
    1.0
    >>> round(pearson([1, 2, 3], [0, -1, -2]), 12)
    -1.0
    """
    x, y = real(x, "x"), real(y, "y")
    if x.shape != y.shape:
        raise ValueError(f"y has shape {shown(y.shape)}; it must have that of x, {shown(x.shape)}")
    if x.size < 2:
        raise ValueError(f"x has shape {shown(x.shape)}; correlation needs at least two numbers")
    return float(np.clip(unit(x.ravel()) @ unit(y.ravel()), -1, 1))


@silently
def normalized_correlate(signal: ArrayLike, template: ArrayLike) -> Array:
    """Pearson's correlation of a template with every window of a signal.

    Each window, and the template, loses its mean and is divided by its own standard deviation,
    so neither brightness nor contrast counts, only shape. The spreads of all windows come
    from two correlations with a window of ones, as mean square minus squared mean; a spread that
    is lost in the rounding of this difference is computed again, from its window alone.

    Parameters
    ----------
    signal : array_like, (n_1, ..., n_d)
        Real numbers.
    template : array_like, (k_1, ..., k_d)
        Real numbers, not all equal; no larger than the signal along any axis.

    Returns
    -------
    ndarray of float64, (n_1 - k_1 + 1, ..., n_d - k_d + 1)
        ``pearson(window, template)`` per window: between -1 and 1, NaN for a constant window.

    Raises
    ------
    ValueError
        When the ranks differ, the template is larger than the signal or constant, or a value is
        not finite.
    TypeError
        When an array is not real.

    References
    ----------
    J. P. Lewis, "Fast template matching", Vision Interface, 1995.

    Examples
    --------
    >>> normalized_correlate([5, 1, 2, 4, 10, 20, 40], [1, 2, 4]).round(3)
    array([-0.577,  1.   ,  0.996,  0.999,  1.   ])
    """
    x, t = real(signal, "signal"), real(template, "template")
    check_template(x, t)
    x, t = scaled(x, np.abs(x).max()), unit(t.ravel()).reshape(t.shape)
    centred, window = x - x.mean(), np.ones_like(t)
    energy = slide(centred**2, window, "valid") - slide(centred, window, "valid") ** 2 / t.size
    r = slide(centred, t, "valid") / np.sqrt(energy)
    # Below this share the subtraction has lost about half of float64's digits.
    doubtful = ~(energy > 1e-6 * np.max(centred**2) * t.size)
    r[doubtful] = window_by_window(x, t, doubtful)
    return np.clip(r, -1, 1)


@silently
def separable(kernel: ArrayLike) -> tuple[tuple[Array, ...], float]:
    r"""Find one factor per axis so that their outer product is close to a kernel.

    .. math:: w[j_1, \dots, j_d] \approx f_1[j_1] \cdots f_d[j_d]

    Where nothing is missed, the kernel is separable: one pass along each axis with its factor gives
    the same as the kernel, with :math:`k_1 + \dots + k_d` multiplications in place of
    :math:`k_1 \cdots k_d`. With two axes no outer product is closer to the kernel. With more it is
    one to which no change of a single factor brings it closer: alternating least squares, begun
    with the leading singular vector of each axis in turn.

    Parameters
    ----------
    kernel : array_like, (k_1, ..., k_d)
        Integer, floating or complex, of one axis or more.

    Returns
    -------
    factors : tuple of ndarray, (k_1,), ..., (k_d,)
        In the kernel's dtype; float64 for integers. In each but the first the largest value, or the
        first of several as large, is 1; the first factor has the scale and the sign.
    miss : float
        Frobenius norm of the difference between kernel and outer product, relative to the kernel's;
        0 for a kernel of zeros.

    Raises
    ------
    ValueError
        When the kernel has no axis or no value, or a value is not finite.
    TypeError
        When the kernel is not numeric.

    References
    ----------
    C. Eckart and G. Young, "The approximation of one matrix by another of lower rank", 1936;
    S. Treitel and J. L. Shanks, "The design of multistage separable planar filters", 1971;
    L. De Lathauwer, B. De Moor and J. Vandewalle, "On the best rank-1 and rank-(R1, R2, ..., RN)
    approximation of higher-order tensors", 2000.

    Examples
    --------
    Sobel's kernel is a blur along one axis and a difference along the other.

    >>> (blur, difference), miss = separable([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
    >>> np.outer(blur, difference).round(12) + 0.0
    array([[ 1.,  0., -1.],
           [ 2.,  0., -2.],
           [ 1.,  0., -1.]])
    >>> blur.round(12), round(miss, 12)
    (array([1., 2., 1.]), 0.0)

    The Laplacian is not separable.

    >>> _, miss = separable([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    >>> round(miss, 3)
    0.101
    """
    w = numeric(kernel, "kernel")
    if w.ndim == 0 or w.size == 0:
        raise ValueError(f"kernel has shape {shown(w.shape)}; it needs an axis, and a value")
    if not np.isfinite(w).all():
        raise ValueError("kernel holds NaN or infinity; every value must be finite")
    dtype = w.dtype if w.dtype.kind in "fc" else np.dtype(float)
    w = w.astype(complex if dtype.kind == "c" else float)
    largest = float(max(np.abs(w.real).max(), np.abs(w.imag).max()))
    if largest == 0:
        return tuple(np.zeros(k, dtype) for k in w.shape), 0.0
    scale = math.ldexp(1, math.frexp(largest)[1] - 1)  # a power of two: no digit is lost
    w = w / scale
    first, *others = closest_factors(w)
    tops = [top(factor) for factor in others]
    factors = [first * math.prod(tops), *(f / t for f, t in zip(others, tops, strict=True))]
    rounded = [factor.astype(dtype) for factor in (factors[0] * scale, *factors[1:])]
    product = functools.reduce(
        np.multiply.outer, [rounded[0].astype(w.dtype) / scale, *rounded[1:]]
    )
    return tuple(rounded), float(np.linalg.norm(w - product) / np.linalg.norm(w))


def closest_factors(w: Array) -> list[Array]:
    """Return one factor per axis, of length 1 but for the first, whose outer product is close."""
    factors, rest = [], w
    for k in w.shape[:-1]:
        factors.append(np.linalg.svd(rest.reshape(k, -1), full_matrices=False)[0][:, 0])
        rest = np.tensordot(factors[-1].conj(), rest, 1)
    factors.append(rest)
    length = 0.0
    for _ in range(SWEEPS):
        before = length
        for axis in reversed(range(w.ndim)):
            others = {other: factors[other] for other in range(w.ndim) if other != axis}
            best = contracted(w, others)
            length = float(np.linalg.norm(best))
            factors[axis] = best / length
        if length <= before * (1 + 1e-15):
            break
    return [factors[0] * length, *factors[1:]]


def contracted(w: Array, factors: dict[int, Array]) -> Array:
    """Sum w along some axes, each weighted with a factor."""
    for axis in sorted(factors, reverse=True):
        w = np.tensordot(w, factors[axis].conj(), (axis, 0))
    return w


def top(factor: Array) -> Any:
    """Return the largest value of a factor, of several as large the first."""
    sizes = np.abs(factor)
    return factor[np.argmax(sizes > sizes.max() * (1 - 1e-6))]  # equal but for rounding


def window_by_window(x: Array, t: Array, chosen: Array) -> Array:
    """Correlate the unit-length template with the chosen windows, each from its own values."""
    windows = sliding_window_view(x, t.shape)
    places = np.argwhere(chosen)
    parts = np.array_split(places, places.shape[0] * t.size // 2**20 + 1)  # of some 8 MB each
    rows = (windows[tuple(part.T)].reshape(len(part), t.size) for part in parts)
    return np.concatenate([unit(part) @ t.ravel() for part in rows])


def check_signals(signal: ArrayLike, kernel: ArrayLike, mode: Mode) -> tuple[Array, Array]:
    """Check the arguments of `correlate` and `convolve`; return both arrays in one dtype."""
    x, w = numeric(signal, "signal"), numeric(kernel, "kernel")
    if x.ndim != w.ndim or x.ndim == 0:
        raise ValueError(
            f"kernel has shape {shown(w.shape)}; it needs as many axes as signal, of shape "
            f"{shown(x.shape)}, and at least one"
        )
    if x.size == 0 or w.size == 0:
        raise ValueError(
            f"signal {shown(x.shape)} and kernel {shown(w.shape)} must each hold at least one value"
        )
    one_of(mode, MODES, "mode")
    if mode == "valid" and not (contains(x, w) or contains(w, x)):
        raise ValueError(
            f"kernel has shape {shown(w.shape)} and signal {shown(x.shape)}; for mode='valid' "
            "one must be at least as large as the other along every axis"
        )
    dtype = np.result_type(x, w)
    return x.astype(dtype, copy=False), w.astype(dtype, copy=False)


def contains(x: Array, w: Array) -> bool:
    """Say whether x is at least as large as w along every axis."""
    return all(n >= k for n, k in zip(x.shape, w.shape, strict=True))


@silently
def slide(x: Array, w: Array, mode: Mode) -> Array:
    """Correlate at the shifts of a mode.

    Correlating with exchanged arguments gives the same samples, reversed and conjugated. So the
    array is padded that takes less room.
    """
    lags = [lags_of(n, k, mode) for n, k in zip(x.shape, w.shape, strict=True)]
    check_memory(list(map(len, lags)), x.dtype)
    if room(lags, w.shape) <= room(lags, x.shape):
        y = correlate_at(lags, x, w)
    else:
        back = [range(1 - lag.stop, 1 - lag.start) for lag in lags]
        y = np.flip(correlate_at(back, w, x)).conj()
    return np.ascontiguousarray(y, x.dtype)


def lags_of(n: int, k: int, mode: Mode) -> range:
    """Return the shifts at which a kernel of k samples meets a signal of n."""
    if mode == "full":
        return range(1 - k, n)
    if mode == "same":
        return range(-(k // 2), n - k // 2)
    return range(min(n - k, 0), max(n - k, 0) + 1)


def room(lags: Sequence[range], kernel_size: Sizes) -> int:
    """Count the samples that a kernel reads at these shifts."""
    return math.prod(len(lag) + k - 1 for lag, k in zip(lags, kernel_size, strict=True))


def correlate_at(lags: Sequence[range], x: Array, w: Array) -> Array:
    """Correlate at some shifts along each axis; half precision is returned as single."""
    x, w = x.astype(summing_dtype(x), copy=False), w.conj().astype(summing_dtype(w), copy=False)
    if np.isfinite(w).all():  # or it would make NaN of the zeros around x
        read = [range(lag.start, lag.stop + k - 1) for lag, k in zip(lags, w.shape, strict=True)]
        ones = (1,) * x.ndim
        y = algorithms.correlate(cut(x, read)[None, None], w[None, None], ones, ones, groups=1)
        # A matrix product of complex numbers makes NaN of infinity: it multiplies by 1 + 0j.
        if y.dtype.kind != "c" or np.isfinite(y).all():
            return np.asarray(y[0, 0])
    return add_up(lags, x, w)


def cut(x: Array, read: Sequence[range]) -> Array:
    """Return a stretch of x along each axis, with zeros where it goes beyond an end."""
    kept = tuple(slice(max(each.start, 0), each.stop) for each in read)
    sides = zip(x.shape, read, strict=True)
    margins = [(max(-each.start, 0), max(each.stop - n, 0)) for n, each in sides]
    return pad(x[kept], margins, "zeros")


def add_up(lags: Sequence[range], x: Array, w: Array) -> Array:
    """Correlate by the definition, tap by tap: each is multiplied with what it meets of x alone."""
    y = np.zeros([len(lag) for lag in lags], x.dtype)
    ones = (1,) * x.ndim
    window = Geometry(x.shape, w.shape, ones, tuple((-lag.start, 0) for lag in lags), ones)
    for tap, at, values in reads(window, w.shape, y.shape):
        y[*at] += w[tap] * x[*values]
    return y


def real(value: ArrayLike, name: str) -> Array:
    """Return `value` as float64, a mask as 0 and 1, or raise an error naming the argument."""
    return numeric(value, name, kinds="biuf", wanted="real").astype(float)


def unit(rows: Array) -> Array:
    """Give each row (last axis) mean 0 and length 1; NaN where all its values are equal."""
    rows = scaled(rows, np.abs(rows).max(axis=-1, keepdims=True))
    centred = rows - rows.mean(axis=-1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=-1, keepdims=True)
    return np.where(np.ptp(rows, axis=-1, keepdims=True) > 0, centred / lengths, np.nan)


def scaled(values: Array, largest: Array) -> Array:
    """Bring magnitudes up to `largest` below 1, so that squares neither overflow nor vanish.

    The factor is a power of two, so no digit is lost.
    """
    return np.ldexp(values, -np.frexp(largest)[1])


def check_template(x: Array, t: Array) -> None:
    """Check the arguments of `normalized_correlate`."""
    if x.ndim != t.ndim or x.ndim == 0 or not contains(x, t):
        raise ValueError(
            f"template has shape {shown(t.shape)}; it needs the axes of signal, of shape "
            f"{shown(x.shape)}, and must fit into it"
        )
    for array, name in ((x, "signal"), (t, "template")):
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds NaN or infinity; every value must be finite")
    if t.size < 2 or np.ptp(t) == 0:
        raise ValueError(f"template of shape {shown(t.shape)} is constant; its values must differ")
