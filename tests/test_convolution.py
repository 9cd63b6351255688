"""conv1d, conv2d and conv3d against torch, by named cases and by search; and what they refuse."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from agreement import (
    CONVKIT,
    LAYOUTS,
    Problem,
    assert_method_agrees,
    compare,
    torch_answer,
)
from hypothesis import given, note
from hypothesis import strategies as st

import convkit as ck
from convkit.algorithms import METHODS
from convkit.padding import MODES

# torch warns that it copies the input when "same" padding is asymmetric.
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same'")

PLAIN = {1: Problem((9,), (3,)), 2: Problem((7, 6), (3, 2)), 3: Problem((4, 5, 4), (2, 3, 2))}

# What differs from the plain problem; integers stand for every axis.
VARIATIONS = {
    "plain": {},
    "stride": {"stride": 2},
    "stride longer than kernel": {"stride": 4},
    "padding": {"padding": 2},
    "padding valid": {"padding": "valid"},
    "padding same": {"padding": "same"},
    "padding same, dilated": {"padding": "same", "dilation": 2},
    "dilation": {"dilation": 2, "padding": 2},
    "everything": {"stride": 2, "padding": 2, "dilation": 2, "groups": 2, "bias": True},
    "groups": {"groups": 3},
    "depthwise": {"groups": 4, "channels": 1, "filters": 1},
    "depthwise with multiplier": {"groups": 3, "channels": 1, "filters": 2},
    "bias": {"bias": True},
    "unbatched": {"batch": None, "bias": True},
    "empty batch": {"batch": 0, "bias": True},
    "one output": {"padding": 0, "stride": 9},
    "reflect": {"padding": 2, "padding_mode": "reflect"},
    "replicate": {"padding": 2, "padding_mode": "replicate"},
    "replicate, wider than input": {"padding": 11, "padding_mode": "replicate", "stride": 2},
    "circular": {"padding": 2, "padding_mode": "circular"},
    "circular, once around": {"padding": 4, "padding_mode": "circular", "batch": None},
    "reflect, same": {"padding": "same", "padding_mode": "reflect", "groups": 2},
    "circular, same": {"padding": "same", "padding_mode": "circular"},
    "float32": {"dtype": "float32", "padding": 1},
    "float16": {"dtype": "float16", "padding": 1},
    "complex64": {"dtype": "complex64", "padding": 1, "bias": True},
    "complex128": {"dtype": "complex128", "groups": 2, "stride": 2},
    "complex reflect": {"dtype": "complex128", "padding": 1, "padding_mode": "reflect"},
    "int64": {"dtype": "int64", "padding": 1, "bias": True},
    "int64, dilated": {"dtype": "int64", "padding": 1, "dilation": 2, "bias": True},
    "int32 circular": {"dtype": "int32", "padding": 1, "padding_mode": "circular"},
    "uint8 wraps": {"dtype": "uint8"},
}


@pytest.mark.parametrize("method", [*METHODS, "auto"])
@pytest.mark.parametrize("variation", VARIATIONS)
@pytest.mark.parametrize("axes", PLAIN)
def test_agrees_with_torch(axes, variation, method):
    problem = replace(PLAIN[axes], **VARIATIONS[variation])
    assert_method_agrees(problem, method, torch_answer(problem))


@pytest.mark.parametrize("method", [*METHODS, "auto"])
@pytest.mark.parametrize(
    "problem",
    [
        Problem((8, 9), (3, 2), stride=(2, 3), padding=(1, 0), dilation=(1, 2)),
        Problem((5, 4, 6), (1, 2, 3), stride=(1, 2, 3), padding=(0, 1, 2), dilation=(2, 1, 1)),
        Problem((60,), (30,), channels=1, filters=1),  # auto takes the FFT
        Problem((16, 15), (8, 7), channels=16, filters=16, batch=1, bias=True),
        Problem((20, 20), (7, 7), channels=1, filters=1, padding="same", dtype="float32"),
    ],
    ids=["tuples 2-D", "tuples 3-D", "long 1-D", "large 2-D", "large same"],
)
def test_tuples_and_large_kernels_agree_with_torch(problem, method):
    assert_method_agrees(problem, method, torch_answer(problem))


@st.composite
def problems(draw):
    """Draw any convolution that fits: 1-D to 3-D, every argument, every dtype."""
    axes = draw(st.integers(1, 3))

    def per_axis(low, high):
        return draw(st.tuples(*[st.integers(low, high)] * axes))

    kernel, dilation = per_axis(1, 4 - axes // 2), per_axis(1, 3)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    padding = draw(st.sampled_from(["valid", "same", per_axis(0, 2), per_axis(0, 4)]))
    stride = (1,) * axes if padding == "same" else per_axis(1, 4)
    # At least one past every padding, and one window: then every mode can pad, and the kernel fits.
    reach = [span if isinstance(padding, str) else max(span, 5) for span in spans]
    size = tuple(r + extra for r, extra in zip(reach, per_axis(0, 3), strict=True))
    return Problem(
        size,
        kernel,
        batch=draw(st.sampled_from([None, 0, 1, 2])),
        channels=draw(st.integers(1, 3)),
        filters=draw(st.integers(1, 3)),
        groups=draw(st.integers(1, 3)),
        stride=stride,
        padding=padding,
        dilation=dilation,
        padding_mode=mode,
        bias=draw(st.booleans()),
        dtype=draw(st.sampled_from(["float64", "float32", "complex128", "complex64", "int64"])),
        seed=draw(st.integers(0, 99)),
        layout=draw(st.sampled_from(list(LAYOUTS))),
        special=draw(st.booleans()),
    )


@given(problems())
def test_every_method_agrees_with_torch_on_drawn_problems(problem):
    expected = torch_answer(problem)
    for method in METHODS:
        note(method)
        assert_method_agrees(problem, method, expected)


@st.composite
def dense_problems(draw):
    """Draw what winograd can do, in several tiles of which the last may be cut short."""
    kernel = draw(st.lists(st.integers(2, 5), min_size=1, max_size=3))
    most = {1: 40, 2: 11, 3: 6}[len(kernel)]
    return Problem(
        tuple(k - 1 + draw(st.integers(1, most)) for k in kernel),
        tuple(kernel),
        batch=draw(st.sampled_from([None, 0, 1, 3])),
        channels=draw(st.integers(1, 5)),
        filters=draw(st.integers(1, 5)),
        padding=draw(st.sampled_from(["valid", "same", 1])),
        bias=draw(st.booleans()),
        dtype=draw(st.sampled_from(["float64", "float32", "complex128", "complex64", "int64"])),
        seed=draw(st.integers(0, 99)),
        layout=draw(st.sampled_from(list(LAYOUTS))),
        special=draw(st.booleans()),
    )


@given(dense_problems())
def test_winograd_agrees_with_torch_on_what_it_can_do(problem):
    assert problem.dense
    assert_method_agrees(problem, "winograd", torch_answer(problem))


@given(problems())
def test_the_matrix_times_the_input_is_the_convolution(problem):
    # Where padding repeats a value its weights are added first: other infinities cancel.
    problem = replace(problem, batch=None, bias=False, special=False)
    x, w, _ = problem.arrays()
    matrix = ck.conv_matrix(w, x.shape, **problem.options, padding_mode=problem.padding_mode)
    expected = torch_answer(problem)
    assert matrix.dtype == x.dtype
    assert matrix.shape == (expected.size, x.size)
    compare("conv_matrix", matrix @ x.ravel(), expected.ravel())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_special_values_stay_where_torch_leaves_them(special, method):
    x, w, _ = Problem((12,), (3,), padding=1).arrays()
    x[0, 1, 4] = special
    y = ck.conv1d(x, w, padding=1, method=method)
    expected = F.conv1d(torch.from_numpy(x), torch.from_numpy(w), padding=1)
    ck.testing.assert_agree(y, expected)
    assert not np.isfinite(y).all()
    assert np.isfinite(y[:, :, :3]).all()


@pytest.mark.parametrize("method", METHODS)
def test_layout_of_the_input_does_not_matter(method):
    x, w, b = Problem((6, 7), (3, 3), bias=True).arrays()
    expected = ck.conv2d(x, w, b, method=method)
    backwards = x[..., ::-1].copy()[..., ::-1]
    for same in (np.asfortranarray(x), backwards, x.tolist()):
        np.testing.assert_allclose(ck.conv2d(same, w, b, method=method), expected, rtol=1e-12)
    x.flags.writeable = False
    np.testing.assert_array_equal(ck.conv2d(x, w, b, method=method), expected)


@pytest.mark.parametrize("method", ["fft", "winograd"])
def test_integers_that_could_not_be_rounded_are_refused(method):
    x, w = np.full((1, 1, 9), 2**40), np.full((1, 1, 3), 2**20)
    assert ck.conv1d(x, w)[0, 0, 0] == 3 * 2**60
    with pytest.raises(ValueError, match=rf"^method is '{method}'.*use method='im2col'"):
        ck.conv1d(x, w, method=method)


@pytest.mark.parametrize(("method", "taps"), [("fft", 50), ("winograd", 2), ("winograd", 5)])
@pytest.mark.parametrize("scale", [2**10, 2**18, 2**22, 2**25, 2**62])
def test_integers_come_back_exactly_or_are_refused(scale, method, taps):
    rng = np.random.default_rng(scale)
    x, w = rng.integers(-scale, scale, (1, 2, 200)), rng.integers(-scale, scale, (3, 2, taps))
    try:
        y = ck.conv1d(x, w, method=method)
    except ValueError:
        assert scale > 2**18
    else:
        np.testing.assert_array_equal(y, ck.conv1d(x, w, method="naive"))


@pytest.mark.parametrize("channels", [1, 23, 300])
def test_fft_counts_the_channels_when_it_promises_exact_integers(channels):
    x = np.zeros((1, channels, 3), int)
    for magnitude in range(7_852_300, 7_852_400, 7):
        x[:, :, 1] = magnitude
        w = x[:, :, 1:2]
        try:
            y = ck.conv1d(x, w, method="fft")
        except ValueError:
            assert channels > 1
        else:
            np.testing.assert_array_equal(y, [[[0, channels * magnitude**2, 0]]])


@pytest.mark.parametrize(
    ("x", "w", "options"),
    [
        ([1, 2, 3, 4, 5, 1e20], [1, 2, 3], {"stride": 2}),  # the large value is never read
        ([3.7], [0.3], {"stride": 3, "padding": 2}),  # nothing but padding is read
        ([1e38, 3e38, 1, 2], [10, 1], {"dtype": "f4"}),  # single precision overflows
        ([1, 1e16, 3], [1, 0, 1], {}),  # the large value meets a zero
    ],
)
def test_fft_is_as_precise_as_a_direct_sum(x, w, options):
    dtype = options.pop("dtype", "f8")
    x, w = np.array(x, dtype)[None, None], np.array(w, dtype)[None, None]
    expected = F.conv1d(torch.from_numpy(x), torch.from_numpy(w), **options)
    ck.testing.assert_agree(ck.conv1d(x, w, method="fft", **options), expected)


def test_auto_takes_the_fft_where_the_kernel_is_large():
    def chosen(problem):
        x, w, _ = problem.arrays()
        return ck.algorithms.choose(x, w, (problem.stride,) * problem.axes, (1,) * problem.axes)

    signal = Problem((20_000,), (300,), batch=1, channels=1, filters=1)
    assert chosen(signal) == "fft"
    assert chosen(replace(signal, kernel=(5,))) == "im2col"
    assert chosen(replace(signal, kernel=(20_000,))) == "im2col"  # a single output
    assert chosen(replace(signal, stride=30)) == "im2col"
    assert chosen(replace(signal, dtype="int64")) == "fft"
    large = np.full((1, 1, 20_000), 2**30)
    assert ck.algorithms.choose(large, large[..., :300], (1,), (1,)) == "im2col"
    layer = Problem((56, 56), (3, 3), channels=16, filters=16)
    assert chosen(layer) == "im2col"
    assert chosen(replace(layer, kernel=(15, 15))) == "fft"
    assert chosen(replace(layer, kernel=(15, 15), dtype="complex64")) == "fft"


def test_auto_gives_large_integers_exactly():
    x, w = np.full((1, 1, 20_000), 2**30), np.full((1, 1, 300), 2**20)  # the FFT would be faster
    assert (ck.conv1d(x, w) == 300 * 2**50).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stride": 2}, r"stride is \(2, 2\); it takes 1"),
        ({"stride": (1, 3)}, r"stride is \(1, 3\); it takes 1"),
        ({"dilation": (2, 1)}, r"dilation is \(2, 1\); it takes 1"),
        ({"groups": 2}, "groups is 2; it takes 1"),
        ({"weight": np.ones((4, 4, 3, 1))}, r"weight has \(3, 1\) taps; it takes 2 to 5"),
        ({"weight": np.ones((4, 4, 6, 3))}, r"weight has \(6, 3\) taps; it takes 2 to 5"),
    ],
)
def test_winograd_says_what_it_cannot_do(arguments, message):
    channels = 4 // arguments.get("groups", 1)
    arguments = {"weight": np.ones((4, channels, 3, 3)), **arguments}
    with pytest.raises(ValueError, match=f"^method is 'winograd', but {message}"):
        ck.conv2d(np.ones((1, 4, 9, 9)), **arguments, method="winograd")


def test_auto_takes_winograd_for_dense_layers():
    def chosen(problem):
        x, w, _ = problem.arrays()
        stride, dilation = (problem.stride,) * 2, (problem.dilation,) * 2
        return ck.algorithms.choose(x, w, stride, dilation)

    layer = Problem((56, 56), (3, 3), batch=1, channels=512, filters=512, dtype="float32")
    assert chosen(layer) == "winograd"
    assert chosen(replace(layer, dtype="complex64")) == "winograd"
    assert chosen(replace(layer, channels=2, filters=2)) == "im2col"
    assert chosen(replace(layer, stride=2)) == "im2col"
    assert chosen(replace(layer, dilation=2)) == "im2col"
    assert chosen(replace(layer, kernel=(3, 1))) == "im2col"
    assert chosen(replace(layer, channels=64, filters=64, groups=2)) == "im2col"
    assert chosen(replace(layer, batch=1, size=(3, 3))) == "im2col"  # kernels as large as the rest
    assert chosen(replace(layer, dtype="int64")) != "winograd"


@pytest.mark.parametrize("method", [*METHODS, "auto"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex128", "int8"])
@pytest.mark.filterwarnings("error")
def test_overflow_and_infinities_pass_in_silence(method, dtype):
    largest = 127 if dtype == "int8" else np.finfo(dtype).max
    x, w = np.full((1, 1, 4), largest, dtype), np.full((1, 1, 2), 2, dtype)
    bias = np.array([largest], dtype)
    ck.conv1d(x, w, bias, method=method)
    if dtype != "int8":
        x[..., :2] = np.inf, -np.inf
        ck.conv1d(x, w, bias, method=method)


@pytest.mark.parametrize("method", METHODS)
def test_byte_order_does_not_matter(method):
    x, w, _ = Problem((9,), (3,)).arrays()
    y = ck.conv1d(x.astype(">f8"), w, method=method)
    assert y.dtype == "f8"
    assert y.dtype.isnative
    ck.testing.assert_agree(y, ck.conv1d(x, w))


X, W = np.ones((2, 4, 8)), np.ones((6, 4, 3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"padding": 8, "padding_mode": "reflect"},
            r"adds 8 values.*has 8;.*at most 7",
        ),
        (
            {"padding": 9, "padding_mode": "circular"},
            r"adds 9 values.*has 8;.*at most 8",
        ),
        ({"padding_mode": "mean"}, "padding_mode is 'mean'; it must be one of zeros, reflect"),
        (
            {"input": X[..., :0], "padding": 2, "padding_mode": "replicate"},
            r"input has spatial size \(0,\)",
        ),
    ],
)
def test_padding_that_torch_cannot_do_is_rejected(arguments, message):
    with pytest.raises(ValueError, match=message):
        ck.conv1d(**{"input": X, "weight": W, **arguments})
    size = arguments.get("input", X).shape
    with pytest.raises((RuntimeError, ValueError)):
        torch.nn.Conv1d(
            4, 6, 3, padding=arguments.get("padding", 0), padding_mode=arguments["padding_mode"]
        )(torch.ones(size))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "direct"}, "method is 'direct'; it must be one of auto, naive"),
        ({"method": np.array(["fft", "naive"])}, "method is an array of shape"),
        ({"padding_mode": ["zeros"]}, r"padding_mode is \['zeros'\]"),
        ({"input": torch.ones(2, 4, 8, dtype=torch.bfloat16)}, "input is not a numeric array"),
        ({"input": "signal"}, "input has dtype <U6; it must be integer, floating or complex"),
        ({"input": [[1.0, 2.0], [3.0]]}, "input is not a numeric array"),
        ({"input": X.astype(object)}, "input has dtype object"),
    ],
)
def test_what_only_convkit_can_be_given_is_rejected_too(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ck.conv1d(**{"input": X, "weight": W, **arguments})


def test_tensors_are_read_as_testing_reads_them():
    """With a gradient to come, or conjugated and not yet computed."""
    x, w = torch.randn(2, 4, 8, dtype=torch.complex64), torch.randn(6, 4, 3, dtype=torch.complex64)
    expected = F.conv1d(x.conj().resolve_conj(), w)
    ck.testing.assert_agree(ck.conv1d(x.conj(), w.requires_grad_()), expected)


def test_positional_arguments_are_torchs():
    x, w, b = Problem((9, 9), (3, 3), groups=2, bias=True).arrays()
    tensors = [torch.from_numpy(a) for a in (x, w, b)]
    ck.testing.assert_agree(
        ck.conv2d(x, w, b, 2, (1, 2), 2, 2), F.conv2d(*tensors, 2, (1, 2), 2, 2)
    )


# --- Half precision, empty sums ---

WITHOUT_WINOGRAD = [method for method in METHODS if method != "winograd"]


@given(st.data())
@np.errstate(over="ignore", invalid="ignore")  # beyond the range of half precision
def test_half_precision_is_summed_in_single_with_its_bias_and_rounded_once(data):
    """Rounding the sum before the bias is added would lose what the bias leaves of it."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    axes, taps = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    x = (rng.standard_normal((1, 2, *(4,) * axes)) * 10 ** rng.uniform(-2, 4)).astype(np.float16)
    w = rng.standard_normal((2, 2, *(taps,) * axes)).astype(np.float16)
    exact = CONVKIT[axes](x.astype(float), w.astype(float))
    b = (-exact.reshape(2, -1)[:, 0] * rng.uniform(0.9, 1.1)).astype(np.float16)
    exact += b.astype(float).reshape(-1, *(1,) * axes)
    terms = CONVKIT[axes](abs(x.astype(float)), abs(w.astype(float)))
    slack = 1e-5 * (terms + abs(b.astype(float)).reshape(-1, *(1,) * axes))
    low, high = (exact - slack).astype(np.float16), (exact + slack).astype(np.float16)
    for method in ("auto", *WITHOUT_WINOGRAD):
        y = CONVKIT[axes](x, w, b, method=method)
        assert y.dtype == np.float16
        assert np.all((low <= y) & (y <= high) | ~np.isfinite(exact.astype(np.float16)))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "int64", "uint8"])
