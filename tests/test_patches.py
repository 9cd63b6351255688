"""unfold and fold against torch, each other and the windows they list; and what they refuse."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from agreement import LAYOUTS, compare, draw, tensor
from hypothesis import given
from hypothesis import strategies as st

import convkit as ck
from convkit.geometry import Geometry
from convkit.patches import scatter


@dataclass(frozen=True)
class Case:
    """A window on an input; every tuple holds one entry per spatial axis."""

    size: tuple
    kernel: tuple
    dilation: tuple
    padding: tuple
    stride: tuple
    batch: int | None = 2  # None: unbatched
    channels: int = 2
    dtype: str = "float64"
    seed: int = 0
    layout: str = "plain"
    special: bool = False

    @property
    def window(self):
        return self.kernel, self.dilation, self.padding, self.stride

    def image(self):
        return self.draw(0, self.channels, *self.size)

    def columns(self):
        places = ck.output_size(self.size, self.kernel, self.stride, self.padding, self.dilation)
        return self.draw(1, self.channels * math.prod(self.kernel), math.prod(places))

    def draw(self, salt, *shape):
        batch = () if self.batch is None else (self.batch,)
        rng = np.random.default_rng([self.seed, salt])
        return draw(rng, (*batch, *shape), self.dtype, self.layout, self.special)


PLAIN = {
    1: Case((9,), (3,), (2,), (1,), (2,)),
    2: Case((6, 7), (2, 3), (1, 2), (0, 1), (2, 1)),
    3: Case((4, 6, 5), (2, 3, 2), (1, 2, 1), (0, 1, 1), (1, 1, 3)),
}


def torch_unfold(x, case):
    """Let torch unfold: F.unfold knows 2-D and, by an axis of one, 1-D; Tensor.unfold does 3-D."""
    if len(case.size) == 1:
        return F.unfold(x[..., None, :], *one_more_axis(case))
    if len(case.size) == 2:
        return F.unfold(x, *case.window)
    first = x.ndim - 3
    x = F.pad(x, [p for p in reversed(case.padding) for _ in range(2)])
    for axis in range(3):
        k, d, s = case.kernel[axis], case.dilation[axis], case.stride[axis]
        x = x.unfold(first + axis, d * (k - 1) + 1, s)[..., ::d]  # appends an axis of taps
    x = x.movedim((-3, -2, -1), (first, first + 1, first + 2))  # taps before places
    return x.flatten(first - 1, first + 2).flatten(first)


def torch_fold(y, case):
    """Let torch fold; in 3-D as the gradient of unfolding."""
    if len(case.size) == 1:
        return F.fold(y, (1, *case.size), *one_more_axis(case))[..., 0, :]
    if len(case.size) == 2:
        return F.fold(y, case.size, *case.window)
    x = torch.zeros((*y.shape[:-2], case.channels, *case.size), dtype=y.dtype, requires_grad=True)
    return torch.autograd.grad(torch_unfold(x, case), x, y)[0]


def one_more_axis(case):
    """Describe the window of a signal (C, W) as one of an image (C, 1, W)."""
    return [(neutral, *values) for neutral, values in zip((1, 1, 0, 1), case.window, strict=True)]


def in_float(function, array, case):
    """Run a function of torch in double precision where it has no integers."""
    x = tensor(array)
    if x.dtype.is_floating_point or x.dtype.is_complex:
        return function(x, case)
    return function(x.double(), case).to(torch.int64).to(x.dtype)


@st.composite
def cases(draw, dtypes=("float64", "float32", "float16", "complex128", "complex64", "int64", "u1")):
    """Draw any window that fits: 1-D to 3-D, every argument, every kind of dtype."""
    axes = draw(st.integers(1, 3))

    def per_axis(low, high):
        return draw(st.tuples(*[st.integers(low, high)] * axes))

    kernel, dilation, padding = per_axis(1, 3), per_axis(1, 3), per_axis(0, 2)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    smallest = [max(n - 2 * p, 1) for n, p in zip(spans, padding, strict=True)]
    return Case(
        tuple(n + extra for n, extra in zip(smallest, per_axis(0, 3), strict=True)),
        kernel,
        dilation,
        padding,
        stride=per_axis(1, 3),
        batch=draw(st.sampled_from([None, 0, 1, 2])),
        channels=draw(st.integers(1, 3)),
        dtype=draw(st.sampled_from(dtypes)),
        seed=draw(st.integers(0, 99)),
        layout=draw(st.sampled_from(list(LAYOUTS))),
        special=draw(st.booleans()),
    )


@given(cases())
def test_agrees_with_torch_on_drawn_windows(case):
    x, columns = case.image(), case.columns()
    compare(
        "unfold",
        ck.unfold(x, *case.window),
        in_float(torch_unfold, x, case),
        [x],
        [case.image()],
    )
    compare(
        "fold",
        ck.fold(columns, case.size, *case.window),
        in_float(torch_fold, columns, case),
        [columns],
        [case.columns()],
    )


@given(cases(dtypes=("int64",)))
def test_fold_is_the_transpose_of_unfold(case):
    x, y = case.image(), case.columns()
    left = np.vdot(ck.unfold(x, *case.window), y)
    right = np.vdot(x, ck.fold(y, case.size, *case.window))
    assert left == right


@pytest.mark.parametrize("axes", PLAIN)
def test_fold_is_the_gradient_of_torchs_unfold(axes):
    case = PLAIN[axes]
    x, y = tensor(case.image()).requires_grad_(), case.columns()
    (gradient,) = torch.autograd.grad(torch_unfold(x, case), x, tensor(y))
    compare("fold", ck.fold(y, case.size, *case.window), gradient)


@pytest.mark.parametrize("axes", PLAIN)
def test_folding_unfolded_ones_counts_the_windows_that_read_each_value(axes):
    case = PLAIN[axes]
    counts = np.zeros(case.size, int)
    places = ck.output_size(case.size, case.kernel, case.stride, case.padding, case.dilation)
    for i in itertools.product(*map(range, places)):
        for j in itertools.product(*map(range, case.kernel)):
            read = [
                s * a + d * b - p
                for s, a, d, b, p in zip(
                    case.stride, i, case.dilation, j, case.padding, strict=True
                )
            ]
            if all(0 <= at < n for at, n in zip(read, case.size, strict=True)):
                counts[tuple(read)] += 1
    ones = np.ones((1, *case.size), int)
    np.testing.assert_array_equal(
        ck.fold(ck.unfold(ones, *case.window), case.size, *case.window), counts[None]
    )
    assert len(set(counts.ravel())) > 2


@pytest.mark.parametrize("axes", PLAIN)
def test_kernels_times_columns_are_a_convolution(axes):
    case = PLAIN[axes]
    x = case.image()
    w = np.random.default_rng(2).standard_normal((3, case.channels, *case.kernel))
    conv = {1: ck.conv1d, 2: ck.conv2d, 3: ck.conv3d}[axes]
    y = conv(x, w, None, case.stride, case.padding, case.dilation, method="naive")
    ck.testing.assert_agree(w.reshape(3, -1) @ ck.unfold(x, *case.window), y.reshape(2, 3, -1))


@pytest.mark.parametrize(
    ("shape", "axes"), [((2, 5), 1), ((2, 5, 5), 2), ((3, 2, 5, 5), 2), ((3, 2, 5, 5, 5), 3)]
)
def test_an_int_kernel_size_leaves_the_number_of_axes_to_the_rank(shape, axes):
    x = np.arange(math.prod(shape), dtype=float).reshape(shape)
    y = ck.unfold(x, 2, 2, (1,) * axes, 3)
    np.testing.assert_array_equal(y, ck.unfold(x, (2,) * axes, (2,) * axes, 1, (3,) * axes))
    if axes == 2:
        np.testing.assert_array_equal(y, F.unfold(tensor(x), 2, 2, 1, 3))


def test_a_tuple_says_the_number_of_axes():
    signals, images = np.ones((3, 2, 5)), np.ones((3, 2, 5, 5))
    assert ck.unfold(signals, (2,)).shape == (3, 4, 4)
    assert ck.unfold(signals, [2, 2]).shape == (12, 4)
    assert ck.unfold(images, (2, 2, 2)).shape == (24, 16)
    assert ck.fold(np.ones((3, 4, 4)), (5,), 2).shape == (3, 2, 5)
    assert ck.fold(np.ones((3, 4, 16)), 5, 2).shape == (3, 1, 5, 5)
    assert ck.fold(np.ones((8, 64)), [5, 5, 5], 2).shape == (1, 5, 5, 5)


def test_positional_arguments_are_torchs():
    x = np.arange(2 * 3 * 9 * 8, dtype=float).reshape(2, 3, 9, 8)
    y = ck.unfold(x, (3, 2), (1, 2), (2, 1), (2, 3))
    np.testing.assert_array_equal(y, F.unfold(tensor(x), (3, 2), (1, 2), (2, 1), (2, 3)))
    np.testing.assert_array_equal(
        ck.fold(y, (9, 8), (3, 2), (1, 2), (2, 1), (2, 3)),
        F.fold(tensor(y), (9, 8), (3, 2), (1, 2), (2, 1), (2, 3)),
    )


@pytest.mark.parametrize("axes", PLAIN)
def test_bools_are_read_as_they_are_and_sum_to_any(axes):
    case = PLAIN[axes]
    rng = np.random.default_rng(3)
    x, y = rng.random(case.image().shape) < 0.5, rng.random(case.columns().shape) < 0.2
    unfolded, folded = ck.unfold(x, *case.window), ck.fold(y, case.size, *case.window)
    assert unfolded.dtype == folded.dtype == bool
    np.testing.assert_array_equal(unfolded, ck.unfold(x.astype(int), *case.window))
    np.testing.assert_array_equal(folded, ck.fold(y.astype(int), case.size, *case.window) > 0)
    if axes < 3:
        np.testing.assert_array_equal(unfolded, torch_unfold(tensor(x), case))
        np.testing.assert_array_equal(folded, torch_fold(tensor(y), case))


def test_integers_sum_in_their_dtype():
    y = np.full((1, 3, 3), 100, np.uint8)
    np.testing.assert_array_equal(
        ck.fold(y, (5,), (3,)), np.array([[[100, 200, 44, 200, 100]]], np.uint8)
    )


@pytest.mark.filterwarnings("error")
def test_half_precision_sums_in_single_and_overflows_in_silence():
    tiny = np.float16(2.0**-11)
    y = np.array([[1, 0, 0], [0, tiny, 0], [0, 0, tiny]], np.float16)  # all on the middle input
    assert ck.fold(y[:, ::-1], (5,), (3,))[0, 2] == np.float16(1 + 2 * tiny)
    y = np.full((3, 3), np.finfo(np.float16).max)
    np.testing.assert_array_equal(ck.fold(y, (5,), (3,))[0, 1:4], np.inf)
    y[0], y[1] = np.inf, -np.inf
    assert np.isnan(ck.fold(y, (5,), (3,))[0, 1])


def test_byte_order_does_not_matter():
    x = np.arange(10.0).reshape(2, 5)
    y = ck.unfold(x.astype(">f8"), 2)
    assert y.dtype.isnative
    np.testing.assert_array_equal(y, ck.unfold(x, 2))
    np.testing.assert_array_equal(ck.fold(y.astype(">f8"), (5,), 2), ck.fold(y, (5,), 2))


def test_no_patches_add_up_to_nothing():
    window = Geometry((5,), (2,), (3,), ((0, 0),), (2,))
    found = scatter(np.ones((1, 1, 2, 0)), window, np.dtype(float))
    np.testing.assert_array_equal(found, [[[0] * 5]])


X, Y = np.ones((2, 3, 6, 6)), np.ones((2, 12, 25))

# What unfold and fold refuse for a reason of their own: (function, arguments, message).
REJECTED = [
    ("unfold", {"input": X[0, 0, 0]}, r"input has shape \(6,\); unfold needs 4 axes"),
    ("unfold", {"input": X[:, :0]}, r"input has shape \(2, 0, 6, 6\); every axis"),
    (
        "unfold",
        {"input": X[:0, :, :0], "padding": 3},
        r"\(0, 3, 0, 6\); every axis from axis 1",
    ),
    ("unfold", {"kernel_size": ()}, r"kernel_size is \(\); it must be one int or a tuple of one"),
    ("unfold", {"kernel_size": (2, 2, 2), "input": X[..., None, None]}, "unfold needs 5 axes"),
    ("unfold", {"dilation": (1,)}, r"dilation is \(1,\); it must be one int or a tuple of 2"),
    ("unfold", {"padding": "same"}, "padding holds 'same', a str; it must be an int"),
    ("fold", {"input": Y[0, 0]}, r"input has shape \(25,\); fold needs 3 axes"),
    ("fold", {"input": Y[:, :0]}, "input has 0 rows.*positive multiple of 4"),
    ("fold", {"input": Y[:, :10]}, r"input has 10 rows; with kernel_size \(2, 2\)"),
    ("fold", {"input": Y[:, :, :24]}, r"input has 24 columns; with output_size \(6, 6\).*25"),
    ("fold", {"output_size": (6, 6, 6, 6)}, r"output_size is \(6, 6, 6, 6\)"),
    ("fold", {"kernel_size": (2,)}, r"kernel_size is \(2,\); it must be one int or a tuple of 2"),
]


@pytest.mark.parametrize(("function", "arguments", "message"), REJECTED)
def test_what_torch_rejects_is_rejected_by_name(function, arguments, message):
    good = {"input": X} if function == "unfold" else {"input": Y, "output_size": 6}
    arguments = {**good, "kernel_size": 2, **arguments}
    with pytest.raises((ValueError, TypeError), match=message):
        getattr(ck, function)(**arguments)
    with pytest.raises((RuntimeError, TypeError, IndexError)):
        getattr(F, function)(tensor(arguments.pop("input")), **arguments)
