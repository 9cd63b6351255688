"""A convolution to be timed: its sizes, its arrays, and how often it multiplies."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F

import convkit as ck
from convkit.algorithms import winograd

CONVKIT = {1: ck.conv1d, 2: ck.conv2d, 3: ck.conv3d}
TORCH = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TOLERANCE = 1e-4  # of the largest output, in float32

Call = Callable[[], object]


@dataclass(frozen=True)
class Problem:
    """Sizes of one convolution; what the kernel and the padding say counts for every axis."""

    batch: int
    channels: int
    size: tuple[int, ...]
    filters: int
    kernel: int
    stride: int = 1
    padding: int = 0
    groups: int = 1

    def __str__(self) -> str:
        axes = len(self.size)
        square = len(set(self.size)) == 1 and axes > 1
        size = f"{self.size[0]}{'²³'[axes - 2]}" if square else "×".join(map(str, self.size))
        extras = {"stride": (self.stride, 1), "pad": (self.padding, 0), "groups": (self.groups, 1)}
        said = "".join(f", {name} {v}" for name, (v, usual) in extras.items() if v != usual)
        return f"{self.batch}×{self.channels}×{size} → {self.filters}, kernel {self.kernel}{said}"

    @property
    def options(self) -> dict[str, int]:
        return {"stride": self.stride, "padding": self.padding, "groups": self.groups}

    @property
    def taps(self) -> int:
        return self.kernel ** len(self.size)

    @property
    def output_size(self) -> tuple[int, ...]:
        padded = (n + 2 * self.padding for n in self.size)
        return tuple((n - self.kernel) // self.stride + 1 for n in padded)

    @property
    def outputs(self) -> int:
        """Numbers in the result."""
        return self.batch * self.filters * math.prod(self.output_size)

    @property
    def multiplications(self) -> int:
        """Multiplications of the formula, and of all that follow it: naive, matrix and im2col."""
        return self.outputs * self.channels // self.groups * self.taps

    def can(self, method: str) -> bool:
        """Whether this method can do it; winograd is for dense kernels alone."""
        taps, stride, dilation = ((n,) * len(self.size) for n in (self.kernel, self.stride, 1))
        return method != "winograd" or not winograd.refusal(taps, stride, dilation, self.groups)

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(0)
        x = rng.standard_normal((self.batch, self.channels, *self.size), np.float32)
        kernel_size = (self.kernel,) * len(self.size)
        shape = (self.filters, self.channels // self.groups, *kernel_size)
        return x, rng.standard_normal(shape, np.float32)

    def with_torch(self, x: np.ndarray, w: np.ndarray) -> Call:
        tensors = torch.from_numpy(x), torch.from_numpy(w)
        return partial(TORCH[len(self.size)], *tensors, **self.options)

    def with_convkit(self, x: np.ndarray, w: np.ndarray, method: str = "auto") -> Call:
        return partial(CONVKIT[len(self.size)], x, w, **self.options, method=method)

    def check(self, calls: dict[str, Call]) -> dict[str, Call]:
        """Return the calls once each has given what torch gives in float64."""
        expected = np.asarray(self.with_torch(*(a.astype(float) for a in self.arrays()))())
        for name, call in calls.items():
            error = np.abs(np.asarray(call()) - expected).max() / np.abs(expected).max()
            if not error <= TOLERANCE:
                raise AssertionError(f"{name} is wrong by {error:.1e} on {self}")
        return calls


def draw(rng: np.random.Generator) -> Problem:
    """Draw a problem of a size that networks and filters have, and that ends within a second."""

    def number(low: float, high: float) -> int:
        return int(2 ** rng.uniform(math.log2(low), math.log2(high + 1)))

    while True:
        axes = int(rng.choice([1, 2, 2, 2, 3]))
        size = (number(*{1: (256, 65536), 2: (16, 512), 3: (8, 32)}[axes]),) * axes
        kernel = number(2, {1: 512, 2: 21, 3: 6}[axes])
        channels, filters = number(1, 128), number(1, 128)
        padding = int(rng.choice([0, kernel // 2]))
        stride = int(rng.choice([1, 1, 1, 2]))
        problem = Problem(number(1, 8), channels, size, filters, kernel, stride, padding)
        if rng.random() < 0.15:
            problem = replace(problem, filters=channels, groups=channels)
        columns = problem.multiplications / filters
        if kernel < size[0] and 1e6 < problem.multiplications < 1e9 and columns < 1e8:
            return problem


def draw_dense(rng: np.random.Generator) -> Problem:
    """Draw a problem that winograd can do."""
    while True:
        problem = replace(draw(rng), kernel=int(rng.integers(2, 6)), stride=1)
        if problem.can("winograd") and 1e6 < problem.multiplications < 1e9:
            return problem
