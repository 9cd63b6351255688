"""Four ways to continue an input past its border: zeros, reflect, replicate, circular."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from .arguments import Array, Sizes, one_of

Pairs: TypeAlias = Sequence[tuple[int, int]]  # (before, after) per spatial axis

# torch's names, and what NumPy calls the same four.
MODES: dict[str, Literal["constant", "reflect", "edge", "wrap"]] = {
    "zeros": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


def check_padding(size: Sizes, padding: Pairs, mode: str) -> None:
    """Raise ValueError unless `mode` can pad axes of these sizes by these (before, after) pairs."""
    one_of(mode, MODES, "padding_mode")
    for axis, (n, pair) in enumerate(zip(size, padding, strict=True)):
        limit = {"reflect": n - 1, "circular": n}.get(mode)
        if limit is not None and max(pair) > limit:
            raise ValueError(
                f"padding adds {max(pair)} values on a side of spatial axis {axis}, which has {n}; "
                f"padding_mode={mode!r} accepts at most {max(limit, 0)}"
            )


def pad(x: Array, padding: Pairs, mode: str) -> Array:
    r"""Pad the last, spatial axes of `x` (..., \*S) by (before, after) pairs.

    ========== ===================== ==========================================
    mode       1 2 3 padded by two   the signal is continued by
    ========== ===================== ==========================================
    zeros      0 0 **1 2 3** 0 0     nothing
    reflect    3 2 **1 2 3** 2 1     its mirror image; the border is not repeated
    replicate  1 1 **1 2 3** 3 3     its last value
    circular   2 3 **1 2 3** 1 2     itself, from the other end
    ========== ===================== ==========================================

    Returns `x` itself when there is nothing to add.

    >>> pad(np.array([[[1, 2, 3]]]), ((2, 2),), "reflect")
    array([[[3, 2, 1, 2, 3, 2, 1]]])
    """
    if not any(map(any, padding)):
        return x
    leading = ((0, 0),) * (x.ndim - len(padding))
    return np.pad(x, (*leading, *padding), mode=MODES[mode])
