"""Compare results the way the book does, and answers with those expected of a reader."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .answers import check as check
from .arguments import Array, first_line, numeric, shown, silently

# Relative to the largest value of the result; integers must be equal.
TOLERANCE = {2: 1e-2, 4: 1e-4, 8: 1e-10}


def assert_agree(actual: object, expected: object, *, check_dtype: bool = False) -> None:
    """Raise AssertionError unless two results have one shape and agree to their precision.

    "Agree" means a largest error of at most 1e-10 (double), 1e-4 (single) or 1e-2 (half
    precision) times the largest magnitude in `expected`, the less precise of the two deciding;
    integers must be equal. NaNs and infinities must stand in the same places.

    A tuple is compared item by item, each by its own dtype and magnitude, and so is a list that
    holds a tuple or an array. A list of numbers, nested or not, is one array.

    Parameters
    ----------
    actual, expected : array_like, scipy.sparse array or torch.Tensor; or tuple or list of these
        A tensor may require gradients; torch itself is not imported.
    check_dtype : bool
        Whether the dtypes must be the same too.

    Raises
    ------
    AssertionError
        With both lengths, shapes or dtypes; or with the largest error, where it is, its
        limit, and how many values are beyond.
    TypeError
        When a result is not numeric, or is a masked array.

    Examples
    --------
    >>> assert_agree([1.0, 2.0], [1.0, 2.0 + 1e-12])
    >>> assert_agree([1, 2], [1, 3])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    AssertionError: largest error 1 at (1,): 2 against 3; at most 0 ...

    Values and indices, each on their own.

    >>> assert_agree(([0.5, 1.0], [7, 9]), ([0.5, 1.0], [7]))
    Traceback (most recent call last):
    AssertionError: item [1]: shape (2,) against (1,)
    """
    try:
        compare(actual, expected, "", check_dtype)
    except RecursionError:
        raise TypeError("actual or expected holds itself; it must be made of arrays") from None


def compare(actual: object, expected: object, path: str, check_dtype: bool) -> None:
    """Compare two results, or what stands at `path` in them, such as [1][0]."""
    path = path if len(path) <= 40 else f"...{path[-37:]}"
    where = f"item {path}: " if path else ""
    if not (has_items(actual) or has_items(expected)):
        arrays = as_array(actual, f"actual{path}"), as_array(expected, f"expected{path}")
        compare_arrays(*arrays, where, check_dtype)
        return
    both = items(actual, f"actual{path}"), items(expected, f"expected{path}")
    if len(both[0]) != len(both[1]):
        raise AssertionError(f"{where}length {len(both[0])} against {len(both[1])}")
    for number, pair in enumerate(zip(*both, strict=True)):
        compare(*pair, f"{path}[{number}]", check_dtype)


def has_items(value: object) -> bool:
    """Say whether a result is compared item by item."""
    if isinstance(value, list):
        return any(has_items(item) or is_array(item) for item in value)
    return isinstance(value, tuple)


def is_array(value: object) -> bool:
    """Say whether a value is an array of any package; a NumPy scalar is a number."""
    kind = type(value)  # whose attributes cannot be made up when they are asked for
    arrays = hasattr(kind, "__array__") or hasattr(kind, "toarray")
    return arrays and not isinstance(value, np.generic)


def items(value: object, name: str) -> Sequence[object]:
    """Return the items of a tuple or list, or those of an array along its first axis."""
    if isinstance(value, tuple | list):
        return value
    array = as_array(value, name)
    if array.ndim == 0:
        raise AssertionError(f"{name} is {shown(value)}, a number, against a tuple or list")
    return list(array)


def as_array(value: Any, name: str = "value") -> Array:
    """Return an array from an array, a nested list, a sparse matrix or a torch tensor."""
    try:
        if hasattr(value, "toarray"):
            value = value.toarray()
        return numeric(value, name, "biufc", "an array of numbers")
    except Exception as error:  # whatever a foreign object raises
        kind = f"{type(value).__name__:.40}"
        raise TypeError(f"{first_line(error)}; got {shown(value)}, a {kind}") from None


@silently
def compare_arrays(actual: Array, expected: Array, where: str, check_dtype: bool) -> None:
    """Compare two arrays; `where` begins the message."""
    if actual.shape != expected.shape:
        raise AssertionError(f"{where}shape {shown(actual.shape)} against {shown(expected.shape)}")
    if check_dtype and actual.dtype != expected.dtype:
        raise AssertionError(f"{where}dtype {actual.dtype} against {expected.dtype}")
    if actual.size == 0:
        return
    allowed = tolerance(actual, expected) * largest_finite(expected)
    error = differences(actual, expected)
    worst = np.unravel_index(np.argmax(error), error.shape)
    if not error[worst] <= allowed:
        place = shown(tuple(int(i) for i in worst))
        beyond = np.count_nonzero(~(error <= allowed))
        raise AssertionError(
            f"{where}largest error {error[worst]:.3g} at {place}: {actual[worst]} against "
            f"{expected[worst]}; at most {allowed:.3g} is allowed; {beyond} of {error.size} differ"
        )


def tolerance(actual: Array, expected: Array) -> float:
    """Relative error allowed between two arrays; the less precise decides."""
    floats = [a for a in (actual, expected) if np.issubdtype(a.dtype, np.inexact)]
    if not floats:
        return 0
    return max(TOLERANCE[min(np.finfo(a.dtype).dtype.itemsize, 8)] for a in floats)


def largest_finite(values: Array) -> float:
    """Largest finite magnitude in an array; 0 when there is none."""
    magnitudes = np.abs(values.astype(np.result_type(values, np.float64)))
    return float(np.max(magnitudes, where=np.isfinite(values), initial=0))


def differences(actual: Array, expected: Array) -> Array:
    """Magnitude of the difference per entry; NaNs, and equal infinities, do not differ."""
    if not tolerance(actual, expected):
        return integer_gaps(actual, expected)
    a, b = (v.astype(np.result_type(v, np.float64)) for v in (actual, expected))
    gaps = float_gaps(a.real, b.real)
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        gaps = np.hypot(gaps, float_gaps(a.imag, b.imag))
    return np.where(np.isnan(a) & np.isnan(b), 0, gaps)


def integer_gaps(a: Array, b: Array) -> Array:
    """Exact differences of integers or bools; the largest that 64 bits hold for the one beyond."""
    first, second = a.astype(np.uint64), b.astype(np.uint64)  # modulo 2**64
    gaps = np.where(a < b, second - first, first - second)
    return np.where((gaps == 0) & (a != b), np.uint64(2**64 - 1), gaps)  # -1 and 2**64 - 1


def float_gaps(a: Array, b: Array) -> Array:
    """Differences of real numbers; infinite where NaN or infinity meets something else."""
    gaps = np.where(a == b, 0, np.abs(a - b))
    return np.where(np.isnan(gaps), np.inf, gaps)
