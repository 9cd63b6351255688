"""What a caller passes becomes what the package works with, or an error that names it."""

import operator
import reprlib
from collections.abc import Iterable, Sequence
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]
Sizes: TypeAlias = Sequence[int]  # one int per spatial axis
PerAxis: TypeAlias = SupportsIndex | Sequence[SupportsIndex]  # as a caller may write it
Shape: TypeAlias = Sequence[SupportsIndex]

DEFAULT_INT = np.dtype(int)

# torch does not warn of overflow, underflow or NaN that arise while it computes; nor do we.
silently = np.errstate(all="ignore")


def shown(value: object) -> str:
    """Show a value in one line of at most 80 characters, however large or hostile it is.

    >>> shown((3, 3))
    '(3, 3)'
    >>> shown(np.zeros((100, 100)))
    'an array of shape (100, 100)'
    """
    try:
        if isinstance(value, np.ndarray) and value.ndim:
            text = f"an array of shape {value.shape}"
        else:
            text = " ".join(reprlib.repr(value).split())
    except Exception:
        text = f"an object of type {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."


def plain(value: Any) -> Any:
    """Return what NumPy can read: of a torch tensor its values, without gradient or conjugation."""
    if hasattr(value, "detach"):
        return value.detach().resolve_conj().resolve_neg()
    return value


def is_masked(value: object) -> bool:
    """Say whether a mask would be lost if `value`, or a list holding it, became an array."""
    if isinstance(value, tuple | list):
        return any(map(is_masked, value))
    return isinstance(value, np.ma.MaskedArray)


def numeric(
    value: ArrayLike, name: str, kinds: str = "iufc", wanted: str = "integer, floating or complex"
) -> Array:
    """Return `value` as an array whose dtype is of one of these kinds, or raise TypeError."""
    if is_masked(value):
        raise TypeError(f"{name} is a masked array, whose mask would be lost; use {name}.filled(0)")
    try:
        array = np.asarray(plain(value))
    except Exception as error:  # whatever the __array__ of a foreign object raises
        raise TypeError(
            f"{name} is not a numeric array; it must be {wanted}: {first_line(error)}"
        ) from None
    if array.dtype.kind not in kinds:
        raise TypeError(f"{name} has dtype {array.dtype!s:.60}; it must be {wanted}")
    return roomy(array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("=")))


def roomy(array: Array) -> Array:
    """Return integers of NumPy's default size with 64 bits, which it has but in a browser.

    There lists of integers, and all that comes of them, would overflow at 2**31.
    """
    return array.astype(np.int64, copy=False) if array.dtype == DEFAULT_INT else array


def first_line(error: Exception) -> str:
    """Return the beginning of an error's message, in one line."""
    try:
        return " ".join(str(error).split())[:120]
    except Exception:
        return type(error).__name__


def floating(value: ArrayLike, name: str) -> Array:
    """Return `value` as an array of floats, or raise TypeError."""
    return numeric(value, name, "f", f"floating, e.g. {name}.astype(float)")


def summing_dtype(x: Array) -> np.dtype[Any]:
    """Name the dtype in which values of x are added: single precision for half, else their own."""
    return np.dtype(np.float32) if x.dtype == np.float16 else x.dtype


def integer(value: Any, name: str, minimum: int, maximum: int = 2**31 - 1) -> int:
    """Return `value` as an int between two bounds, or raise an error naming the argument."""
    number = value if type(value) is int else index(value, name)
    if number < minimum:
        raise ValueError(f"{name} is {shown(number)}; it must be at least {minimum}")
    if number > maximum:
        raise ValueError(f"{name} is {shown(number)}; it must be at most {maximum}")
    return number


def index(value: Any, name: str) -> int:
    """Return the int that `value`, of another type, stands for, or raise TypeError."""
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        return int(operator.index(value))
    except Exception:  # whatever the __index__ of a foreign object raises
        raise TypeError(
            f"{name} holds {shown(value)}, a {type(value).__name__:.40}; it must be an int"
        ) from None


def per_axis(value: Any, axes: int, name: str, minimum: int) -> tuple[int, ...]:
    """Return one int per axis; a single int, or a tuple holding one, counts for every axis."""
    if not isinstance(value, tuple | list):
        return (integer(value, name, minimum),) * axes
    if len(value) not in (1, axes):
        raise ValueError(f"{name} is {shown(value)}; it must be one int or a tuple of {axes}")
    numbers = [integer(v, name, minimum) for v in value]
    return tuple(numbers if len(numbers) == axes else numbers * axes)


def entry_per_axis(value: Any, axes: int, name: str, minimum: int) -> tuple[int, ...]:
    """Return one int per axis; unlike `per_axis`, a tuple needs an entry for each."""
    if isinstance(value, tuple | list) and len(value) != axes:
        raise ValueError(f"{name} is {shown(value)}; it must be one int or a tuple of {axes}")
    return per_axis(value, axes, name, minimum)


def one_of(value: Any, names: Iterable[str], name: str) -> str:
    """Return `value` if it is one of the strings in `names`, or raise ValueError."""
    if not isinstance(value, str) or value not in names:
        raise ValueError(f"{name} is {shown(value)}; it must be one of {', '.join(names)}")
    return value


def flag(value: Any, name: str) -> bool:
    """Return `value` if it is a bool, or raise TypeError."""
    if not isinstance(value, bool):
        raise TypeError(
            f"{name} is {shown(value)}, a {type(value).__name__:.40}; it must be True or False"
        )
    return value


def check_memory(shape: Sizes, dtype: np.dtype[Any]) -> None:
    """Raise MemoryError at once where a result of this shape cannot be held."""
    try:
        np.empty(shape, dtype)
    except (MemoryError, ValueError):  # ValueError: more bytes than an address can count
        raise MemoryError(f"the result, {tuple(shape)} of {dtype}, is too large to hold") from None


def input_shape(input_size: Any, grad_output: Array, axes: int) -> tuple[int, ...]:
    """Return the shape of the input, which has the batch and the channels of the output."""
    kept = grad_output.shape[:-axes]
    if isinstance(input_size, tuple | list) and len(input_size) == grad_output.ndim:
        shape = tuple(integer(n, "input_size", minimum=0) for n in input_size)
        if shape[:-axes] == kept:
            return shape
    raise ValueError(
        f"input_size is {shown(input_size)}; for grad_output of shape {grad_output.shape} it must "
        f"be a tuple of {grad_output.ndim} sizes that begins with {kept}"
    )


def check_not_empty(shape: Sizes, last: int, subject: str) -> None:
    """Check that none of the last axes is empty; `subject` begins the message."""
    if 0 in shape[-last:]:
        raise ValueError(
            f"{subject} {tuple(shape)}; every axis from axis {len(shape) - last} on needs "
            "at least one value"
        )


def check_gradient(grad_output: Array, expected: Sizes) -> None:
    """Check that the gradient of an output has the shape of that output."""
    if grad_output.shape != tuple(expected):
        raise ValueError(
            f"grad_output has shape {grad_output.shape}; it must be {tuple(expected)}, "
            "the shape of the output"
        )


def check_rank(x: Array, axes: int, name: str, function: str) -> None:
    """Check that x is shaped (N, C, *S) or (C, *S) with as many spatial axes as stated."""
    if x.ndim not in (axes + 1, axes + 2):
        raise ValueError(
            f"{name} has shape {x.shape}; {function} needs {axes + 2} axes "
            f"(N, C, and {axes} spatial) or {axes + 1} without N"
        )
