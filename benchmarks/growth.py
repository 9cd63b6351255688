"""How cost grows with the image, the kernel and the channels, by each method.

    make bench ONLY=growth

Multiplications by the count of each method's docstring, time measured, and the peak of memory
beside its prediction. The unit of time is im2col's on the same fixed problem in the same round.
"""

import itertools
import math
import tracemalloc
from dataclasses import replace

import numpy as np
import timing
from problem import Call, Problem

from convkit.algorithms import METHODS, cost, fft, im2col, winograd
from convkit.algorithms.cores import CORES

BASES = {  # what stays when something else is varied, and the values of what varies
    "1-D": (
        Problem(1, 8, (4096,), 8, 17),
        {
            "size": [(2**i,) for i in range(8, 17, 2)],
            "kernel": [3, 9, 17, 33, 65, 129, 257],
            "channels": [1, 2, 4, 8, 16, 32, 64],
        },
    ),
    "2-D": (
        Problem(1, 8, (64, 64), 8, 5),
        {
            "size": [(2**i, 2**i) for i in range(4, 10)],
            "kernel": [1, 3, 5, 7, 9, 11, 15, 21, 31],
            "channels": [1, 2, 4, 8, 16, 32, 64],
        },
    ),
}
# More multiplications than these take a method a minute, or gigabytes.
MOST = {"naive": 1e6, "matrix": 2e7}
ROUNDS = 5
FLOAT, COMPLEX, INDEX = 4, 8, 8  # bytes


def vary(base: Problem, what: str, value: int | tuple[int, ...]) -> Problem:
    """Return the problem with another size, kernel or number of channels, in and out."""
    filters = {"filters": value} if what == "channels" else {}
    return replace(base, **{what: value}, **filters)


