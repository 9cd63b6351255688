"""Time convkit's convolution beside torch and the other ways to convolve in Python.

    make bench ONLY=convolution

First the fixed cases, then random problems drawn anew in each run: how much slower "auto" is than
the best of convkit's own methods, and than im2col written in five lines. float32, and every answer
is compared with torch's in float64 before anything is timed.
"""

import argparse
import math
import time
import warnings
from collections.abc import Callable
from functools import partial

import einconv.expressions.convNd_forward as einconv
import numpy as np
import scipy.ndimage
import scipy.signal
import timing
import torch
import unfoldNd
from fft_conv_pytorch import fft_conv
from numpy.lib.stride_tricks import sliding_window_view
from problem import Call, Problem, draw, draw_dense

from convkit import algorithms

ROUNDS = 9
ALLOWED = 4 / 3  # times plain im2col; a problem above it is measured again, three times as long
PLANES = 600  # SciPy convolves one plane at a time; more of them than this is no use of it

CASES = [
    Problem(8, 3, (224, 224), 64, 7, stride=2, padding=3),
    Problem(8, 64, (56, 56), 64, 3),
    Problem(8, 64, (56, 56), 64, 3, padding=1),
    Problem(8, 256, (14, 14), 256, 3),
    Problem(8, 256, (14, 14), 256, 3, padding=1),
    Problem(1, 1, (512, 512), 1, 3),
    Problem(1, 1, (512, 512), 1, 31),
    Problem(1, 16, (128, 128), 16, 15),
    Problem(1, 16, (128, 128), 16, 31),
    Problem(4, 64, (56, 56), 64, 1),
    Problem(8, 64, (56, 56), 64, 3, groups=64),
    Problem(16, 32, (4096,), 32, 9),
    Problem(4, 1, (65536,), 1, 1025),
    Problem(2, 8, (16, 32, 32), 16, 3),
]

# The ways. Each takes a problem, x and w, and returns a function to call, or None.

Way = Callable[[Problem, np.ndarray, np.ndarray], Call | None]


def plain_im2col(problem: Problem, x: np.ndarray, w: np.ndarray) -> Call:
    """The five lines."""
    axes, s, p, g = len(problem.size), problem.stride, problem.padding, problem.groups
    spatial, last = tuple(range(2, 2 + axes)), tuple(range(-axes, 0))

    def call() -> np.ndarray:
        padded = np.pad(x, ((0, 0), (0, 0), *((p, p),) * axes))
        windows = sliding_window_view(padded, w.shape[2:], spatial)[
            :, :, *(slice(None, None, s),) * axes
        ]
        columns = np.moveaxis(windows, spatial, last).reshape(len(x), g, w[0].size, -1)
        y = w.reshape(g, -1, w[0].size) @ columns
        return y.reshape(len(x), len(w), *windows.shape[2 : 2 + axes])

    return call


def with_unfoldnd(problem: Problem, x: np.ndarray, w: np.ndarray) -> Call:
    tx, tw, g = torch.from_numpy(x), torch.from_numpy(w), problem.groups

    def call() -> torch.Tensor:
        columns = unfoldNd.unfoldNd(
            tx, tuple(tw.shape[2:]), stride=problem.stride, padding=problem.padding
        )
        columns = columns.reshape(len(tx), g, tw[0].numel(), -1)
        return (tw.reshape(g, -1, tw[0].numel()) @ columns).reshape(
            len(tx), len(tw), *problem.output_size
        )

    return call


def with_fft_conv(problem: Problem, x: np.ndarray, w: np.ndarray) -> Call:
    return partial(fft_conv, torch.from_numpy(x), torch.from_numpy(w), **problem.options)


def with_einconv(problem: Problem, x: np.ndarray, w: np.ndarray) -> Call | None:
    if problem.kernel > 1000:  # it would allocate terabytes
        return None
    tensors = torch.from_numpy(x), torch.from_numpy(w)

    def call() -> torch.Tensor:
        equation, operands, shape = einconv.einsum_expression(*tensors, **problem.options)
        return torch.einsum(equation, *operands).reshape(shape)

    return call


