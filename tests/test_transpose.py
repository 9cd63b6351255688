"""conv_transpose1d, 2d, 3d three ways: torch, the transposed matrix, and <A x, y> = <x, A^T y>."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch.nn.functional as F
from agreement import CONVKIT, LAYOUTS, compare, draw, tensor
from hypothesis import given
from hypothesis import strategies as st

import convkit as ck

TRANSPOSE = {1: ck.conv_transpose1d, 2: ck.conv_transpose2d, 3: ck.conv_transpose3d}
TORCH = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


@dataclass(frozen=True)
class Problem:
    """One call of conv_transpose1d, 2d or 3d; the defaults are a plain small layer."""

    size: tuple  # of the input; its length is the number of axes
    kernel: tuple
    batch: int | None = 2  # None: unbatched
    channels: int = 3  # of the input, per group
    filters: int = 2  # channels of the output, per group
    groups: int = 1
    stride: int | tuple = 1
    padding: int | tuple = 0
    output_padding: int | tuple = 0
    dilation: int | tuple = 1
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
        return {
            "stride": self.stride,
            "padding": self.padding,
            "output_padding": self.output_padding,
            "groups": self.groups,
            "dilation": self.dilation,
        }

    @property
    def convolution(self):
        """Arguments of the convolution that is transposed."""
        return {name: self.options[name] for name in ("stride", "padding", "dilation", "groups")}

    def arrays(self):
        """Random input, weight and bias (or None) of this problem's shapes and dtype."""
        rng = np.random.default_rng(self.seed)
        channels = self.groups * self.channels
        batch = () if self.batch is None else (self.batch,)
        x = draw(rng, (*batch, channels, *self.size), self.dtype, self.layout, self.special)
        w = draw(rng, (channels, self.filters, *self.kernel), self.dtype, self.layout)
        b = draw(rng, (self.groups * self.filters,), self.dtype) if self.bias else None
        return x, w, b


def transposed(problem):
    return TRANSPOSE[problem.axes](*problem.arrays(), **problem.options)


def assert_agrees(problem):
    arguments = problem.arrays()
    tensors = [None if a is None else tensor(a) for a in arguments]
    compare(
        f"conv_transpose{problem.axes}d",
        TRANSPOSE[problem.axes](*arguments, **problem.options),
        TORCH[problem.axes](*tensors, **problem.options),
        arguments,
        problem.arrays(),
    )


PLAIN = {1: Problem((5,), (3,)), 2: Problem((4, 3), (3, 2)), 3: Problem((3, 2, 3), (2, 3, 2))}

# What differs from the plain problem; integers stand for every axis.
VARIATIONS = {
    "plain": {},
    "stride": {"stride": 2},
    "stride longer than kernel": {"stride": 4},
    "padding": {"padding": 1},
    "dilation": {"dilation": 2, "padding": 1},
    "output_padding": {"stride": 3, "output_padding": 2},
    "output_padding below dilation only": {"dilation": 3, "output_padding": 2},
    "everything": {
        "stride": 2,
        "padding": 2,
        "output_padding": 1,
        "dilation": 2,
        "groups": 2,
        "bias": True,
    },
    "groups": {"groups": 3},
    "depthwise": {"groups": 4, "channels": 1, "filters": 1, "bias": True},
    "unbatched": {"batch": None, "bias": True, "padding": 1, "stride": 2},
    "empty batch": {"batch": 0, "bias": True},
    "float16": {"dtype": "float16", "stride": 2, "bias": True},
    "complex128": {"dtype": "complex128", "groups": 2, "bias": True},
    "int64": {"dtype": "int64", "stride": 2, "padding": 1, "bias": True},
}


@pytest.mark.parametrize("variation", VARIATIONS)
@pytest.mark.parametrize("axes", PLAIN)
def test_agrees_with_torch(axes, variation):
    assert_agrees(replace(PLAIN[axes], **VARIATIONS[variation]))


