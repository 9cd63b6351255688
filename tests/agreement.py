"""Convolution problems as data, torch's answer to each, and a record of every comparison."""

import tracemalloc
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import reject

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
    layout: str = "plain"
    special: bool = False

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

    @property
    def dense(self):
        """Whether it is the kind of problem that winograd is for."""
        steps = {np.max(v) for v in (self.stride, self.dilation, self.groups)}
        return steps == {1} and set(self.kernel) <= {2, 3, 4, 5}

    def arrays(self):
        """Random input, weight and bias (or None) of this problem's shapes and dtype.

        Special values leave few sums finite. If one that cancels were the only one, its rounding
        would be all there is to compare: in a special problem no finite sum cancels.
        """
        rng = np.random.default_rng(self.seed)
        batch = () if self.batch is None else (self.batch,)
        filters, special = self.groups * self.filters, self.special
        x_shape = (*batch, self.groups * self.channels, *self.size)
        x = draw(rng, x_shape, self.dtype, self.layout, special, positive=special)
        w = draw(rng, (filters, self.channels, *self.kernel), self.dtype, positive=special)
        b = draw(rng, (filters,), self.dtype, positive=special) if self.bias else None
        if special:  # one sign for each filter
            w[::2] = -w[::2]
            if self.bias:
                b[::2] = -b[::2]
        return x, w, b


@dataclass
class Record:
    """How many answers of one function were compared with torch's, and the largest error."""

    cases: int = 0
    largest: dict = field(default_factory=dict)  # dtype -> largest error, relative to the result

    def add(self, dtype, error):
        self.cases += 1
        self.largest[dtype] = max(self.largest.get(dtype, 0.0), error)

    def merge(self, other):
        self.cases += other.cases
        for dtype, error in other.largest.items():
            self.largest[dtype] = max(self.largest.get(dtype, 0.0), error)


RECORDS = {}  # what was compared, e.g. "conv2d naive" -> Record

# How the same values may lie in memory; convkit may not care, and may not write to them.
LAYOUTS = {
    "plain": lambda a: a,
    "Fortran": np.asfortranarray,
    "backwards": lambda a: a[..., ::-1].copy()[..., ::-1],
    "every other": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "read-only": lambda a: np.require(a, requirements="W").view(),
}


def draw(rng, shape, dtype, layout="plain", special=False, positive=False):
    """Random numbers of any dtype: small integers, or normal deviates.

    `special` strews NaN, infinities, the smallest denormal and zeros of both signs among floats;
    `positive` gives normal deviates without their signs, before anything is strewn.
    """
    if np.issubdtype(dtype, np.integer):
        low = 0 if np.issubdtype(dtype, np.unsignedinteger) else -5
        values = rng.integers(low, 6, shape).astype(dtype)
    else:
        values = rng.standard_normal(shape)
        values = np.abs(values) if positive else values
        if np.issubdtype(dtype, np.complexfloating):
            values = values + 1j * rng.standard_normal(shape)
        values = np.asarray(values).astype(dtype)
        if special and not np.iscomplexobj(values):
            tiny = np.finfo(dtype).smallest_subnormal
            odd = rng.choice([np.nan, np.inf, -np.inf, tiny, -0.0, 0.0], shape)
            values = np.where(rng.random(shape) < 0.15, odd, values).astype(dtype)
    values = LAYOUTS[layout](values)
    values.flags.writeable = layout != "read-only"
    return values


def tensor(array):
    """Copy an array to a torch tensor; torch knows no backward or read-only memory."""
    return torch.from_numpy(np.array(array, order="C", copy=True))


def compare(name, actual, expected, arguments=(), originals=()):
    """Assert that a new, C-contiguous result agrees with torch's and record how closely.

    The arguments must still equal the originals and share no memory with the result.
    """
    expected = ck.testing.as_array(expected)
    assert actual.dtype == expected.dtype
    assert actual.flags.c_contiguous
    assert actual.flags.writeable
    ck.testing.assert_agree(actual, expected)
    for array, original in zip(arguments, originals, strict=True):
        np.testing.assert_array_equal(array, original, err_msg="an argument was modified")
        if array is not None:
            assert not np.shares_memory(actual, array)
    dtype = "integers" if expected.dtype.kind in "iu" else str(expected.dtype)
    RECORDS.setdefault(name, Record()).add(dtype, relative_error(actual, expected))


def torch_answer(problem):
    """Let torch pad (it has no padding_mode in F.conv) and convolve."""
    x, w, b = (None if a is None else tensor(a) for a in problem.arrays())
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
    """Compare one method's answer with torch's; what it cannot do it must refuse."""
    arguments = problem.arrays()
    options = problem.options | {"padding_mode": problem.padding_mode, "method": method}
    if method == "winograd" and not problem.dense:
        with pytest.raises(ValueError, match=r"^method is 'winograd', but "):
            CONVKIT[problem.axes](*arguments, **options)
        return
    y = CONVKIT[problem.axes](*arguments, **options)
    compare(f"conv{problem.axes}d {method}", y, expected, arguments, problem.arrays())


def assume_comparable(expected):
    """Draw again where the largest finite value is denormal: its rounding is all there would be."""
    if expected.dtype.kind in "fc":
        largest = np.max(np.abs(expected), where=np.isfinite(expected), initial=0)
        if 0 < largest < np.finfo(expected.dtype).tiny:
            reject()


def traced(function):
    """Return a result and the most memory that was held on the way to it."""
    tracemalloc.start()
    try:
        return function(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def relative_error(actual, expected):
    """Largest difference of finite values relative to the largest of them."""
    finite = np.isfinite(expected)
    scale = np.max(np.abs(expected), where=finite, initial=0)
    gaps = np.abs(np.subtract(actual, expected, where=finite, out=np.zeros_like(expected)))
    error = np.max(gaps, initial=0)
    return float(error / scale) if scale else float(error)