def plane_by_plane(convolve: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Way:
    """Sum over channels what a function that knows no channels makes of each plane."""

    def way(problem: Problem, x: np.ndarray, w: np.ndarray) -> Call | None:
        out, channels = w.shape[:2]
        if len(x) * out * channels > PLANES or problem.stride > 1 or problem.padding:
            return None

        def output(n: int, d: int) -> np.ndarray:
            first = d // (out // problem.groups) * channels
            return sum(convolve(x[n, first + c], w[d, c]) for c in range(channels))

        return lambda: np.stack([[output(n, d) for d in range(out)] for n in range(len(x))])

    return way


def ndimage_correlate(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    kept = (slice(k // 2, k // 2 + n - k + 1) for n, k in zip(x.shape, w.shape, strict=True))
    return scipy.ndimage.correlate(x, w, mode="constant")[*kept]


WAYS: dict[str, Way] = {
    "torch": Problem.with_torch,
    "convkit": Problem.with_convkit,
    "unfoldNd": with_unfoldnd,
    "fft-conv": with_fft_conv,
    "einconv": with_einconv,
    "oaconvolve": plane_by_plane(lambda x, w: scipy.signal.oaconvolve(x, np.flip(w), "valid")),
    "fftconvolve": plane_by_plane(lambda x, w: scipy.signal.fftconvolve(x, np.flip(w), "valid")),
    "correlate": plane_by_plane(lambda x, w: scipy.signal.correlate(x, w, "valid")),
    "ndimage": plane_by_plane(ndimage_correlate),
}
CHOICES = ("im2col", "fft", "winograd")  # what "auto" chooses from


def by_method(method: str) -> Way:
    """Return convkit's way by one method, for what it can do."""

    def way(problem: Problem, x: np.ndarray, w: np.ndarray) -> Call | None:
        return problem.with_convkit(x, w, method) if problem.can(method) else None

    return way


OWN: dict[str, Way] = {
    "torch": Problem.with_torch,
    "auto": Problem.with_convkit,
    **{method: by_method(method) for method in CHOICES},
    "plain": plain_im2col,
}


def prepare(problem: Problem, ways: dict[str, Way]) -> dict[str, Call]:
    """Return the functions to time; each has given the right answer once."""
    made = {name: way(problem, *problem.arrays()) for name, way in ways.items()}
    return problem.check({name: call for name, call in made.items() if call})


def chosen(problem: Problem) -> str:
    """Name the method that "auto" takes."""
    x, w = problem.arrays()
    axes = len(problem.size)
    padded = np.pad(x, ((0, 0), (0, 0), *((problem.padding,) * 2,) * axes))
    return algorithms.choose(padded, w, (problem.stride,) * axes, (1,) * axes)


def fixed_cases(count: int) -> None:
    """Print each way's time in units of torch's, case by case, and the geometric mean."""
    print(timing.row("N×C×size → D", "million ×", "auto takes", *list(WAYS)[1:]))
    print(timing.row(*["---"] * (len(WAYS) + 2)))
    ratios = []
    for problem in CASES:
        times = timing.rounds(prepare(problem, WAYS), count)
        cells = [timing.ratio(times, name, "torch") for name in list(WAYS)[1:]]
        ratios.append(cells[0])
        beaten = all(other is None or cells[0] < other for other in cells[1:])
        shown = ["–" if cell is None else f"{cell:.2f}" for cell in cells]
        shown[0] = f"**{shown[0]}**" if beaten else shown[0]
        millions = f"{problem.multiplications / 1e6:,.0f}"
        print(timing.row(problem, millions, chosen(problem), *shown), flush=True)
    mean = timing.geometric_mean(ratios)
    print(timing.row("geometric mean", "", "", f"**{mean:.2f}**", *[""] * (len(WAYS) - 2)))


def compare(calls: dict[str, Call], count: int) -> list[float]:
    """Time of auto in units of torch, of the best of convkit's own methods, and of plain im2col."""
    times = timing.rounds(calls, count)
    best = [t | {"best": min(t.get(m, math.inf) for m in CHOICES)} for t in times]
    return [timing.ratio(best, "auto", peer) for peer in ("torch", "best", "plain")]


def random_problems(count: int, seed: int, draw: Callable[[np.random.Generator], Problem]) -> None:
    """Print what "auto" makes of problems nobody has tuned it for."""
    rng = np.random.default_rng(seed)
    print(timing.row("problem", "auto takes", "auto / torch", "auto / best own", "auto / plain"))
    print(timing.row(*["---"] * 5))
    figures = []
    for _ in range(count):
        problem = draw(rng)
        calls = prepare(problem, OWN)
        found = compare(calls, 5)
        if found[-1] > ALLOWED:  # or was it somebody else's doing?
            found = compare(calls, 15)
        figures.append(found)
        cells = [f"{figure:.2f}" for figure in figures[-1]]
        print(timing.row(problem, chosen(problem), *cells), flush=True)
    columns = list(zip(*figures, strict=True))
    means = [f"{timing.geometric_mean(column):.2f}" for column in columns]
    print(timing.row("geometric mean", "", *means))
    print(timing.row("largest", "", *(f"{max(column):.2f}" for column in columns)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each fixed case; 0: none")
    parser.add_argument("--problems", type=int, default=30, help="random problems to draw")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6, help="of the problems")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", module="fft_conv_pytorch")  # it warns amid the table
    print(f"{timing.machine()}\n\nTime in units of torch's; median of {options.rounds} rounds.\n")
    if options.rounds:
        fixed_cases(options.rounds)
    print(f"\nRandom problems, seed {options.seed}: time of auto in units of the other's.\n")
    random_problems(options.problems, options.seed, draw)
    print(f"\nThe same with dense kernels of 2 to 5 taps, seed {options.seed}.\n")
    random_problems(options.problems // 3, options.seed, draw_dense)


if __name__ == "__main__":
    main()