@pytest.mark.parametrize("method", ["auto", *WITHOUT_WINOGRAD])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_sum_over_no_channels_is_the_bias(axes, method, dtype):
    """As the formula has it; torch gives no channel at all (pytorch#56998)."""
    x, w = np.ones((3, 0, *(6,) * axes), dtype), np.ones((4, 0, *(3,) * axes), dtype)
    b = np.arange(4).astype(dtype)
    for groups in (1, 2):
        y = CONVKIT[axes](x, w, b, padding=1, groups=groups, method=method)
        expected = np.broadcast_to(b.reshape(-1, *(1,) * axes), (3, 4, *(6,) * axes))
        np.testing.assert_array_equal(y, expected, strict=True)
        unbatched = CONVKIT[axes](x[0], w, stride=2, groups=groups, method=method)
        np.testing.assert_array_equal(unbatched, np.zeros((4, *(2,) * axes), dtype), strict=True)


def test_a_matrix_of_no_channels_has_no_column():
    matrix = ck.conv_matrix(np.ones((4, 0, 3, 3)), (0, 6, 6))
    assert matrix.shape == (4 * 16, 0)


# --- Padding that torch has not ---


@given(st.data())
def test_pairs_pad_each_side_by_itself(data):
    axes = data.draw(st.integers(1, 3))
    pairs = data.draw(st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * axes))
    mode = data.draw(st.sampled_from(MODES))
    method = data.draw(st.sampled_from(["auto", "im2col", "matrix", "fft"]))
    rng = np.random.default_rng(0)
    x, w = rng.integers(-5, 6, (2, 2, *(4,) * axes)), rng.integers(-5, 6, (3, 2, *(2,) * axes))
    numpys = {"zeros": "constant", "replicate": "edge", "circular": "wrap"}.get(mode, mode)
    padded = np.pad(x, ((0, 0), (0, 0), *pairs), mode=numpys)
    y = CONVKIT[axes](x, w, padding=pairs, padding_mode=mode, method=method)
    np.testing.assert_array_equal(y, CONVKIT[axes](padded, w, method="im2col"))


