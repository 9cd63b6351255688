"""Continue an input past its border: zeros, reflect, symmetric, replicate, circular."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from .arguments import Array, Sizes, one_of

Pairs: TypeAlias = Sequence[tuple[int, int]]  # (before, after) per spatial axis
PaddingMode: TypeAlias = Literal["zeros", "reflect", "replicate", "circular", "symmetric"]
MODES: tuple[str, ...] = get_args(PaddingMode)


def check_padding(size: Sizes, padding: Pairs, mode: str) -> None:
    """Raise ValueError unless `mode` can pad axes of these sizes by these (before, after) pairs."""
    one_of(mode, MODES, "padding_mode")
    if mode not in ("reflect", "circular"):
        return
    for axis, (n, pair) in enumerate(zip(size, padding, strict=True)):
        limit = n - 1 if mode == "reflect" else n
        if max(pair) > limit:
            raise ValueError(
                f"padding adds {max(pair)} values on a side of spatial axis {axis}, which has {n}; "
                f"padding_mode={mode!r} accepts at most {max(limit, 0)}"
            )


def sources(positions: Array, n: int, mode: str) -> Array:
    """Name, for positions inside and outside of an axis of n values, the value that stands there.

    With zeros nothing stands outside, which is told by -1.

    >>> sources(np.arange(-2, 5), 3, "symmetric")
    array([1, 0, 0, 1, 2, 2, 1])
    """
    if mode == "zeros":
        return np.where((positions >= 0) & (positions < n), positions, -1)
    if mode == "replicate":
        return np.clip(positions, 0, n - 1)
    if mode == "circular":
        return positions % n
    # A mirror at each end: there and back in one period, with or without the border twice.
    period = 2 * n if mode == "symmetric" else max(2 * n - 2, 1)
    there: Array = positions % period
    back = period - there if mode == "reflect" else period - 1 - there
    nearer: Array = np.minimum(there, back)
    return nearer


def pad(x: Array, padding: Pairs, mode: str) -> Array:
    r"""Pad the last, spatial axes of `x` (..., \*S) by (before, after) pairs.

    ========== ===================== ============================================
    mode       1 2 3 padded by two   the signal is continued by
    ========== ===================== ============================================
    zeros      0 0 **1 2 3** 0 0     nothing
    reflect    3 2 **1 2 3** 2 1     its mirror image; the border is not repeated
    symmetric  2 1 **1 2 3** 3 2     its mirror image, the border included
    replicate  1 1 **1 2 3** 3 3     its last value
    circular   2 3 **1 2 3** 1 2     itself, from the other end
    ========== ===================== ============================================

    Returns `x` itself when there is nothing to add.

    >>> pad(np.array([[[1, 2, 3]]]), ((2, 2),), "reflect")
    array([[[3, 2, 1, 2, 3, 2, 1]]])
    """
    if not any(map(any, padding)):
        return x
    axes = len(padding)
    if mode == "zeros":
        sides = zip(x.shape[-axes:], padding, strict=True)
        padded = np.zeros((*x.shape[:-axes], *(a + n + b for n, (a, b) in sides)), x.dtype)
        padded[inside(x.shape[-axes:], padding)] = x
        return padded
    for axis, (before, after) in enumerate(padding, -axes):
        n = x.shape[axis]
        x = x.take(sources(np.arange(-before, n + after), n, mode), axis)
    return x


def inside(size: Sizes, padding: Pairs) -> tuple[Any, ...]:
    """Index that cuts an input of this size out of its padding."""
    return (
        ...,
        *(slice(before, before + n) for n, (before, _) in zip(size, padding, strict=True)),
    )
