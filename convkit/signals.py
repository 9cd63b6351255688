"""The classics on plain arrays: correlate, convolve, Pearson's r, and r at every shift."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from . import algorithms
from .arguments import Array, numeric, one_of

MODES = ("full", "same", "valid")


def correlate(signal: ArrayLike, kernel: ArrayLike, mode: str = "full") -> Array:
    r"""Cross-correlate two arrays of any (equal) number of axes, as ``scipy.signal.correlate``.

    .. math:: y[i] = \sum_j x[i + j]\; \overline{w[j]}

    The result holds the shifts :math:`i` at which the arrays overlap: at all ("full"), completely
    ("valid"), or the part of "full" that has the signal's size, around its centre ("same").

    Parameters
    ----------
    signal, kernel : array_like, (n_1, ..., n_d) and (k_1, ..., k_d)
        Integer, floating or complex; the result has their common dtype. Complex kernels are
        conjugated.
    mode : {"full", "same", "valid"}
        Which part to return.

    Returns
    -------
    ndarray
        Of size :math:`n + k - 1` ("full"), :math:`n` ("same") or :math:`n - k + 1` ("valid") along
        each axis. For "valid" one array must be at least as large as the other along every axis;
        where it is the kernel, the result is that of the swapped arguments, reversed and
        conjugated.

    Raises
    ------
    ValueError
        For arrays of different rank, an unknown mode, or "valid" when neither array contains
        the other.
    TypeError
        When an array is not numeric.

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
    x, w = check_signals(signal, kernel, mode)
    if mode == "valid" and not contains(x, w):
        return np.ascontiguousarray(np.flip(slide(w, x, mode)).conj())
    return slide(x, w, mode)


def convolve(signal: ArrayLike, kernel: ArrayLike, mode: str = "full") -> Array:
    r"""Convolve two arrays of any (equal) number of axes, as ``scipy.signal.convolve``.

    .. math:: y[i] = \sum_j x[i - j]\; w[j]

    Convolution is cross-correlation with the kernel flipped along every axis. The flip makes it
    commute: the product of two polynomials has the convolution of their coefficients.

    Parameters
    ----------
    signal, kernel : array_like, (n_1, ..., n_d) and (k_1, ..., k_d)
        Integer, floating or complex; the result has their common dtype.
    mode : {"full", "same", "valid"}
        Which part to return, as in :func:`correlate`.

    Returns
    -------
    ndarray
        Of size :math:`n + k - 1` ("full"), :math:`n` ("same") or :math:`|n - k| + 1` ("valid")
        along each axis.

    Raises
    ------
    ValueError, TypeError
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
    if mode == "valid" and not contains(x, w):
        x, w = w, x
    return slide(x, np.flip(w).conj(), mode)


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
        raise ValueError(f"y has shape {y.shape}; it must have that of x, {x.shape}")
    if x.size < 2:
        raise ValueError(f"x has shape {x.shape}; correlation needs at least two numbers")
    return float(np.clip(unit(x.ravel()) @ unit(y.ravel()), -1, 1))


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
    with np.errstate(divide="ignore", invalid="ignore"):
        r = slide(centred, t, "valid") / np.sqrt(energy)
    # Below this share the subtraction has lost about half of float64's digits.
    doubtful = ~(energy > 1e-6 * np.max(centred**2) * t.size)
    r[doubtful] = window_by_window(x, t, doubtful)
    return np.clip(r, -1, 1)


def window_by_window(x: Array, t: Array, chosen: Array) -> Array:
    """Correlate the unit-length template with the chosen windows, each from its own values."""
    windows = sliding_window_view(x, t.shape)
    places = np.argwhere(chosen)
    parts = np.array_split(places, places.shape[0] * t.size // 2**20 + 1)  # of some 8 MB each
    rows = (windows[tuple(part.T)].reshape(len(part), t.size) for part in parts)
    return np.concatenate([unit(part) @ t.ravel() for part in rows])


def check_signals(signal: ArrayLike, kernel: ArrayLike, mode: str) -> tuple[Array, Array]:
    """Check the arguments of `correlate` and `convolve`; return both arrays in one dtype."""
    x, w = numeric(signal, "signal"), numeric(kernel, "kernel")
    if x.ndim != w.ndim or x.ndim == 0:
        raise ValueError(
            f"kernel has shape {w.shape}; it needs as many axes as signal, of shape {x.shape}, "
            "and at least one"
        )
    if x.size == 0 or w.size == 0:
        raise ValueError(f"signal {x.shape} and kernel {w.shape} must each hold at least one value")
    one_of(mode, MODES, "mode")
    if mode == "valid" and not (contains(x, w) or contains(w, x)):
        raise ValueError(
            f"kernel has shape {w.shape} and signal {x.shape}; for mode='valid' one must be "
            "at least as large as the other along every axis"
        )
    dtype = np.result_type(x, w)
    return x.astype(dtype, copy=False), w.astype(dtype, copy=False)


def contains(x: Array, w: Array) -> bool:
    """Say whether x is at least as large as w along every axis."""
    return all(n >= k for n, k in zip(x.shape, w.shape, strict=True))


def slide(x: Array, w: Array, mode: str) -> Array:
    """Correlate with zeros before and after the signal, as many as the mode shows."""
    if mode == "valid":
        margins = [(0, 0)] * x.ndim
    elif mode == "full":
        margins = [(k - 1, k - 1) for k in w.shape]
    else:
        margins = [(k // 2, k - 1 - k // 2) for k in w.shape]
    ones = (1,) * x.ndim
    padded = np.pad(x, margins)[None, None]
    y = algorithms.correlate(padded, w.conj()[None, None], ones, ones, groups=1)
    return np.ascontiguousarray(y[0, 0])


def real(value: ArrayLike, name: str) -> Array:
    """Return `value` as float64, a mask as 0 and 1, or raise an error naming the argument."""
    return numeric(value, name, kinds="biuf", wanted="real").astype(float)


def unit(rows: Array) -> Array:
    """Give each row (last axis) mean 0 and length 1; NaN where all its values are equal."""
    with np.errstate(invalid="ignore", divide="ignore"):
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
            f"template has shape {t.shape}; it needs the axes of signal, of shape {x.shape}, "
            "and must fit into it"
        )
    for array, name in ((x, "signal"), (t, "template")):
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds NaN or infinity; every value must be finite")
    if t.size < 2 or np.ptp(t) == 0:
        raise ValueError(f"template of shape {t.shape} is constant; its values must differ")
