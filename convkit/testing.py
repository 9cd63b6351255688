"""Compare results the way the book does: to the precision that their dtype can promise."""

import numpy as np

from .arguments import Array

# Relative to the largest value of the result; integers must be equal.
TOLERANCE = {2: 1e-2, 4: 1e-4, 8: 1e-10}


def assert_agree(actual: object, expected: object) -> None:
    """Raise AssertionError unless two results have one shape and agree to their precision.

    "Agree" means a largest error of at most 1e-10 (double), 1e-4 (single) or 1e-2 (half
    precision) times the largest magnitude in `expected`, the less precise of the two deciding;
    integers must be equal. NaNs and infinities must stand in the same places.

    Parameters
    ----------
    actual, expected : array_like or torch.Tensor
        A tensor may require gradients; torch itself is not imported.

    Raises
    ------
    AssertionError
        With both shapes, or the largest error, its limit and where it is.

    Examples
    --------
    >>> assert_agree([1.0, 2.0], [1.0, 2.0 + 1e-12])
    >>> assert_agree([1, 2], [1, 3])
    Traceback (most recent call last):
    AssertionError: largest error 1 at (1,): 2 against 3; at most 0 is allowed
    """
    actual, expected = as_array(actual), as_array(expected)
    if actual.shape != expected.shape:
        raise AssertionError(f"shape {actual.shape} against {expected.shape}")
    if actual.size == 0:
        return
    allowed = tolerance(actual, expected) * largest_finite(expected)
    error = differences(actual, expected)
    where = np.unravel_index(np.argmax(error), error.shape)
    if not error[where] <= allowed:
        place = tuple(int(i) for i in where)
        raise AssertionError(
            f"largest error {error[where]:.3g} at {place}: {actual[where]} against "
            f"{expected[where]}; at most {allowed:.3g} is allowed"
        )


def as_array(value: object) -> Array:
    """Return an array from an array, a nested list, a sparse matrix or a torch tensor."""
    if hasattr(value, "detach"):
        value = value.detach().resolve_conj().resolve_neg().numpy()
    if hasattr(value, "toarray"):
        value = value.toarray()
    return np.asarray(value)


def tolerance(actual: Array, expected: Array) -> float:
    """Relative error allowed between two arrays; the less precise decides."""
    floats = [a for a in (actual, expected) if np.issubdtype(a.dtype, np.inexact)]
    if not floats:
        return 0
    return max(TOLERANCE[min(np.finfo(a.dtype).dtype.itemsize, 8)] for a in floats)


def largest_finite(values: Array) -> float:
    """Largest finite magnitude in an array; 0 when there is none."""
    return float(np.max(np.abs(values), where=np.isfinite(values), initial=0))


def differences(actual: Array, expected: Array) -> Array:
    """Magnitude of the difference per entry; equal NaNs and infinities do not differ."""
    same = (actual == expected) | (np.isnan(actual) & np.isnan(expected))
    a, b = (np.where(same, 0, v).astype(np.result_type(v, np.float64)) for v in (actual, expected))
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(a - b)
    gap = np.where(~same & (gap == 0), 1, gap)  # integers that float64 cannot tell apart
    return np.where(np.isnan(gap), np.inf, gap)
