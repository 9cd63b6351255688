"""Time functions against each other so that the ratios mean something, and name the machine.

What distorts such readings, up to tenfold, and what is done about it here:

- Another program, or the machine's other tenants: all functions take turns, a ratio is taken within
  a round, and of the rounds the median. A round in which others used the processors is dropped.
- An idle thread of OpenBLAS spins for a tenth of a second after each product, and the library
  that is timed next pays: before each function there is a pause, and two calls in vain. (With
  OPENBLAS_THREAD_TIMEOUT=16 it would not spin, but here small products then stalled for 10 ms.)
- NumPy and SciPy carry an OpenBLAS each, whose threads would fight. convkit uses NumPy's only.
- Fresh memory is slow to touch, and large arrays come fresh from the system at each call: the two
  MALLOC variables keep it (glibc), for everyone alike.
"""

import argparse
import csv
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

import threadpoolctl
import torch

SETTINGS = {
    "MALLOC_MMAP_THRESHOLD_": "2000000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000000",
}
WARM_UPS, CALLS = 2, 3
PAUSE = 0.15  # seconds; then no thread spins any more
SLOW, SLOW_ROUNDS = 0.3, 3  # seconds; what takes longer is called once, in so many rounds
OTHERS = 0.12  # of a processor; a round in which they use more is dropped


def check_settings() -> None:
    """Stop unless the settings are in force: they count when NumPy is imported."""
    if any(os.environ.get(name) != value for name, value in SETTINGS.items()):
        sys.exit(
            f"First set {' '.join(f'{k}={v}' for k, v in SETTINGS.items())}, as make bench does"
        )


def machine() -> str:
    """Describe processor, threads and the libraries that multiply."""
    check_settings()
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    blas = next(
        pool for pool in threadpoolctl.threadpool_info() if "numpy" in pool.get("filepath", "")
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "torch"))
    return (
        f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, "
        f"torch on {torch.get_num_threads()} threads ({torch.backends.cpu.get_cpu_capability()}), "
        f"NumPy's OpenBLAS {blas['version']} on {blas['num_threads']} ({blas['architecture']}); "
        f"Python {platform.python_version()}, {packages}"
    )


def rounds(functions: dict[str, Callable[[], object]], count: int) -> list[dict[str, float]]:
    """Call all functions in turn, `count` quiet rounds long; return the seconds of each round."""
    slow = {name for name, call in functions.items() if seconds(call) > SLOW}
    kept: list[dict[str, float]] = []
    for attempt in range(3 * count):
        begin, own, busy = time.perf_counter(), time.process_time(), busy_time()
        times = {
            name: seconds(call, 0 if name in slow else WARM_UPS, 1 if name in slow else CALLS)
            for name, call in functions.items()
            if name not in slow or len(kept) < SLOW_ROUNDS
        }
        elapsed = time.perf_counter() - begin
        others = busy_time() - busy - (time.process_time() - own)
        if others <= OTHERS * elapsed or attempt >= 2 * count:
            kept.append(times)
        if len(kept) == count:
            break
    return kept


def seconds(call: Callable[[], object], warm_ups: int = 0, calls: int = 1) -> float:
    """Time a call: the median of some, after some in vain."""
    time.sleep(PAUSE)
    for _ in range(warm_ups):
        call()
    times = []
    for _ in range(calls):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def busy_time() -> float:
    """Seconds that all processors have been busy, where the system tells; else this process's."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return time.process_time()
    user, nice, system = map(int, stat.read_text().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def ratio(times: list[dict[str, float]], name: str, peer: str) -> float | None:
    """Median over the rounds of one function's time in units of the other's."""
    both = [t[name] / t[peer] for t in times if name in t and peer in t]
    return statistics.median(both) if both else None


def geometric_mean(values: Iterable[float]) -> float:
    """Mean for ratios: twice as fast and twice as slow make one."""
    return statistics.geometric_mean(values)


def row(*cells: object) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


def main(doc: str, count: int, measure: Callable[[int], list[dict[str, object]]]) -> None:
    """Run a benchmark from the command line: `measure` prints tables and returns the figures."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=count)
    parser.add_argument("--csv", type=Path, help="also write all figures to this file")
    options = parser.parse_args()
    print(machine())
    records = measure(options.rounds)
    if options.csv:
        with open(options.csv, "w", newline="") as file:
            writer = csv.DictWriter(file, records[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(records)