@st.composite
def problems(draw, below_stride=False):
    """Draw any transposed convolution that leaves an output: every argument, every dtype.

    torch lets output_padding exceed the stride, up to the dilation. The convolution of an output
    of that size has more values than the input: only below the stride are the two transposes.
    """
    axes = draw(st.integers(1, 3))

    def per_axis(low, high):
        return draw(st.tuples(*[st.integers(low, high)] * axes))

    size, kernel = per_axis(1, 4), per_axis(1, 4 - axes // 2)
    stride, dilation = per_axis(1, 4), per_axis(1, 3)
    limits = stride if below_stride else map(max, stride, dilation)
    output_padding = tuple(draw(st.integers(0, limit - 1)) for limit in limits)
    sizes = zip(size, kernel, stride, output_padding, dilation, strict=True)
    uncropped = [(n - 1) * s + d * (k - 1) + extra + 1 for n, k, s, extra, d in sizes]
    padding = tuple(draw(st.integers(0, min(4, (m - 1) // 2))) for m in uncropped)
    return Problem(
        size,
        kernel,
        batch=draw(st.sampled_from([None, 0, 1, 2])),
        channels=draw(st.integers(1, 3)),
        filters=draw(st.integers(1, 3)),
        groups=draw(st.integers(1, 3)),
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
        bias=draw(st.booleans()),
        dtype=draw(
            st.sampled_from(["float64", "float32", "float16", "complex128", "complex64", "int64"])
        ),
        seed=draw(st.integers(0, 99)),
        layout=draw(st.sampled_from(list(LAYOUTS))),
        special=draw(st.booleans()),
    )


@given(problems())
def test_agrees_with_torch_on_drawn_problems(problem):
    assert_agrees(problem)


@given(problems(below_stride=True))
def test_is_the_transposed_matrix_times_the_input(problem):
    problem = only_the_linear_map(problem, dtype="float64")
    y, w, _ = problem.arrays()
    x = transposed(problem)
    matrix = ck.conv_matrix(w, x.shape, **problem.convolution)
    ck.testing.assert_agree(matrix.T @ y.ravel(), x.ravel())


@given(problems(below_stride=True))
def test_is_the_adjoint(problem):
    # Integers, so that <A x, y> and <x, A^T y> are the same number to the last digit.
    problem = only_the_linear_map(problem, dtype="int64")
    y, w, _ = problem.arrays()
    back = transposed(problem)
    x = draw(np.random.default_rng(problem.seed + 1), back.shape, "int64")
    there = CONVKIT[problem.axes](x, w, **problem.convolution)
    assert np.vdot(there, y) == np.vdot(x, back)


def only_the_linear_map(problem, dtype):
    return replace(problem, batch=None, bias=False, special=False, dtype=dtype)


@given(problems())
def test_is_a_convolution_of_the_input_with_zeros_inserted(problem):
    problem = replace(problem, batch=2, bias=False, special=False)
    x, w, _ = problem.arrays()
    ck.testing.assert_agree(by_zero_insertion(x, w, problem), transposed(problem))


def by_zero_insertion(x, w, problem):
    """Insert s - 1 zeros, flip the kernel, swap its channels, convolve with padding d(k-1) - p."""
    longer = [(n - 1) * s + 1 for n, s in zip(problem.size, problem.stride, strict=True)]
    apart = np.zeros((*x.shape[:2], *longer), x.dtype)
    apart[:, :, *(slice(None, None, s) for s in problem.stride)] = x
    sizes = zip(
        problem.dilation, problem.kernel, problem.padding, problem.output_padding, strict=True
    )
    for axis, (d, k, p, extra) in enumerate(sizes, start=2):
        reach = d * (k - 1) - p
        apart = pad_or_crop(apart, axis, reach, reach + extra)
    by_group = w.reshape(problem.groups, problem.channels, problem.filters, *problem.kernel)
    swapped = by_group.swapaxes(1, 2).reshape(-1, problem.channels, *problem.kernel)
    flipped = np.flip(swapped, axis=tuple(range(2, w.ndim)))
    return CONVKIT[problem.axes](apart, flipped, dilation=problem.dilation, groups=problem.groups)


def pad_or_crop(x, axis, before, after):
    """Add zeros on both sides of one axis; a negative number takes values away."""
    widths = [(0, 0)] * x.ndim
    widths[axis] = (max(before, 0), max(after, 0))
    x = np.pad(x, widths)
    return x[(slice(None),) * axis + (slice(max(-before, 0), x.shape[axis] - max(-after, 0)),)]


def test_stride_2_takes_7_and_8_inputs_to_3_outputs_and_output_padding_chooses():
    w = np.array([[[1, 2, 3]]])
    for n, output_padding in ((7, 0), (8, 1)):
        x = np.arange(n).reshape(1, n)
        y = ck.conv1d(x, w, stride=2)
        assert y.shape == (1, 3)
        back = ck.conv_transpose1d(y, w, stride=2, output_padding=output_padding)
        assert back.shape == x.shape
        np.testing.assert_array_equal(
            back.ravel(), ck.conv_matrix(w, x.shape, stride=2).T @ y.ravel()
        )


def test_transpose_is_not_the_inverse():
    x, w = np.array([[1, 2, 3, 4, 5]]), np.array([[[1, 2, 3]]])
    back = ck.conv_transpose1d(ck.conv1d(x, w), w)
    np.testing.assert_array_equal(back, [[14, 48, 108, 112, 78]])


def test_one_input_draws_the_kernel():
    w = np.arange(1, 7).reshape(1, 1, 2, 3)
    np.testing.assert_array_equal(ck.conv_transpose2d([[[10]]], w), 10 * w[0])


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "uint64"])
def test_integers_that_torch_cannot_transpose_wrap_as_int64_cast_to_them(dtype):
    problem = Problem((4, 5), (3, 3), stride=2, groups=2, bias=True, dtype=dtype)
    x, w, b = (100 * a for a in problem.arrays())
    tensors = [tensor(a.astype("int64")) for a in (x, w, b)]
    expected = F.conv_transpose2d(*tensors, stride=2, groups=2).numpy()
    actual = ck.conv_transpose2d(x, w, b, stride=2, groups=2)
    assert actual.dtype == dtype
    np.testing.assert_array_equal(actual, expected.astype(dtype))


def test_float16_is_summed_in_single_precision():
    tiny = 2.0**-11  # half the step from 1 to the next float16: added to 1 one by one, it is lost
    x = np.array([[tiny, tiny, 1, tiny, tiny]], "float16")
    y = ck.conv_transpose1d(x, np.ones((1, 1, 3), "float16"))
    assert y[0, 2:5].tolist() == [1 + 2 * tiny] * 3


def test_lists_and_byte_order_do_not_matter():
    x, w, b = replace(PLAIN[1], bias=True).arrays()
    expected = ck.conv_transpose1d(x, w, b)
    swapped = ck.conv_transpose1d(x.astype(">f8"), w.tolist(), b.astype(">f8"))
    np.testing.assert_array_equal(swapped, expected)
    assert swapped.dtype.isnative


@pytest.mark.filterwarnings("error")
def test_overflow_and_infinities_pass_in_silence():
    largest = np.finfo("float16").max
    x = np.array([[largest / 2, np.inf, -np.inf, 0, largest]], "float16")
    y = ck.conv_transpose1d(x, np.full((1, 1, 2), 2, "float16"), np.array([largest]))
    np.testing.assert_array_equal(y, [[np.inf, np.inf, np.nan, -np.inf, np.inf, np.inf]])


def test_an_empty_batch_of_empty_signals_has_torchs_shape():
    x, w = np.ones((0, 2, 0)), np.ones((2, 3, 4))
    for stride in (1, 2, 3):
        expected = F.conv_transpose1d(tensor(x), tensor(w), stride=stride)
        assert ck.conv_transpose1d(x, w, stride=stride).shape == tuple(expected.shape)


def test_positional_arguments_are_torchs():
    x, w, b = Problem((5, 4), (3, 3), groups=2, bias=True).arrays()
    arguments = (3, (1, 2), (2, 1), 2, 2)
    ck.testing.assert_agree(
        ck.conv_transpose2d(x, w, b, *arguments),
        F.conv_transpose2d(tensor(x), tensor(w), tensor(b), *arguments),
    )


X, W = np.ones((2, 4, 5)), np.ones((4, 3, 3))

# name: (arguments of conv_transpose1d, what the message must say); torch refuses every one of them.
REJECTED = {
    "input of rank 4": ({"input": X[None]}, r"input has shape \(1, 2, 4, 5\); conv_transpose1d"),
    "input without a value": ({"input": X[..., :0]}, r"input has spatial size \(0,\)"),
    "weight of rank 2": ({"weight": W[0]}, r"weight has shape \(3, 3\); conv_transpose1d needs 3"),
    "weight empty": ({"weight": W[:, :0]}, r"weight has shape \(4, 0, 3\); every axis needs"),
    "weight single": ({"weight": W.astype("f4")}, "weight has dtype float32 but input has"),
    "channels differ": ({"weight": W[:3]}, "input has 4 channels.*needs 3"),
    "groups do not divide": ({"groups": 3}, "groups is 3; it must divide the 4 channels"),
    "bias per group": ({"bias": np.ones(3), "groups": 2}, r"bias has shape \(3,\).*\(6,\)"),
    "padding same": ({"padding": "same"}, "padding holds 'same', a str; it must be an int"),
    "nothing remains": (
        {"weight": W[..., :2], "padding": 3},
        "padding is 3, which leaves 0 of 6 values on spatial axis 0 of the output; at least one",
    ),
    "output_padding negative": ({"output_padding": -1}, "output_padding is -1"),
    "output_padding too large": (
        {"output_padding": 2, "stride": 2},
        "output_padding is 2 on spatial axis 0; with stride 2 and dilation 1 it may be at most 1",
    ),
}


@pytest.mark.parametrize("name", REJECTED)
def test_what_torch_rejects_is_rejected_by_name(name):
    arguments, message = REJECTED[name]
    arguments = {"input": X, "weight": W, **arguments}
    with pytest.raises((ValueError, TypeError), match=message):
        ck.conv_transpose1d(**arguments)
    tensors = {k: tensor(v) if hasattr(v, "shape") else v for k, v in arguments.items()}
    with pytest.raises((RuntimeError, TypeError)):
        F.conv_transpose1d(**tensors)
