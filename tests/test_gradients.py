"""The gradients of convolutions: autograd, torch.nn.grad, adjointness, plain loops."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from agreement import (
    CONVKIT,
    LAYOUTS,
    TORCH,
    Problem,
    assume_comparable,
    compare,
    draw,
    tensor,
    traced,
)
from hypothesis import given
from hypothesis import strategies as st

import convkit as ck

INPUT = {1: ck.conv1d_input, 2: ck.conv2d_input, 3: ck.conv3d_input}
WEIGHT = {1: ck.conv1d_weight, 2: ck.conv2d_weight, 3: ck.conv3d_weight}
BIAS = {1: ck.conv1d_bias, 2: ck.conv2d_bias, 3: ck.conv3d_bias}


def arrays_of(problem):
    """Random input, weight and gradient of the output."""
    x, w, _ = problem.arrays()
    shape = CONVKIT[problem.axes](x, w, **problem.options).shape
    rng = np.random.default_rng(problem.seed + 1)
    return x, w, draw(rng, shape, problem.dtype, problem.layout, problem.special)


def autograd(problem, x, w, g):
    """Torch's two gradients, in the dtype of x.

    Integers go by way of float64, since torch has no gradients of integers. So does single
    precision: there oneDNN leaves out the products of padding and an infinite gradient, which are
    NaN in torch's own kernels.
    """
    working = x.dtype if x.dtype.kind == "c" else np.float64
    x_tensor, w_tensor = (tensor(a.astype(working)).requires_grad_() for a in (x, w))
    y = TORCH[problem.axes](x_tensor, w_tensor, **problem.options)
    gradients = torch.autograd.grad(y, (x_tensor, w_tensor), tensor(g.astype(working)))
    return [gradient.to(tensor(x).dtype) for gradient in gradients]


def assert_agrees(problem):
    """Compare both gradients with autograd's."""
    x, w, g = arrays_of(problem)
    originals = x.copy(), w.copy(), g.copy()
    for_input, for_weight = autograd(problem, x, w, g)
    assume_comparable(for_input.numpy())
    assume_comparable(for_weight.numpy())
    axes, options = problem.axes, problem.options
    compare(
        f"conv{axes}d_input",
        INPUT[axes](x.shape, w, g, **options),
        for_input,
        (x, w, g),
        originals,
    )
    compare(
        f"conv{axes}d_weight",
        WEIGHT[axes](x, w.shape, g, **options),
        for_weight,
        (x, w, g),
        originals,
    )


PLAIN = {1: Problem((9,), (3,)), 2: Problem((7, 6), (3, 2)), 3: Problem((4, 5, 4), (2, 3, 2))}

# What differs from the plain problem; integers stand for every axis.
VARIATIONS = {
    "plain": {},
    "stride": {"stride": 2},
    "stride longer than kernel": {"stride": 4},
    "padding": {"padding": 2},
    "padding wider than kernel": {"padding": 5},
    "dilation": {"dilation": 2, "padding": 2},
    "everything": {"stride": 2, "padding": 2, "dilation": 2, "groups": 2},
    "groups": {"groups": 3},
    "depthwise with multiplier": {"groups": 3, "channels": 1, "filters": 2},
    "one output": {"stride": 9},
    "empty batch": {"batch": 0},
    "float32": {"dtype": "float32", "padding": 1, "stride": 2},
    "float16": {"dtype": "float16", "padding": 1},
    "complex128": {"dtype": "complex128", "groups": 2, "stride": 2},
    "int32": {"dtype": "int32", "padding": 1, "dilation": 2},
}


@pytest.mark.parametrize("variation", VARIATIONS)
@pytest.mark.parametrize("axes", PLAIN)
def test_agrees_with_autograd(axes, variation):
    assert_agrees(replace(PLAIN[axes], **VARIATIONS[variation]))


