"""The photograph that explorers show, as a part of their state."""

import base64
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.cbook import get_sample_data

from ..arguments import Array

LARGEST = 64


class Photograph(traitlets.TraitType[Any, Any]):
    """A square picture of integers from 0, black, to 15, kept as base64, two pixels a byte."""

    def __init__(self, side: int = LARGEST) -> None:
        super().__init__()
        self.side = side
        self.info_text = (
            f"{side} x {side} integers from 0 to 15, or a base64 string of {side**2 // 2} bytes"
        )
        self.tag(sync=True, limits={"bytes": side**2 // 2})

    def default(self, obj: Any = None) -> str:
        """Return the portrait of Grace Hopper that comes with matplotlib."""
        return packed(portrait(self.side))

    def validate(self, obj: Any, value: Any) -> str:
        """Return the value as a base64 string."""
        try:
            pixels = unpacked(value, self.side) if isinstance(value, str) else np.asarray(value)
        except ValueError:
            self.error(obj, value)
        if pixels.shape != (self.side, self.side) or pixels.dtype.kind not in "iu":
            self.error(obj, value)
        if pixels.min() < 0 or pixels.max() > 15:
            self.error(obj, value)
        return packed(pixels)


@cache
def portrait(side: int = LARGEST) -> Array:
    """Return Grace Hopper, cut out of matplotlib's sample photograph, in 16 levels of grey."""
    return greys(30, 80, side)


@cache
def beside_the_flag() -> Array:
    """Return the upper left corner of the same photograph, with a flag's stars, likewise."""
    return greys(0, 0, LARGEST)


def greys(top: int, left: int, side: int) -> Array:
    """Return a square of matplotlib's sample photograph as side x side levels of grey."""
    photo = plt.imread(get_sample_data("grace_hopper.jpg", asfileobj=False)).mean(axis=2)
    size = 6 * LARGEST // side
    square = photo[top : top + size * side, left : left + size * side]
    means = square.reshape(side, size, side, size).mean(axis=(1, 3))
    levels: Array = np.rint(means / 17).astype(int)
    return levels


def packed(pixels: Array) -> str:
    """Return pixels from 0 to 15 as base64, two of them in a byte."""
    first, second = pixels.astype(np.uint8).reshape(-1, 2).T
    return base64.b64encode((16 * first + second).tobytes()).decode()


def unpacked(text: str, side: int = LARGEST) -> Array:
    """Return the pixels of a base64 text."""
    both = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    pixels: Array = np.stack([both // 16, both % 16], axis=-1).reshape(side, side).astype(int)
    return pixels
