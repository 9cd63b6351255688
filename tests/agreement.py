"""Convolution problems as data, torch's answer to each, and a record of every comparison."""

from dataclasses import dataclass, field, replace

import numpy as np
import torch
import torch.nn.functional as F

import convkit as ck

CONVKIT = {1: ck.conv1d, 2: ck.conv2d, 3: ck.conv3d}
TORCH = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


@dataclass(frozen=True)
class Problem:
    """One call of conv1d, conv2d or conv3d; the defaults are a plain small layer."""

    size: tuple  # spatial size; its length is the number of axes
    kernel: tuple
    batch: int | None = 2  # None: unbatched
    channels: int = 2  # per group
    filters: int = 3  # per group
    groups: int = 1
    stride: int | tuple = 1
    padding: int | tuple | str = 0
    dilation: int | tuple = 1
    padding_mode: str = "zeros"
    bias: bool = False
    dtype: str = "float64"
    seed: int = 0

    @property
    def axes(self):
        return len(self.size)

    @property
    def options(self):
        """Arguments that convkit and torch spell alike."""
        return {
            "stride": self.stride,
            "padding": self.padding,
            "dilation": self.dilation,
            "groups": self.groups,
        }

    def arrays(self):
        """Random input, weight and bias (or None) of this problem's shapes and dtype."""
        rng = np.random.default_rng(self.seed)
        batch = () if self.batch is None else (self.batch,)
        x = draw(rng, (*batch, self.groups * self.channels, *self.size), self.dtype)
        w = draw(rng, (self.groups * self.filters, self.channels, *self.kernel), self.dtype)
        b = draw(rng, (self.groups * self.filters,), self.dtype) if self.bias else None
        return x, w, b


@dataclass
class Record:
    """How many answers of one method were compared with torch's, and the largest error."""

    cases: int = 0
    largest: dict = field(default_factory=dict)  # dtype -> largest error, relative to the result

    def add(self, dtype, error):
        self.cases += 1
        self.largest[dtype] = max(self.largest.get(dtype, 0.0), error)

    def merge(self, other):
        self.cases += other.cases
        for dtype, error in other.largest.items():
            self.largest[dtype] = max(self.largest.get(dtype, 0.0), error)


RECORDS = {}


def draw(rng, shape, dtype):
    """Random numbers of any dtype: small integers, or normal deviates."""
    if np.issubdtype(dtype, np.integer):
        return rng.integers(-5, 6, shape).astype(dtype)
    values = rng.standard_normal(shape)
    if np.issubdtype(dtype, np.complexfloating):
        values = values + 1j * rng.standard_normal(shape)
    return values.astype(dtype)


def torch_answer(problem):
    """Let torch pad (it has no padding_mode in F.conv) and convolve."""
    x, w, b = (None if a is None else torch.from_numpy(a) for a in problem.arrays())
    if problem.padding_mode != "zeros":
        x = torch_pad(x, problem)
        problem = replace(problem, padding=0)
    return TORCH[problem.axes](x, w, b, **problem.options).numpy()


def torch_pad(x, problem):
    """Pad with F.pad, which knows neither "same" nor, in some modes, integers and complex."""
    pairs = ck.geometry.Geometry.of(
        problem.size, problem.kernel, problem.stride, problem.padding, problem.dilation
    ).padding
    flat = [p for pair in reversed(pairs) for p in pair]  # F.pad counts from the last axis
    if x.is_complex():
        return torch.complex(
            F.pad(x.real, flat, mode=problem.padding_mode),
            F.pad(x.imag, flat, mode=problem.padding_mode),
        )
    return F.pad(x.double(), flat, mode=problem.padding_mode).to(x.dtype)


def assert_method_agrees(problem, method, expected):
    """Compare one method's answer with torch's: shape, dtype, layout, values; and record it."""
    x, w, b = problem.arrays()
    y = CONVKIT[problem.axes](
        x, w, b, **problem.options, padding_mode=problem.padding_mode, method=method
    )
    assert y.dtype == expected.dtype
    assert y.flags.c_contiguous
    assert y.flags.writeable
    assert y.flags.owndata or y.base.flags.owndata
    ck.testing.assert_agree(y, expected)
    for array, original in zip((x, w, b), problem.arrays(), strict=True):
        np.testing.assert_array_equal(array, original, err_msg="an argument was modified")
    RECORDS.setdefault(method, Record()).add(problem.dtype, relative_error(y, expected))


def relative_error(actual, expected):
    """Largest difference relative to the largest value of the result."""
    scale = np.max(np.abs(expected), initial=0)
    error = np.max(np.abs(actual - expected), initial=0)
    return float(error / scale) if scale else float(error)
