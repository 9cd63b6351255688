"""conv_transpose1d, 2d, 3d: torch, the transposed matrix, <A x, y> = <x, A^T y>, plain loops."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch.nn.functional as F
from agreement import CONVKIT, LAYOUTS, assume_comparable, compare, draw, tensor, traced
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
    padding_mode: str = "zeros"
    bias: bool = False
    dtype: str = "float64"
    seed: int = 0
    layout: str = "plain"
    special: bool = False  # in every array

    @property
    def axes(self):
        return len(self.size)

    @property
    def options(self):
        """Arguments that torch has, too."""
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
        w_shape = channels, self.filters, *self.kernel
        w = draw(rng, w_shape, self.dtype, self.layout, self.special)
        b_shape = (self.groups * self.filters,)
        b = draw(rng, b_shape, self.dtype, special=self.special) if self.bias else None
        return x, w, b


def transposed(problem):
    return TRANSPOSE[problem.axes](
        *problem.arrays(), **problem.options, padding_mode=problem.padding_mode
    )


def assert_agrees(problem):
    arguments = problem.arrays()
    tensors = [None if a is None else tensor(a) for a in arguments]
    expected = TORCH[problem.axes](*tensors, **problem.options)
    assume_comparable(expected.numpy())
    compare(
        f"conv_transpose{problem.axes}d",
        TRANSPOSE[problem.axes](*arguments, **problem.options),
        expected,
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


MODES = ["zeros", "reflect", "replicate", "circular", "symmetric"]


@st.composite
def padded(draw, problems):
    """Draw a mode and for each axis a pair, of those that the mode can pad the result by."""
    problem = draw(problems)
    mode = draw(st.sampled_from(MODES))

    def most(n):
        return {"reflect": n - 1, "circular": n}.get(mode, 9)

    pairs = []
    for m in transposed(replace(problem, padding=0)).shape[-problem.axes :]:
        n = draw(st.sampled_from([n for n in range(1, m + 1) if m - n <= 2 * most(n)]))
        before = draw(st.integers(max(m - n - most(n), 0), min(m - n, most(n))))
        pairs.append((before, m - n - before))
    return replace(problem, padding=tuple(pairs), padding_mode=mode)


@given(padded(problems(below_stride=True)))
def test_is_the_transposed_matrix_times_the_input(problem):
    # Integers, so that both are the same number to the last digit.
    problem = only_the_linear_map(problem, dtype="int64")
    y, w, _ = problem.arrays()
    x = transposed(problem)
    matrix = ck.conv_matrix(w, x.shape, **problem.convolution, padding_mode=problem.padding_mode)
    np.testing.assert_array_equal(matrix.T @ y.ravel(), x.ravel())


@given(padded(problems(below_stride=True)))
def test_is_the_adjoint(problem):
    problem = only_the_linear_map(problem, dtype="int64")
    y, w, _ = problem.arrays()
    back = transposed(problem)
    x = draw(np.random.default_rng(problem.seed + 1), back.shape, "int64")
    there = CONVKIT[problem.axes](x, w, **problem.convolution, padding_mode=problem.padding_mode)
    assert np.vdot(there, y) == np.vdot(x, back)


@np.errstate(all="ignore")
def by_loops(problem, size):
    """Apply the definition: each value of the input adds a scaled kernel to what it had read."""
    y, w, b = problem.arrays()
    working = np.dtype("f4") if y.dtype == "f2" else y.dtype
    y = (y if problem.batch is not None else y[None]).astype(working)
    x = np.zeros((len(y), problem.groups * problem.filters, *size), working)
    for i in np.ndindex(*problem.size):
        for j in np.ndindex(*problem.kernel):
            t = place_read(problem, size, i, j)
            for c in range(problem.groups * problem.channels) if t else ():
                first = c // problem.channels * problem.filters
                kernel = w[c, :, *j].astype(working)
                x[:, first : first + problem.filters, *t] += y[:, c, *i][:, None] * kernel
    if b is not None:
        x += b.astype(working).reshape(-1, *(1,) * len(size))
    return (x if problem.batch is not None else x[0]).astype(w.dtype)


def place_read(problem, size, i, j):
    """Name the value that tap j at place i reads, itself or a copy; None for a padded zero."""
    t = [
        source(s * a + d * b - before, n, problem.padding_mode)
        for s, a, d, b, (before, _), n in zip(
            problem.stride, i, problem.dilation, j, problem.padding, size, strict=True
        )
    ]
    return None if None in t else t


def source(t, n, mode):
    """Walk from a padded position t to the value of 0 ... n - 1 that stands there."""
    if mode == "zeros":
        return t if 0 <= t < n else None
    if mode == "replicate":
        return min(max(t, 0), n - 1)
    if mode == "circular":
        return t % n
    twice = mode == "symmetric"  # the border stands twice
    while not 0 <= t < n:
        t = -t - twice if t < 0 else 2 * (n - 1) - t + twice
    return t


@given(padded(problems()))
def test_is_its_definition_whatever_the_numbers(problem):
    with np.errstate(all="raise"):
        x = transposed(problem)
    expected = by_loops(problem, x.shape[-problem.axes :])
    assert (x.dtype, x.shape) == (expected.dtype, expected.shape)
    assume_comparable(expected)
    ck.testing.assert_agree(x, expected)


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


@given(padded(problems()))
def test_float16_is_rounded_once(problem):
    # Whole numbers: their sums, bias included, are exact in float64.
    problem = replace(problem, dtype="float16", bias=True, special=False)
    x, w, b = (np.rint(a * 30) for a in problem.arrays())
    b = b * 100
    options = problem.options | {"padding_mode": problem.padding_mode}
    exact = TRANSPOSE[problem.axes](*(a.astype(float) for a in (x, w, b)), **options)
    actual = TRANSPOSE[problem.axes](x, w, b, **options)
    np.testing.assert_array_equal(actual, exact.astype("f2"))


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


@pytest.mark.parametrize("dtype", [*"bhilqBHILQ"])
def test_any_integer_type_is_an_integer(dtype):
    problem = Problem((3, 4), (2, 1), channels=1, filters=3, groups=128, bias=True)
    if dtype in "bB":
        problem = replace(problem, groups=100)
    stated = {"stride": 3, "padding": 1, "output_padding": 1, "dilation": 2}
    expected = transposed(replace(problem, **stated))
    options = {name: np.dtype(dtype).type(value) for name, value in stated.items()}
    groups = np.dtype(dtype).type(problem.groups)
    actual = ck.conv_transpose2d(*problem.arrays(), **options, groups=groups)
    np.testing.assert_array_equal(actual, expected)


@given(padded(problems()))
def test_one_tap_and_place_at_a_time_give_what_all_give(problem):
    problem = replace(problem, dtype="int64")
    expected = transposed(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ck.transpose, "ROOM", -(10**9))
        actual = transposed(problem)
    np.testing.assert_array_equal(actual, expected)


@st.composite
def enormous(draw):
    """Draw a small problem whose stride, dilation and padding are enormous on some axis."""
    axes = draw(st.integers(1, 2))

    def per_axis(low, high):
        return draw(st.tuples(*[st.integers(low, high)] * axes))

    def small_or_enormous():
        number = st.one_of(st.integers(1, 3), st.integers(10**4, 5 * 10**8))
        return draw(st.tuples(*[number] * axes))

    size, kernel, most = per_axis(1, 3), per_axis(1, 3), per_axis(1, 20)
    stride, dilation = small_or_enormous(), small_or_enormous()
    sizes = zip(size, kernel, stride, dilation, most, strict=True)
    spare = [max((n - 1) * s + d * (k - 1) + 1 - m, 0) for n, k, s, d, m in sizes]
    return Problem(
        size,
        kernel,
        channels=draw(st.integers(1, 3)),
        filters=draw(st.integers(1, 3)),
        groups=draw(st.integers(1, 2)),
        stride=stride,
        padding=tuple((p // 2, p - p // 2) for p in spare),
        dilation=dilation,
        padding_mode=draw(st.sampled_from(["zeros", "replicate", "symmetric"])),
        seed=draw(st.integers(0, 99)),
    )


@given(enormous())
def test_memory_follows_the_result_and_not_the_padding(problem):
    x, peak = traced(lambda: transposed(problem))
    assert peak < MEGABYTE
    if problem.padding_mode == "zeros":  # the walk of the others would take as long as it is far
        ck.testing.assert_agree(x, by_loops(problem, x.shape[-problem.axes :]))


MEGABYTE = 2**20


@pytest.mark.parametrize("mode", ["zeros", "circular"])
def test_memory_of_an_ordinary_layer_is_a_block_and_its_arrays(mode):
    x, w = np.ones((2, 4, 40, 40)), np.ones((4, 32, 11, 11))  # all columns: 99 MB
    y, peak = traced(lambda: ck.conv_transpose2d(x, w, padding=4, padding_mode=mode))
    assert peak < 5 * (x.nbytes + y.nbytes) + 8 * MEGABYTE


def test_many_places_that_only_read_padding_are_not_held_for_every_channel():
    x, w = np.ones((1, 1, 10**5)), np.ones((1, 500, 1))  # all patches: 400 MB
    options = {"padding": 10**5 // 2 - 2, "padding_mode": "replicate"}
    y, peak = traced(lambda: ck.conv_transpose1d(x, w, **options))
    assert y.shape == (1, 500, 4)
    assert y[0, 0].tolist() == [10**5 // 2 - 1, 1, 1, 10**5 // 2 - 1]
    assert peak < 5 * x.nbytes + 8 * MEGABYTE


@pytest.mark.parametrize("stride", [2**31 - 1, 10**9])
def test_a_result_too_large_is_refused_at_once(stride):
    x = np.ones((1, 1, 2**12))
    with pytest.raises(MemoryError, match=r"the result, \(1, 1, \d+\) of float64, is too large"):
        ck.conv_transpose1d(x, np.ones((1, 1, 1)), stride=stride)


@pytest.mark.parametrize("dtype", ["float16", "float32", "complex128", "int64"])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_sum_over_no_channels_is_the_bias(axes, dtype):
    """As the formula has it, and as convolution does; torch takes no such weight."""
    y, w = np.ones((2, 0, *(3,) * axes), dtype), np.ones((0, 2, *(2,) * axes), dtype)
    b = np.arange(4).astype(dtype)
    for mode in MODES:
        x = TRANSPOSE[axes](y, w, b, 2, 1, groups=2, padding_mode=mode)
        expected = np.broadcast_to(b.reshape(-1, *(1,) * axes), (2, 4, *(4,) * axes))
        np.testing.assert_array_equal(x, expected, strict=True)
    assert not TRANSPOSE[axes](y[0], w).any()


X, W = np.ones((2, 4, 5)), np.ones((4, 3, 3))

# name: (arguments of conv_transpose1d, what the message must say); torch refuses every one of them.
REJECTED = {
    "input of rank 4": ({"input": X[None]}, r"input has shape \(1, 2, 4, 5\); conv_transpose1d"),
    "input without a value": ({"input": X[..., :0]}, r"input has spatial size \(0,\)"),
    "weight of rank 2": ({"weight": W[0]}, r"weight has shape \(3, 3\); conv_transpose1d needs 3"),
    "weight empty": ({"weight": W[:, :0]}, r"weight has shape \(4, 0, 3\); every axis but"),
    "weight single": ({"weight": W.astype("f4")}, "weight has dtype float32 but input has"),
    "channels differ": ({"weight": W[:3]}, "input has 4 channels.*needs 3"),
    "groups do not divide": ({"groups": 3}, "groups is 3; it must divide the 4 channels"),
    "bias per group": ({"bias": np.ones(3), "groups": 2}, r"bias has shape \(3,\).*\(6,\)"),
    "padding same": ({"padding": "same"}, "padding holds 'same', a str; it must be an int"),
    "nothing remains": (
        {"weight": W[..., :2], "padding": 3},
        "padding is 3, which leaves 0 of 6 values on spatial axis 0 of the output; at least one",
    ),
    "nothing remains of pairs": (
        {"padding": [(4, 3)]},
        r"padding is \(4, 3\), which leaves 0 of 7 values on spatial axis 0",
    ),
    "a pair too many": (
        {"padding": ((1, 1), (1, 1))},
        r"padding is \(\(1, 1\), \(1, 1\)\); as pairs it must hold 1 of \(before, after\)",
    ),
    "a mode unknown": ({"padding_mode": "mirror"}, "padding_mode is 'mirror'; it must be one of"),
    "a mirror too narrow": (
        {"padding": 2, "padding_mode": "reflect", "weight": W[..., :2]},
        "padding adds 2 values on a side of spatial axis 0, which has 2;.*accepts at most 1",
    ),
    "a circle too narrow": (
        {"padding": (3,), "padding_mode": "circular"},
        "padding adds 3 values on a side of spatial axis 0, which has 1;.*accepts at most 1",
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
