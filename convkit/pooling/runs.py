"""What each output of a pooling reads along one axis: a run of equally spaced places.

A window reads every d-th place, a bin neighbours. Two numbers tell the part of it inside the input:
its first place and how many there are. Both are found by arithmetic, so that padding, of which
nothing is read, costs nothing however wide it is. Maxima and sums of long runs are put together
from those of 1, 2, 4, ... places: k places take about log2(k) steps.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from ..arguments import Array, Sizes
from ..geometry import Geometry
from ..patches import blocks

BLOCK = 2**17  # numbers looked at together: they stay in the cache
FEW = 16  # places, or runs, that are as fast looked at one by one

# (arrays, first, count, step) -> what becomes of arrays (L, places, R): each (L, outputs, R)
Reduce: TypeAlias = Callable[[list[Array], Array, Array, int], list[Array]]


@dataclass(frozen=True)
class Runs:
    """What each of `outputs` outputs reads of `places` places."""

    places: int
    outputs: int
    step: int  # from one place of a run to the next
    of: Callable[[Array], tuple[Array, Array]]  # numbers of outputs -> first place, how many

    def part(self, some: slice) -> "Runs":
        """Return the runs of some outputs only."""
        start, stop, _ = some.indices(self.outputs)
        return replace(self, outputs=stop - start, of=lambda i: self.of(i + start))

    def counts(self) -> Array:
        """Return how many places each output reads."""
        count = np.empty(self.outputs, np.int64)
        for (some,) in blocks((self.outputs,), BLOCK):
            count[some] = self.of(np.arange(some.start, some.stop))[1]
        return count


def window_runs(window: Geometry, with_padding: bool = False) -> list[Runs]:
    """Return per axis what each window reads of the input itself, or of it and its padding.

    Where a window reads nothing, its first place is that of the first tap that is not negative.

    >>> window = Geometry.of_pooling((5,), 4, padding=1, ceil_mode=True)
    >>> window_runs(window)[0].counts()
    array([3, 2])
    >>> window_runs(window, with_padding=True)[0].counts()  # the last reads one place beyond it
    array([4, 3])
    """

    def runs(n: int, outputs: int, k: int, s: int, p: int, d: int) -> Runs:
        margin = p if with_padding else 0
        return Runs(n, outputs, d, lambda i: taps_between(s * i - p, k, d, -margin, n + margin))

    return [runs(*sizes) for sizes in sizes_per_axis(window)]


def transposed_runs(window: Geometry) -> list[Runs]:
    """Return per axis the windows that read each value of the input: a run of windows.

    Window i reads value t where s*i + d*j - p = t for one of the taps j. Such windows are
    d / gcd(s, d) apart.
    """

    def runs(n: int, outputs: int, k: int, s: int, p: int, d: int) -> Runs:
        common = math.gcd(s, d)
        step = d // common
        inverse = pow(s // common, -1, step)

        def windows(t: Array) -> tuple[Array, Array]:
            position = t + p
            lowest = np.maximum(-((d * (k - 1) - position) // s), 0)
            highest = np.minimum(position // s, outputs - 1)
            first = lowest + (position // common % step * inverse - lowest) % step
            count = np.maximum((highest - first) // step + 1, 0)
            return first, np.where(position % common == 0, count, 0)

        return Runs(outputs, n, step, windows)

    return [runs(*sizes) for sizes in sizes_per_axis(window)]


def sizes_per_axis(window: Geometry) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Yield input size, output size, kernel size, stride, padding before and dilation per axis."""
    before = (p for p, _ in window.padding)
    return zip(
        window.input_size,
        window.output_size,
        window.kernel_size,
        window.stride,
        before,
        window.dilation,
        strict=True,
    )


def taps_between(start: Array, k: int, d: int, low: int, high: int) -> tuple[Array, Array]:
    """Find the taps start + d*j, 0 <= j < k, in [low, high): where the first is, and how many.

    >>> taps_between(np.array([-3, 1]), 3, 2, 0, 4)
    (array([1, 1]), array([1, 2]))
    """
    skipped = np.maximum(-((start - low) // d), 0)
    first = start + d * skipped
    count: Array = np.minimum(-((first - high) // d), k - skipped)
    return first, np.maximum(count, 0)


def bin_runs(size: Sizes, bins: Sizes) -> list[Runs]:
    """Divide each axis of n values into m bins as even as can be.

    Bin i is [floor(i n/m), ceil((i + 1) n/m)). Neighbours share a value where (i + 1) n/m is no
    whole number. The bins that hold each value are the runs of n bins of m values: transposing
    swaps the sizes.

    >>> bin_runs((5,), (3,))[0].of(np.arange(3))
    (array([0, 1, 3]), array([2, 3, 2]))
    """

    def runs(n: int, m: int) -> Runs:
        def members(i: Array) -> tuple[Array, Array]:
            first = i * n // m
            return first, -(-(i + 1) * n // m) - first

        return Runs(n, m, 1, members)

    return [runs(n, m) for n, m in zip(size, bins, strict=True)]


def parts(runs: Sequence[Runs], size: int) -> list[list[Any]]:
    """Cut outputs that outnumber the places of their axis into boxes that do not.

    So reducing the last axis of `size` values first makes of them hardly more values.
    """
    cuts = []
    for axis, run in enumerate(runs):
        most = max(run.places, BLOCK * run.places // max(size, 1)) if axis else run.outputs
        cuts.append([slice(i, i + most) for i in range(0, run.outputs, max(most, 1))])
    return [list(box) for box in itertools.product(*cuts)]


def along(
    axis: int, arrays: Sequence[Array], runs: Runs, reduce: Reduce, dtypes: Sequence[Any]
) -> list[Array]:
    """Reduce one axis, counted from the last, of arrays of one shape; a block at a time."""
    shape = arrays[0].shape
    before, after = shape[:axis], shape[axis:][1:]
    sides = math.prod(before), math.prod(after)
    lines = [a.reshape(sides[0], runs.places, sides[1]) for a in arrays]
    results = [np.empty((sides[0], runs.outputs, sides[1]), dtype) for dtype in dtypes]
    for (outputs,) in blocks((runs.outputs,), BLOCK):
        first, count = runs.of(np.arange(outputs.start, outputs.stop))
        low, high = extent(first, count, runs.step)
        room = max(BLOCK // max(high - low, len(first)), 1)
        for left, right in blocks(sides, room):
            block = [a[left, low:high, right] for a in lines]
            reduced = reduce(block, first - low, count, runs.step)
            for result, part in zip(results, reduced, strict=True):
                result[left, outputs, right] = part
    return [result.reshape(*before, runs.outputs, *after) for result in results]


def extent(first: Array, count: Array, step: int) -> tuple[int, int]:
    """Return the smallest range that holds all places of the runs."""
    used = count > 0
    if not used.any():
        return 0, 0
    last = first[used] + step * (count[used] - 1)
    return int(first[used].min()), int(last.max()) + 1


def doublings(count: Array) -> Iterator[int]:
    """Yield 1, 2, 4, ... up to the largest count."""
    length = 1
    while length <= count.max(initial=0):
        yield length
        length *= 2