@st.composite
def problems(draw):
    """Draw any convolution that has a gradient in torch.nn.grad: batched, padded by numbers."""
    axes = draw(st.integers(1, 3))

    def per_axis(low, high):
        return draw(st.tuples(*[st.integers(low, high)] * axes))

    kernel, dilation, padding = per_axis(1, 4 - axes // 2), per_axis(1, 3), per_axis(0, 3)
    sizes = zip(kernel, dilation, padding, per_axis(0, 5), strict=True)
    size = tuple(max(1, d * (k - 1) + 1 - 2 * p + extra) for k, d, p, extra in sizes)
    return Problem(
        size,
        kernel,
        batch=draw(st.sampled_from([0, 1, 2])),
        channels=draw(st.integers(1, 3)),
        filters=draw(st.integers(1, 3)),
        groups=draw(st.integers(1, 3)),
        stride=per_axis(1, 4),
        padding=padding,
        dilation=dilation,
        dtype=draw(
            st.sampled_from(["float64", "float32", "float16", "complex128", "complex64", "int64"])
        ),
        seed=draw(st.integers(0, 99)),
        layout=draw(st.sampled_from(list(LAYOUTS))),
        special=draw(st.booleans()),
    )


@given(problems())
def test_agrees_with_autograd_on_drawn_problems(problem):
    assert_agrees(problem)


@given(problems())
def test_agrees_with_torch_nn_grad(problem):
    # It has no kernels for complex numbers and integers.
    problem = replace(problem, dtype="float64")
    x, w, g = arrays_of(problem)
    options = {name: problem.options[name] for name in ("stride", "padding", "dilation", "groups")}
    for name, arguments in (("input", (x.shape, w, g)), ("weight", (x, w.shape, g))):
        function = f"conv{problem.axes}d_{name}"
        tensors = [a if isinstance(a, tuple) else tensor(a) for a in arguments]
        ck.testing.assert_agree(
            getattr(ck, function)(*arguments, *options.values()),
            getattr(torch.nn.grad, function)(*tensors, *options.values()),
        )


@given(problems())
def test_both_are_adjoints(problem):
    """<g, conv(x, w)> = <A* g, x> = <B* g, w>, conjugate where numbers are complex."""
    problem = replace(problem, dtype="complex128")
    # Complex numbers with integer parts: all three are the same number to the last digit.
    x, w, g = (np.rint(4 * a) for a in arrays_of(problem))
    axes, options = problem.axes, problem.options
    expected = np.vdot(g, CONVKIT[axes](x, w, **options, method="im2col"))
    assert np.vdot(INPUT[axes](x.shape, w, g, **options), x) == expected
    assert np.vdot(WEIGHT[axes](x, w.shape, g, **options), w) == expected


@given(problems())
def test_gradient_of_the_input_is_the_transposed_matrix_times_the_gradient(problem):
    problem = replace(problem, batch=1, dtype="complex128")
    x, w, g = arrays_of(problem)
    matrix = ck.conv_matrix(w, x.shape[1:], **problem.options)
    gradient = INPUT[problem.axes](x.shape, w, g, **problem.options)
    ck.testing.assert_agree(matrix.conj().T @ g.ravel(), gradient.ravel())


@st.composite
def padded_by_pairs(draw, problems):
    """Draw another padding for each side; what the problem has is the least."""
    problem = draw(problems)
    pairs = [(p + draw(st.integers(0, 3)), p + draw(st.integers(0, 3))) for p in problem.padding]
    return replace(problem, padding=tuple(pairs))


@given(padded_by_pairs(problems()))
def test_pairs_are_the_padding_of_a_padded_input(problem):
    problem = replace(problem, dtype="float64")
    x, w, g = arrays_of(problem)
    for_input, for_weight = (
        INPUT[problem.axes](x.shape, w, g, **problem.options),
        WEIGHT[problem.axes](x, w.shape, g, **problem.options),
    )
    flat = [p for pair in reversed(problem.padding) for p in pair]
    x_tensor, w_tensor = tensor(x).requires_grad_(), tensor(w).requires_grad_()
    y = TORCH[problem.axes](F.pad(x_tensor, flat), w_tensor, **problem.options | {"padding": 0})
    expected = torch.autograd.grad(y, (x_tensor, w_tensor), tensor(g))
    for gradient, torchs in zip((for_input, for_weight), expected, strict=True):
        assume_comparable(torchs.numpy())
        ck.testing.assert_agree(gradient, torchs)


@np.errstate(all="ignore")
def by_loops(problem, x, w, g):
    """Let each output hand its gradient to the inputs and the weights that it was made of."""
    working = np.dtype("f4") if x.dtype == "f2" else x.dtype
    dtype, (x, w, g) = x.dtype, (a.astype(working) for a in (x, w, g))
    dx, dw, channels, filters = np.zeros_like(x), np.zeros_like(w), w.shape[1], len(w)
    for i in np.ndindex(*g.shape[2:]):
        for j in np.ndindex(*problem.kernel):
            sizes = zip(
                problem.stride, i, problem.dilation, j, problem.padding, problem.size, strict=True
            )
            t, n = zip(*((s * a + d * b - p[0], n) for s, a, d, b, p, n in sizes), strict=True)
            is_inside = all(0 <= a < b for a, b in zip(t, n, strict=True))
            for o in range(filters):
                c = o // (filters // problem.groups) * channels
                read = x[:, c : c + channels, *t] if is_inside else np.zeros((len(x), channels))
                gradient = g[:, o, *i][:, None]
                dw[o, :, *j] += (read.conj().astype(working) * gradient).sum(0, working)
                if is_inside:
                    dx[:, c : c + channels, *t] += gradient * w[o, :, *j].conj()
    return dx.astype(dtype), dw.astype(dtype)


@given(padded_by_pairs(problems()))
def test_both_are_their_definitions_whatever_the_numbers(problem):
    x, w, g = arrays_of(problem)
    if problem.special:  # in the weight, too
        w = draw(np.random.default_rng(problem.seed + 2), w.shape, w.dtype, special=True)
    with np.errstate(all="raise"):
        for_input = INPUT[problem.axes](x.shape, w, g, **problem.options)
        for_weight = WEIGHT[problem.axes](x, w.shape, g, **problem.options)
    for actual, expected in zip((for_input, for_weight), by_loops(problem, x, w, g), strict=True):
        assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
        assume_comparable(expected)
        ck.testing.assert_agree(actual, expected)


@given(problems())
def test_gradient_of_the_bias_is_autograds(problem):
    g = arrays_of(problem)[2]
    working = g.dtype if g.dtype.kind == "c" else np.float64
    b = torch.zeros(g.shape[1], dtype=tensor(g.astype(working)).dtype, requires_grad=True)
    w = torch.zeros((g.shape[1], 1, *(1,) * problem.axes), dtype=b.dtype)
    y = TORCH[problem.axes](torch.zeros((len(g), 1, *g.shape[2:]), dtype=b.dtype), w, b)
    (expected,) = torch.autograd.grad(y, b, tensor(g.astype(working)))
    expected = expected.to(tensor(g).dtype)
    assume_comparable(expected.numpy())
    with np.errstate(all="raise"):
        actual = BIAS[problem.axes](g)
    original = g.copy()
    compare(f"conv{problem.axes}d_bias", actual, expected, (g,), (original,))
    if len(g):
        ck.testing.assert_agree(BIAS[problem.axes](g[0]), BIAS[problem.axes](g[:1]))


def test_gradient_of_the_bias_is_summed_once_and_wraps():
    # Each example sums to 2049, which is 2048 in half precision; three times 2049 is 6148 there.
    assert ck.conv1d_bias(np.ones((3, 2, 2049), "f2")).tolist() == [6148, 6148]
    assert ck.conv1d_bias(np.full((1, 3), 100, "int8")).tolist() == [300 - 256]
    for dtype in ("int8", "uint16", "float32", "complex64"):
        assert ck.conv2d_bias(np.ones((3, 2, 4, 4), dtype)).dtype == dtype


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_weight_1_of_a_1x1_kernel_has_the_gradient_of_the_bias(axes):
    g = np.random.default_rng(0).standard_normal((3, 4, *range(4, 4 + axes)))
    ones = np.ones((3, 1, *g.shape[2:]))
    weight = WEIGHT[axes](ones, (4, 1, *(1,) * axes), g)
    ck.testing.assert_agree(BIAS[axes](g), weight.ravel())


def test_no_channel_has_an_empty_gradient_as_in_torch():
    for axes, batch, groups in ((1, 2, 1), (2, 0, 2), (3, 1, 3)):
        size, kernel, out = (8,) * axes, (3,) * axes, (6,) * axes
        x, w, g = np.ones((batch, 0, *size)), np.ones((6, 0, *kernel)), np.ones((batch, 6, *out))
        for name, arguments in (("input", (x.shape, w, g)), ("weight", (x, w.shape, g))):
            function = f"conv{axes}d_{name}"
            tensors = [a if isinstance(a, tuple) else tensor(a) for a in arguments]
            expected = getattr(torch.nn.grad, function)(*tensors, groups=groups)
            assert getattr(ck, function)(*arguments, groups=groups).shape == expected.shape


@pytest.mark.parametrize("dtype", [*"bhilqBHILQ"])
def test_any_integer_type_is_an_integer(dtype):
    groups = 100 if dtype in "bB" else 300  # more than a byte holds
    problem = Problem((5,), (2,), channels=1, filters=3, groups=groups, stride=2, padding=1)
    x, w, g = arrays_of(problem)
    new = np.dtype(dtype).type
    options = {name: new(value) for name, value in problem.options.items()}
    sizes = [tuple(new(n) if n < 128 else n for n in a.shape) for a in (x, w)]
    np.testing.assert_array_equal(
        ck.conv1d_input(sizes[0], w, g, **options),
        ck.conv1d_input(x.shape, w, g, **problem.options),
    )
    np.testing.assert_array_equal(
        ck.conv1d_weight(x, sizes[1], g, **options),
        ck.conv1d_weight(x, w.shape, g, **problem.options),
    )


@given(problems())
def test_one_tap_and_place_at_a_time_give_what_all_give(problem):
    x, w, g = arrays_of(replace(problem, dtype="int64"))
    expected = WEIGHT[problem.axes](x, w.shape, g, **problem.options)
    with pytest.MonkeyPatch.context() as patch:
        for module in (ck.gradients, ck.patches):
            patch.setattr(module, "ROOM", -(10**9))
        actual = WEIGHT[problem.axes](x, w.shape, g, **problem.options)
    np.testing.assert_array_equal(actual, expected)


@st.composite
def enormous(draw):
    """Draw a small convolution whose stride, dilation and padding are enormous on some axis."""
    axes = draw(st.integers(1, 2))

    def per_axis(low, high):
        return draw(st.tuples(*[st.integers(low, high)] * axes))

    def small_or_enormous():
        number = st.one_of(st.integers(1, 3), st.integers(10**4, 5 * 10**8))
        return draw(st.tuples(*[number] * axes))

    size, kernel = per_axis(1, 9), per_axis(1, 3)
    stride, dilation = small_or_enormous(), small_or_enormous()
    sizes = zip(size, kernel, stride, dilation, per_axis(0, 3), strict=True)
    spare = [max(s * more + d * (k - 1) + 1 - n, 0) for n, k, s, d, more in sizes]
    return Problem(
        size,
        kernel,
        groups=draw(st.integers(1, 2)),
        stride=stride,
        padding=tuple((p // 2, p - p // 2) for p in spare),
        dilation=dilation,
        seed=draw(st.integers(0, 99)),
        special=draw(st.booleans()),
    )


@given(enormous())
def test_memory_follows_the_arrays_and_not_the_padding(problem):
    x, w, g = arrays_of(problem)
    both, peak = traced(
        lambda: (
            INPUT[problem.axes](x.shape, w, g, **problem.options),
            WEIGHT[problem.axes](x, w.shape, g, **problem.options),
        )
    )
    assert peak < 32 * MEGABYTE
    for actual, expected in zip(both, by_loops(problem, x, w, g), strict=True):
        assume_comparable(expected)
        ck.testing.assert_agree(actual, expected)


MEGABYTE = 2**20


def test_memory_of_an_ordinary_layer_is_a_block_and_its_arrays():
    x, g = np.ones((2, 8, 40, 40)), np.ones((2, 4, 40, 40))
    w_shape = (4, 8, 11, 11)  # all columns: 25 MB
    gradient, peak = traced(lambda: ck.conv2d_weight(x, w_shape, g, padding=5))
    assert peak < 5 * (x.nbytes + g.nbytes) + 8 * MEGABYTE
    assert gradient[0, 0, 5, 5] == 2 * 40**2
    assert gradient[0, 0, 0, 0] == 2 * 35**2


def test_a_result_too_large_is_refused_at_once():
    # Without examples the arguments are small and fit, but the weight is not small.
    x, g = np.ones((0, 2**20, 2**10)), np.ones((0, 2**20, 1))
    with pytest.raises(MemoryError, match=r"the result, \(1048576, 1048576, 1024\) of float64, is"):
        ck.conv1d_weight(x, (2**20, 2**20, 2**10), g)


def naive_recipe(v, w, problem):
    """Convolve v with the flipped kernel, padded as the convolution was (claim E18)."""
    return ck.conv1d(v, w[..., ::-1], padding=problem.padding)


def whole_recipe(v, w, problem, n):
    """Do everything that the naive recipe leaves out."""
    s, p, d, k = problem.stride, problem.padding, problem.dilation, w.shape[2]
    left_over = (n + 2 * p - d * (k - 1) - 1) % s  # this is output_padding
    apart = np.zeros((*v.shape[:2], (v.shape[2] - 1) * s + 1 + left_over))
    apart[..., : v.shape[2] * s : s] = v
    swapped = w.reshape(problem.groups, problem.filters, problem.channels, k).swapaxes(1, 2)
    flipped = swapped.reshape(-1, problem.filters, k)[..., ::-1]
    reach = d * (k - 1) - p
    padded = ck.padding.pad(apart, [(max(reach, 0),) * 2], "zeros")
    cropped = padded[..., max(-reach, 0) : padded.shape[2] - max(-reach, 0)]
    return ck.conv1d(cropped, flipped, dilation=d, groups=problem.groups)


SHOWN = Problem((7,), (3,), padding=1, channels=1, filters=1)  # the case of the deck

# What the naive recipe misses, one at a time; each must make it wrong.
MISSED = {
    "no padding": {"padding": 0},
    "more padding": {"padding": 2},
    "padding beyond the kernel": {"padding": 3},
    "even kernel": {"kernel": (4,)},
    "stride": {"stride": 2},
    "stride with left-over inputs": {"stride": 2, "size": (8,)},
    "dilation": {"dilation": 2, "padding": 2},
    "groups": {"groups": 2},
    "channels that differ": {"channels": 2, "filters": 3},
    "as many filters as channels": {"channels": 2, "filters": 2},
}


def test_naive_recipe_is_right_where_the_deck_shows_it():
    x, w, g = arrays_of(SHOWN)
    ck.testing.assert_agree(naive_recipe(g, w, SHOWN), ck.conv1d_input(x.shape, w, g, padding=1))


@pytest.mark.parametrize("missed", MISSED)
def test_naive_recipe_misses(missed):
    problem = replace(SHOWN, **MISSED[missed])
    x, w, g = arrays_of(problem)
    expected, _ = autograd(problem, x, w, g)
    ck.testing.assert_agree(ck.conv1d_input(x.shape, w, g, **problem.options), expected)
    ck.testing.assert_agree(whole_recipe(g, w, problem, x.shape[2]), expected)
    with pytest.raises((ValueError, AssertionError)):  # the channels, the shape or the numbers
        ck.testing.assert_agree(naive_recipe(g, w, problem), expected)


def test_input_that_no_window_reads_has_gradient_0():
    w, g = np.ones((1, 1, 2)), np.ones((1, 1, 3))
    gradient = ck.conv1d_input((1, 1, 10), w, g, stride=3)
    np.testing.assert_array_equal(gradient, [[[1, 1, 0, 1, 1, 0, 1, 1, 0, 0]]])


def test_gradient_of_the_weight_is_a_correlation_with_stride_and_dilation_swapped():
    problem = Problem((14,), (3,), stride=2, dilation=3, padding=1)
    x, w, g = arrays_of(problem)
    swapped = ck.conv1d(
        x.swapaxes(0, 1), g.swapaxes(0, 1), stride=3, dilation=2, padding=1
    ).swapaxes(0, 1)
    expected = ck.conv1d_weight(x, w.shape, g, stride=2, dilation=3, padding=1)
    ck.testing.assert_agree(swapped[..., :3], expected)


def test_empty_batch_gives_zeros_for_the_weight():
    x, g = np.ones((0, 4, 8)), np.ones((0, 6, 6))
    np.testing.assert_array_equal(ck.conv1d_weight(x, (6, 4, 3), g), np.zeros((6, 4, 3)))
    assert ck.conv1d_input((0, 4, 8), np.ones((6, 4, 3)), g).shape == (0, 4, 8)


def test_small_integers_wrap_in_their_dtype():
    x, g = np.full((2, 1, 4), 100, "int8"), np.full((2, 1, 3), 3, "int8")
    gradient = ck.conv1d_weight(x, (1, 1, 2), g)
    assert gradient.dtype == "int8"
    np.testing.assert_array_equal(gradient, np.full((1, 1, 2), 1800).astype("int8"))


def test_float16_is_summed_in_single_precision():
    ones = np.ones((1, 1, 4096), "f2")  # in float16 the sum of ones stops at 2048
    assert ck.conv1d_weight(ones, (1, 1, 1), ones).item() == 4096


@pytest.mark.filterwarnings("error")
def test_overflow_and_infinities_pass_in_silence():
    x = np.array([[[np.finfo("float16").max, np.inf, -np.inf, 1]]], "float16")
    gradient = ck.conv1d_weight(x, (1, 1, 1), np.full((1, 1, 4), 2, "float16"))
    assert np.isnan(gradient).all()
    gradient = ck.conv1d_input((1, 1, 4), np.full((1, 1, 1), 2, "float16"), x)
    assert gradient[0, 0, 0] == np.inf


def test_sizes_may_be_lists_and_torch_sizes():
    x, w, g = arrays_of(SHOWN)
    expected = ck.conv1d_input(x.shape, w, g, padding=1)
    for size in (list(x.shape), tensor(x).shape, tuple(np.array(x.shape))):
        np.testing.assert_array_equal(ck.conv1d_input(size, w, g, padding=1), expected)


X, W, G = np.ones((2, 4, 8)), np.ones((6, 4, 3)), np.ones((2, 6, 6))

# name: (function, arguments, what the message must say); torch.nn.grad refuses every one of them.
REJECTED = {
    "input_size without batch": (
        "conv1d_input",
        {"input_size": (4, 8), "grad_output": G[0]},
        r"input_size is \(4, 8\); it must be a tuple of 3 sizes: \(N, C, and 1 spatial\)",
    ),
    "input without batch": (
        "conv1d_weight",
        {"input": X[0], "grad_output": G[0]},
        r"input has shape \(4, 8\); conv1d_weight needs 3 axes: \(N, C, and 1 spatial\)",
    ),
    "weight of rank 2": (
        "conv1d_input",
        {"weight": W[0]},
        r"weight has shape \(4, 3\); conv1d_input needs 3 axes: \(D, C/groups, and 1 spatial\)",
    ),
    "kernel empty": ("conv1d_weight", {"weight_size": (6, 4, 0)}, "weight_size is 0; it must be"),
    "weight_size an int": ("conv1d_weight", {"weight_size": 3}, "weight_size is 3; it must be a"),
    "input_size negative": ("conv1d_input", {"input_size": (2, 4, -8)}, "input_size is -8"),
    "weight_size a float": ("conv1d_weight", {"weight_size": (6, 4, 3.0)}, "weight_size holds 3.0"),
    "channels differ": (
        "conv1d_input",
        {"input_size": (2, 3, 8)},
        "input_size has 3 channels.*needs 4",
    ),
    "groups do not divide": ("conv1d_weight", {"groups": 4}, "weight_size has 6 output"),
    "kernel too long for the input": (
        "conv1d_input",
        {"weight": np.ones((6, 4, 9))},
        "weight of size 9 with dilation 1 spans 9 positions.*at most 8",
    ),
    "nothing in the input": (
        "conv1d_input",
        {"input_size": (2, 4, 0), "padding": 4},
        "input_size is",
    ),
    "a pair too many": (
        "conv1d_weight",
        {"padding": ((1, 1), (1, 1))},
        r"padding is \(\(1, 1\), \(1, 1\)\); as pairs it must hold 1 of \(before, after\)",
    ),
    "kernel too long": ("conv1d_weight", {"weight_size": (6, 4, 9)}, "weight_size 9.*spans 9"),
    "padding same": ("conv1d_input", {"padding": "same"}, "padding holds 'same', a str"),
    "padding valid": ("conv1d_weight", {"padding": "valid"}, "padding holds 'valid', a str"),
    "another input size": (
        "conv1d_input",
        {"input_size": (2, 4, 9)},
        r"grad_output has shape \(2, 6, 6\); it must be \(2, 6, 7\), the shape of the output",
    ),
    # torch's own kernel for float64 misses this one and reads past the end; oneDNN's refuses.
    "another batch": (
        "conv1d_weight",
        {"input": X.astype("f4"), "grad_output": G[:1].astype("f4")},
        r"grad_output has shape \(1, 6, 6\); it must be \(2, 6, 6\)",
    ),
    "weight single": (
        "conv1d_input",
        {"weight": W.astype("f4")},
        "grad_output has dtype float64 but weight has float32",
    ),
    "input single": (
        "conv1d_weight",
        {"input": X.astype("f4")},
        "grad_output has dtype float64 but input has float32",
    ),
}


@pytest.mark.parametrize("name", REJECTED)
def test_what_torch_rejects_is_rejected_by_name(name):
    function, arguments, message = REJECTED[name]
    plain = {
        "conv1d_input": {"input_size": X.shape, "weight": W, "grad_output": G},
        "conv1d_weight": {"input": X, "weight_size": W.shape, "grad_output": G},
    }
    arguments = {**plain[function], **arguments}
    with pytest.raises((ValueError, TypeError), match=message):
        getattr(ck, function)(**arguments)
    tensors = {k: tensor(v) if isinstance(v, np.ndarray) else v for k, v in arguments.items()}
    with pytest.raises((RuntimeError, TypeError)):
        getattr(torch.nn.grad, function)(**tensors)