def onnx_same(n, k, s, d, upper):
    """ONNX's rule for auto_pad of Conv, in its own words."""
    output = -(-n // s)
    total = max((output - 1) * s + ((k - 1) * d + 1) - n, 0)
    less, more = total // 2, total - total // 2
    return (less, more) if upper else (more, less)


@pytest.mark.parametrize("name", ["same_upper", "same_lower"])
def test_same_with_a_stride_follows_onnx(name):
    for n, k, s, d in itertools.product(range(1, 9), range(1, 5), range(1, 5), range(1, 4)):
        pair = onnx_same(n, k, s, d, upper=name == "same_upper")
        x, w = np.arange(1.0, n + 1).reshape(1, 1, n), np.arange(1.0, k + 1).reshape(1, 1, k)
        y = ck.conv1d(x, w, stride=s, padding=name, dilation=d)
        assert y.shape[-1] == -(-n // s) == ck.output_size(n, k, s, name, d)
        np.testing.assert_array_equal(
            y, ck.conv1d(np.pad(x[0], ((0, 0), pair)), w, None, s, 0, d)[None]
        )


def test_same_upper_is_same_at_stride_one():
    x, w = np.arange(30.0).reshape(1, 1, 5, 6), np.ones((1, 1, 4, 3))
    same = ck.conv2d(x, w, padding="same")
    np.testing.assert_array_equal(ck.conv2d(x, w, padding="same_upper"), same)
    assert not np.array_equal(ck.conv2d(x, w, padding="same_lower"), same)


@pytest.mark.parametrize(
    ("padding", "message"),
    [
        (((1, 2),), r"padding is \(\(1, 2\),\); as pairs it must hold 2"),
        (((1, 2), 3), "padding is .* as pairs"),
        (((1, 2, 3), (1, 2)), "padding is .* as pairs"),
        (((1, -2), (0, 0)), "padding is -2; it must be at least 0"),
        (((1, 2.0), (0, 0)), "padding holds 2.0, a float"),
        ("same upper", "padding is 'same upper'; it must be .*'same_upper'"),
    ],
)
def test_pairs_that_are_none_are_refused(padding, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ck.conv2d(np.ones((1, 5, 5)), np.ones((1, 1, 3, 3)), padding=padding)


@pytest.mark.parametrize("taps", [1700, 30_000])
@pytest.mark.parametrize("method", ["auto", *WITHOUT_WINOGRAD])
def test_long_sums_of_single_precision_keep_the_promise(method, taps):
    """0.1 added up in turn in single precision is wrong by 3e-4 after 30,000 terms."""
    x, w = np.full((1, 1, taps + 1), 0.1, "f4"), np.full((1, 1, taps), 0.1, "f4")
    exact = np.float64(x[0, 0, 0]) ** 2 * taps
    np.testing.assert_allclose(CONVKIT[1](x, w, method=method), exact, rtol=1e-6)
