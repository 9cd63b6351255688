"""What the chapter Four algorithms shows of times, besides growth.csv.

    make bench ONLY=four_algorithms OPTIONS="--csv benchmarks/four_algorithms.csv"

Which method is fastest, over kernels and channels; and what one line of NumPy takes. On one core,
in seconds of the processor, the least of some rounds: what others do on the machine counts little
then. The unit is im2col's time on the same problem.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
if hasattr(os, "sched_setaffinity"):  # convkit counts its cores when it is imported
    os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])

import time
from collections.abc import Iterator

import numpy as np
import timing
from problem import Call, Problem

KERNELS = 1, 2, 3, 4, 5, 7, 9, 11, 15, 21, 31
CHANNELS = 1, 2, 4, 8, 16, 32, 64, 128
SIDE = 64
METHODS = "im2col", "fft", "winograd"
ROUNDS = 7


def grid(count: int) -> Iterator[dict[str, object]]:
    """Time the methods that auto chooses from, with as many filters as channels."""
    print(timing.row("kernel", "channels", *METHODS))
    print(timing.row(*["---"] * (2 + len(METHODS))))
    for kernel in KERNELS:
        for channels in CHANNELS:
            problem = Problem(1, channels, (SIDE, SIDE), channels, kernel)
            arrays = problem.arrays()
            able = [m for m in METHODS if problem.can(m)]
            calls = problem.check({m: problem.with_convkit(*arrays, m) for m in able})
            yield from measure(calls, count, kernel=kernel, channels=channels)


def one_liners(count: int) -> Iterator[dict[str, object]]:
    """Time what a view of all windows invites to, on growth.py's problem in two dimensions."""
    problem = Problem(1, 8, (SIDE, SIDE), 8, 5)
    x, w = problem.arrays()
    windows = np.lib.stride_tricks.sliding_window_view(x[0], w.shape[2:], axis=(1, 2))
    calls: dict[str, Call] = {
        "im2col": problem.with_convkit(x, w, "im2col"),
        "multiply, then sum": lambda: (w[:, :, None, None] * windows).sum((1, 4, 5))[None],
        "einsum": lambda: np.einsum("cijab,dcab->dij", windows, w)[None],
        "tensordot": lambda: np.tensordot(w, windows, ((1, 2, 3), (0, 3, 4)))[None],
    }
    print(f"\n{problem}\n")
    print(timing.row("kernel", "channels", *calls))
    print(timing.row(*["---"] * (2 + len(calls))))
    yield from measure(problem.check(calls), count, kernel=problem.kernel, channels=8)


def measure(calls: dict[str, Call], count: int, **where: int) -> Iterator[dict[str, object]]:
    """Print a row and return its records: all take turns, of each the quickest turn."""
    turns = [{name: processor_seconds(call) for name, call in calls.items()} for _ in range(count)]
    least = {name: min(turn[name] for turn in turns) for name in calls}
    ratios = {name: seconds / least["im2col"] for name, seconds in least.items()}
    print(timing.row(*where.values(), *(f"{ratio:.3g}" for ratio in ratios.values())), flush=True)
    for method, ratio in ratios.items():
        yield {**where, "method": method, "time": f"{ratio:.4g}"}


def processor_seconds(call: Call) -> float:
    call()
    begin = time.process_time()
    call()
    return time.process_time() - begin


if __name__ == "__main__":
    timing.main(__doc__, ROUNDS, lambda count: [*grid(count), *one_liners(count)])
