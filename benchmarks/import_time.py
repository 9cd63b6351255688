"""Time `import convkit` beside NumPy's, which it needs in any case, and scipy.signal's.

Whole processes are timed, the interpreter's start included, and the modules take turns, so that
what else the machine does falls on all of them alike.
"""

import statistics
import subprocess
import sys
import time

MODULES = ("numpy", "convkit", "scipy.signal")
ROUNDS = 25


def seconds(module: str) -> float:
    """Start a Python that imports one module, and time it from start to end."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    return time.perf_counter() - begin


def main() -> None:
    for module in MODULES:
        seconds(module)  # compiles the bytecode, fills the disk's cache
    rounds = [{module: seconds(module) for module in MODULES} for _ in range(ROUNDS)]
    print(f"{ROUNDS} rounds, ms            median   fastest   slowest   of scipy.signal's")
    for module in MODULES:
        times = [1000 * r[module] for r in rounds]
        ratio = statistics.median(r[module] / r["scipy.signal"] for r in rounds)
        figures = statistics.median(times), min(times), max(times)
        print(f"import {module:13}", *(f"{t:9.0f}" for t in figures), f"{ratio:19.2f}")


if __name__ == "__main__":
    main()
