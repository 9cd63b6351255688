"""The kinds of state that an explorer may have, each with the limits that its page checks too."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

State = Any  # a traitlets trait; its types say little about what is read from an instance


def whole(default: int, low: int, high: int) -> State:
    """Return a trait for an integer from `low` to `high`."""
    limits = {"low": low, "high": high}
    return traitlets.Int(default, min=low, max=high).tag(sync=True, limits=limits)


def switch(default: bool = False) -> State:
    """Return a trait that is on or off."""
    return traitlets.Bool(default).tag(sync=True, limits={"choices": [False, True]})


def choice(default: str, *choices: str) -> State:
    """Return a trait for one of some words."""
    limits = {"choices": list(choices)}
    return traitlets.Enum(list(choices), default).tag(sync=True, limits=limits)


def pair(default: int, low: int, high: int) -> State:
    """Return a trait for an integer, or two of them for rows and columns."""
    return Pair(default, low, high).tag(sync=True, limits={"low": low, "high": high, "pair": True})


def numbers(
    default: Any, low: int, high: int, least: int | None = None, most: int | None = None
) -> State:
    """Return a trait for integers from `low` to `high`, in the shape of `default`.

    A list may have from `least` to `most` numbers; by default as many as `default` has. A smaller
    table than `default` fills its top left corner, the rest stays as it was by default.
    """
    shape = np.shape(default)
    sizes = [[least or size, most or size] for size in shape]
    limits = {"low": low, "high": high, "sizes": sizes}
    return Numbers(default, low, high, sizes).tag(sync=True, limits=limits)


class Pair(traitlets.TraitType):  # type: ignore[type-arg]  # Colab's 5.7 takes none
    """An integer, or a list of two."""

    def __init__(self, default: int, low: int, high: int) -> None:
        super().__init__(default)
        self.low, self.high = low, high
        self.info_text = f"an integer from {low} to {high}, or two of them (rows, columns)"

    def validate(self, obj: Any, value: Any) -> int | list[int]:
        """Return the value as an int, or as a list of two."""
        single = is_whole(value)
        parts = [value] if single else value
        if not isinstance(parts, Sequence) or len(parts) != (1 if single else 2):
            self.error(obj, value)
        if not all(is_whole(part) and self.low <= part <= self.high for part in parts):
            self.error(obj, value)
        return int(value) if single else [int(part) for part in value]


class Numbers(traitlets.TraitType):  # type: ignore[type-arg]  # Colab's 5.7 takes none
    """A list, or a table as a list of rows, of integers between limits."""

    def __init__(self, default: Any, low: int, high: int, sizes: list[list[int]]) -> None:
        super().__init__(np.asarray(default).tolist())
        self.low, self.high, self.sizes = low, high, sizes
        most = " x ".join(str(size) for _, size in sizes)
        self.info_text = f"at most {most} integers from {low} to {high}"

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the value as (nested) lists of int."""
        try:
            array = np.asarray(value)
        except ValueError:
            self.error(obj, value)
        if array.dtype.kind not in "iu" or array.ndim != len(self.sizes) or not array.size:
            self.error(obj, value)
        if array.min() < self.low or array.max() > self.high:
            self.error(obj, value)
        if any(n > size for n, (_, size) in zip(array.shape, self.sizes, strict=True)):
            self.error(obj, value)
        if array.ndim == 1:
            if array.size < self.sizes[0][0]:
                self.error(obj, value)
            return array.tolist()
        whole_table = np.array(self.default_value)
        whole_table[tuple(slice(n) for n in array.shape)] = array
        return whole_table.tolist()


def is_whole(value: Any) -> bool:
    """Tell whether a value is an integer, which True is not."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
