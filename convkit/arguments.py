"""What a caller passes becomes what the package works with, or an error that names it."""

import operator
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]
Sizes: TypeAlias = Sequence[int]  # one int per spatial axis
PerAxis: TypeAlias = int | Sequence[int]  # the same as a caller may write it: one int for all axes


# torch does not warn of overflow and of NaN that arise while it computes; nor do we.
silently = np.errstate(over="ignore", invalid="ignore")


def numeric(
    value: ArrayLike, name: str, kinds: str = "iufc", wanted: str = "integer, floating or complex"
) -> Array:
    """Return `value` as an array whose dtype is of one of these kinds, or raise TypeError."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise TypeError(f"{name} is not a numeric array; it must be {wanted}: {reason}") from None
    if array.dtype.kind not in kinds:
        raise TypeError(f"{name} has dtype {array.dtype}; it must be {wanted}")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def floating(value: ArrayLike, name: str) -> Array:
    """Return `value` as an array of floats, or raise TypeError."""
    return numeric(value, name, "f", f"floating, e.g. {name}.astype(float)")


def summing_dtype(x: Array) -> np.dtype[Any]:
    """Name the dtype in which values of x are added: single precision for half, else their own."""
    return np.dtype(np.float32) if x.dtype == np.float16 else x.dtype


def integer(value: Any, name: str, minimum: int, maximum: int = 2**31 - 1) -> int:
    """Return `value` as an int between two bounds, or raise an error naming the argument."""
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name} holds {value!r}, a {type(value).__name__}; it must be an int"
        ) from None
    if number < minimum:
        raise ValueError(f"{name} is {number}; it must be at least {minimum}")
    if number > maximum:
        raise ValueError(f"{name} is {number}; it must be at most {maximum}")
    return number


def per_axis(value: Any, axes: int, name: str, minimum: int) -> tuple[int, ...]:
    """Return one int per axis; a single int, or a tuple holding one, counts for every axis."""
    values = value if isinstance(value, tuple | list) else (value,)
    if len(values) not in (1, axes):
        raise ValueError(f"{name} is {value!r}; it must be one int or a tuple of {axes}")
    numbers = tuple(integer(v, name, minimum) for v in values)
    return numbers if len(numbers) == axes else numbers * axes


def entry_per_axis(value: Any, axes: int, name: str, minimum: int) -> tuple[int, ...]:
    """Return one int per axis; unlike `per_axis`, a tuple needs an entry for each."""
    if isinstance(value, tuple | list) and len(value) != axes:
        raise ValueError(f"{name} is {value!r}; it must be one int or a tuple of {axes}")
    return per_axis(value, axes, name, minimum)


def one_of(value: Any, names: Iterable[str], name: str) -> str:
    """Return `value` if it is one of the strings in `names`, or raise ValueError."""
    if not isinstance(value, str) or value not in names:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(names)}")
    return value


def flag(value: Any, name: str) -> bool:
    """Return `value` if it is a bool, or raise TypeError."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}, a {type(value).__name__}; it must be True or False")
    return value


def input_shape(input_size: Any, grad_output: Array, axes: int) -> tuple[int, ...]:
    """Return the shape of the input, which has the batch and the channels of the output."""
    kept = grad_output.shape[:-axes]
    if isinstance(input_size, tuple | list) and len(input_size) == grad_output.ndim:
        shape = tuple(integer(n, "input_size", minimum=0) for n in input_size)
        if shape[:-axes] == kept:
            return shape
    raise ValueError(
        f"input_size is {input_size!r}; for grad_output of shape {grad_output.shape} it must be "
        f"a tuple of {grad_output.ndim} sizes that begins with {kept}"
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
