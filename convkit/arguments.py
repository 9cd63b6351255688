"""What a caller passes becomes what the package works with, or an error that names it."""

import operator

import numpy as np


def numeric(value, name, kinds="iufc", wanted="integer, floating or complex"):
    """Return `value` as an array whose dtype is of one of these kinds, or raise TypeError."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"{name} is not a numeric array: {error}") from None
    if array.dtype.kind not in kinds:
        raise TypeError(f"{name} has dtype {array.dtype}; it must be {wanted}")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def integer(value, name, minimum):
    """Return `value` as an int of at least `minimum`, or raise an error naming the argument."""
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
    return number


def per_axis(value, axes, name, minimum):
    """Return one int per axis; a single int, or a tuple holding one, counts for every axis."""
    values = value if isinstance(value, tuple | list) else (value,)
    if len(values) not in (1, axes):
        raise ValueError(f"{name} is {value!r}; it must be one int or a tuple of {axes}")
    numbers = tuple(integer(v, name, minimum) for v in values)
    return numbers if len(numbers) == axes else numbers * axes


def one_of(value, names, name):
    """Return `value` if it is one of the strings in `names`, or raise ValueError."""
    if not isinstance(value, str) or value not in names:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(names)}")
    return value