def tiles_of(problem: Problem) -> tuple[int, int, int]:
    """Tiles, points of a tile and frequencies of a tile, as the fft method has them."""
    x, w = problem.arrays()
    _, tile = cost.fft(x.shape, w.shape, (1,) * len(problem.size), x.dtype)
    steps = (t - problem.kernel + 1 for t in tile)
    axes = zip(problem.output_size, steps, strict=True)
    count = problem.batch * math.prod(-(-n // step) for n, step in axes)
    return count, math.prod(tile), math.prod(tile[:-1]) * (tile[-1] // 2 + 1)


def winograd_tiles(problem: Problem) -> tuple[int, int]:
    """Tiles, and points of a tile, as the winograd method has them."""
    count = problem.batch * math.prod(-(-n // winograd.TILE) for n in problem.output_size)
    return count, (winograd.TILE + problem.kernel - 1) ** len(problem.size)


def multiplications(problem: Problem, method: str) -> float:
    """Count multiplications of real numbers: T log2 T in a real transform, 4 in a complex product.

    An FFT of T points has T/2 log2 T complex multiplications; real input halves that.
    """
    if method == "winograd":  # between the transforms
        tiles, points = winograd_tiles(problem)
        return tiles * points * problem.channels * problem.filters
    if method != "fft":
        return problem.multiplications
    tiles, points, frequencies = tiles_of(problem)
    pairs = problem.channels // problem.groups * problem.filters
    transforms = tiles * (problem.channels + problem.filters) + pairs
    return transforms * points * math.log2(points) + 4 * frequencies * tiles * pairs


def memory(problem: Problem, method: str) -> float:
    """Predict the bytes in use at the peak, the result included."""
    result = problem.outputs * FLOAT
    if method == "naive":
        return result
    if method == "matrix":
        # Of each entry: the row and twice the column, both once more at half the length, whether
        # it is inside, and the weight. The finished matrix, entries and columns, is smaller.
        return problem.multiplications * (3 * INDEX + 2 * INDEX / 2 + 1 + FLOAT)
    if method == "im2col":
        columns = problem.multiplications / problem.filters * FLOAT
        kernels = problem.channels // problem.groups * problem.filters * problem.taps * FLOAT
        return result + min(columns, max(im2col.BLOCK, kernels)) * (problem.taps > 1)
    if method == "winograd":  # kernels, a block of tiles, and the result once more without signs
        tiles, points = winograd_tiles(problem)
        kernels = points * problem.channels * problem.filters * FLOAT
        numbers = tiles * points * (problem.channels + problem.filters) * FLOAT
        return result + max(result, kernels + min(numbers, max(im2col.BLOCK, kernels)))
    tiles, points, frequencies = tiles_of(problem)
    # The input without its level, the kernels and their spectra, and a piece on each core.
    level = math.prod(problem.size) * problem.channels * FLOAT
    both = points * FLOAT + frequencies * COMPLEX
    kernels = problem.channels // problem.groups * problem.filters * both
    pieces = tiles * (problem.channels + problem.filters) * both
    return result + level + kernels + min(pieces, CORES * fft.PIECE * FLOAT)


def peak(call: Call) -> int:
    """Measure the bytes in use at the peak of a call."""
    tracemalloc.start()
    call()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def measure(problem: Problem, unit: Call, count: int) -> dict[str, tuple[float, float, int, float]]:
    """Return for each method that can: multiplications, time, bytes, bytes predicted."""
    arrays = problem.arrays()
    able = [
        m for m in METHODS if problem.can(m) and problem.multiplications <= MOST.get(m, math.inf)
    ]
    calls = problem.check({m: problem.with_convkit(*arrays, m) for m in able})
    times = timing.rounds(calls | {"unit": unit}, count)
    return {
        m: (
            multiplications(problem, m),
            timing.ratio(times, m, "unit"),
            peak(calls[m]),
            memory(problem, m),
        )
        for m in able
    }


def crossover(values: list[float], ratios: list[float]) -> float | None:
    """Value at which the ratio of fft to im2col falls below 1, between two measured ones."""
    points = list(zip(np.log(values), np.log(ratios), strict=True))
    for (v, r), (next_v, next_r) in itertools.pairwise(points):
        if r > 0 >= next_r:
            return math.exp(v + (next_v - v) * r / (r - next_r))
    return None


def table(dimensions: str, what: str, count: int) -> list[dict[str, object]]:
    """Print one table and the crossover; return its rows as records."""
    base, values = BASES[dimensions]
    unit = base.with_convkit(*base.arrays(), "im2col")
    print(f"\n**{dimensions}, {what} varies**, else {base}\n")
    heads = [f"time {m}" for m in METHODS] + [f"MB {m} (predicted)" for m in METHODS]
    print(timing.row(what, "million ×, direct", "fft", *heads))
    print(timing.row(*["---"] * (3 + len(heads))))
    records, ratios = [], []
    for value in values[what]:
        problem = vary(base, what, value)
        found = measure(problem, unit, count)
        number = value[0] if isinstance(value, tuple) else value
        millions = (f"{multiplications(problem, m) / 1e6:.3g}" for m in ("im2col", "fft"))
        times = [f"{found[m][1]:.3g}" if m in found else "" for m in METHODS]
        sizes = [
            f"{found[m][2] / 1e6:.3g} ({found[m][3] / 1e6:.3g})" if m in found else ""
            for m in METHODS
        ]
        print(timing.row(number, *millions, *times, *sizes), flush=True)
        ratios.append(found["fft"][1] / found["im2col"][1])
        names = ("multiplications", "time", "peak_bytes", "predicted_bytes")
        records += [
            {"dimensions": dimensions, "varied": what, "value": number, "method": m}
            | dict(zip(names, figures, strict=True))
            for m, figures in found.items()
        ]
    numbers = [v[0] if isinstance(v, tuple) else v for v in values[what]]
    where = crossover(numbers, ratios)
    print(f"\nfft overtakes im2col at {what} {where:.0f}" if where else "\nNo crossover here")
    return records


def tables(count: int) -> list[dict[str, object]]:
    """Print all tables; return their rows as records."""
    return [
        record
        for dimensions, (_, values) in BASES.items()
        for what in values
        for record in table(dimensions, what, count)
    ]


if __name__ == "__main__":
    timing.main(__doc__, ROUNDS, tables)
