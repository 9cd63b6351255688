"""Measure the constants of convkit's cost model anew, on this machine.

    make bench ONLY=constants

Random problems are timed by each method, the FFT in two sizes of tiles, and the constants fitted
that leave the least relative error. What matters is what one costs in units of another: divide
the columns by their entry for a multiplication to compare two machines.
"""

import argparse

import numpy as np
import timing
from problem import draw, draw_dense
from scipy.optimize import nnls

from convkit.algorithms import cost, fft, im2col, winograd

IM2COL = {
    "IM2COL_CALLS": cost.IM2COL_CALLS,
    "COPY": cost.COPY,
    "COPY_STRIDED": cost.COPY_STRIDED,
    "RUN": cost.RUN,
    "MULTIPLY": cost.MULTIPLY,
    "MULTIPLY_FEW": cost.MULTIPLY_FEW,
}
FFT = {
    "FFT_CALLS": cost.FFT_CALLS,
    "MOVE": cost.MOVE,
    "TRANSFORM": cost.TRANSFORM,
    "MULTIPLY_SPECTRA": cost.MULTIPLY_SPECTRA,
}
WINOGRAD = {
    "WINOGRAD_CALLS": cost.WINOGRAD_CALLS,
    "MOVE_TILES": cost.MOVE_TILES,
    "MULTIPLY_POINTS": cost.MULTIPLY_POINTS,
    "TRANSFORM_KERNELS": cost.TRANSFORM_KERNELS,
}
CONSTANTS = {"im2col": IM2COL, "fft": FFT, "winograd": WINOGRAD}


def counts(estimate, names, *arguments):
    """What an estimate multiplies each constant with: its value when all the others are zero."""
    kept = {name: getattr(cost, name) for name in names}
    found = []
    for name in names:
        for other in names:
            setattr(cost, other, float(other == name))
        found.append(estimate(*arguments))
    for name, value in kept.items():
        setattr(cost, name, value)
    return found


def nanoseconds(call):
    return 1e9 * min(timing.seconds(call, 1, 2) for _ in range(2))


def measure(problem, rng):
    """Yield method, counts and nanoseconds: one of im2col, two of the FFT."""
    x, w = problem.arrays()
    axes = len(problem.size)
    x = np.pad(x, ((0, 0), (0, 0), *((problem.padding,) * 2,) * axes))
    stride, ones = (problem.stride,) * axes, (1,) * axes
    sizes = x.shape, w.shape, stride, ones, x.dtype
    direct = counts(cost.im2col.__wrapped__, IM2COL, *sizes)
    yield (
        "im2col",
        direct,
        nanoseconds(lambda: im2col.correlate(x, w, stride, ones, problem.groups)),
    )
    fastest = cost.fft
    for scale in rng.choice(cost.TILES, 2, replace=False):
        tile = cost.tile_size(x.shape[2:], w.shape[2:], scale, x.dtype)
        sizes = x.shape, w.shape, w.shape[2:], tile, x.dtype
        spectral = counts(cost.fft_in_tiles, FFT, *sizes)
        cost.fft = lambda *_, tile=tile: (0.0, tile)
        call = lambda: fft.correlate_spectra(x, w, stride, ones, problem.groups)  # noqa: E731
        yield "fft", spectral, nanoseconds(call)
        cost.fft = fastest


def measure_winograd(problem):
    """Return counts and nanoseconds of a problem that winograd can do."""
    x, w = problem.arrays()
    x = np.pad(x, ((0, 0), (0, 0), *((problem.padding,) * 2,) * len(problem.size)))
    ones = (1,) * len(problem.size)
    counted = counts(cost.winograd.__wrapped__, WINOGRAD, x.shape, w.shape, x.dtype)
    return counted, nanoseconds(lambda: winograd.correlate(x, w, ones, ones, 1))


def fit(rows, times):
    """Constants, none negative, whose estimates are wrong by the least factors."""
    rows, times = np.array(rows), np.array(times)
    scale = np.abs(rows).max(axis=0)
    estimates = times
    for _ in range(30):  # a factor counts alike above and below: weigh by both
        weights = 1 / np.sqrt(times * estimates)
        constants, _ = nnls(rows / scale * weights[:, None], times * weights)
        estimates = np.maximum(rows / scale @ constants, 1)
    return constants / scale, np.exp(np.std(np.log(estimates / times)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=150)
    options = parser.parse_args()
    print(timing.machine())
    rng = np.random.default_rng(0)
    rows, times = ({method: [] for method in CONSTANTS} for _ in range(2))
    for _ in range(options.problems):
        for method, counted, time in measure(draw(rng), rng):
            rows[method].append(counted)
            times[method].append(time)
        counted, time = measure_winograd(draw_dense(rng))
        rows["winograd"].append(counted)
        times["winograd"].append(time)
    for method, names in CONSTANTS.items():
        constants, factor = fit(rows[method], times[method])
        print(f"\n{method}, ns; the estimate is typically wrong by a factor of {factor:.2f}\n")
        print(timing.row("constant", "in cost.py", "here"))
        print(timing.row("---", "---", "---"))
        for (name, stored), here in zip(names.items(), constants, strict=True):
            print(timing.row(name, f"{stored:g}", f"{here:.3g}"))


if __name__ == "__main__":
    main()
