"""Average pooling and its gradients against torch, and what it refuses."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from agreement import LAYOUTS, compare, draw, tensor
from hypothesis import given
from hypothesis import strategies as st

import convkit as ck

AVERAGE = {1: ck.avg_pool1d, 2: ck.avg_pool2d, 3: ck.avg_pool3d}
AVERAGE_INPUT = {1: ck.avg_pool1d_input, 2: ck.avg_pool2d_input, 3: ck.avg_pool3d_input}
ADAPTIVE = {1: ck.adaptive_avg_pool1d, 2: ck.adaptive_avg_pool2d, 3: ck.adaptive_avg_pool3d}
ADAPTIVE_INPUT = {
    1: ck.adaptive_avg_pool1d_input,
    2: ck.adaptive_avg_pool2d_input,
    3: ck.adaptive_avg_pool3d_input,
}
FLOATS = ["float64", "float32", "float16"]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


@dataclass(frozen=True)
class Pooling:
    """One call of an average pooling: its arguments after the input, and what the input is."""

    size: tuple  # spatial size; its length is the number of axes
    arguments: tuple
    adaptive: bool = False
    batch: int | None = 2  # None: unbatched
    channels: int = 2
    dtype: str = "float64"
    seed: int = 0
    layout: str = "plain"
    special: bool = False

    @property
    def name(self):
        return f"{'adaptive_' * self.adaptive}avg_pool{len(self.size)}d"

    @property
    def shape(self):
        return (*(() if self.batch is None else (self.batch,)), self.channels, *self.size)

    def input(self):
        rng = np.random.default_rng(self.seed)
        return draw(rng, self.shape, self.dtype, self.layout, self.special)

    def grad_output(self, shape):
        rng = np.random.default_rng(self.seed + 1)
        dtype = self.dtype if self.dtype in FLOATS else "float64"
        return draw(rng, shape, dtype, self.layout, self.special)


def assert_value_and_gradient_agree(pooling):
    """Compare one call, and its gradient, with torch's."""
    x = pooling.input()
    y = getattr(ck, pooling.name)(x, *pooling.arguments)
    compare(pooling.name, y, torch_value(pooling, x), (x,), (pooling.input(),))

    g = pooling.grad_output(y.shape)
    rest = () if pooling.adaptive else pooling.arguments
    gradient = getattr(ck, f"{pooling.name}_input")(g, x.shape, *rest)
    expected = torch_gradient(pooling, g)
    originals = (pooling.grad_output(y.shape),)
    compare(f"{pooling.name}_input", gradient, expected, (g,), originals)


def torch_value(pooling, x):
    """Let torch pool; of integers it has int64 alone, and halves it adds up in half precision."""
    dtype = x.dtype
    if dtype.kind in "iu":
        x = x.astype(np.int64)
    elif dtype == np.float16:
        x = x.astype(np.float32)
    return getattr(F, pooling.name)(tensor(x), *pooling.arguments).numpy().astype(dtype)


def torch_gradient(pooling, g):
    """Let autograd differentiate, half precision in single: torch would add up halves.

    Adaptive pooling to no bins it refuses to differentiate.
    """
    if pooling.adaptive and g.size == 0:
        return np.zeros(pooling.shape, g.dtype)
    v = tensor(g.astype(np.result_type(g, np.float32)))
    x = torch.zeros(pooling.shape, dtype=v.dtype, requires_grad=True)
    y = getattr(F, pooling.name)(x, *pooling.arguments)
    return torch.autograd.grad(y, x, v)[0].numpy().astype(g.dtype)


def inputs(draw, dtypes):
    """Draw what an input is, beside its size."""
    return {
        "batch": draw(st.sampled_from([None, 0, 1, 2])),
        "channels": draw(st.integers(1, 3)),
        "dtype": draw(st.sampled_from(dtypes)),
        "seed": draw(st.integers(0, 999)),
        "layout": draw(st.sampled_from(list(LAYOUTS))),
        "special": draw(st.booleans()),
    }


@st.composite
def average_poolings(draw):
    """Draw any average pooling that fits: 1-D to 3-D, every argument in every form."""
    axes = draw(st.integers(1, 3))

    def per_axis(low, high):
        """Draw an int, a tuple or list of one, or of one each."""
        number = st.integers(low, high)
        many = st.lists(number, min_size=axes, max_size=axes)
        one = st.lists(number, min_size=1, max_size=1)
        return draw(st.one_of(number, one.map(tuple), many.map(tuple), many))

    def spread(value):
        values = value if isinstance(value, tuple | list) else (value,)
        return values if len(values) == axes else values * axes

    kernel = per_axis(1, 5 - axes // 2)
    stride = draw(st.sampled_from([None, ()])) if draw(st.booleans()) else per_axis(1, 5)
    padding = per_axis(0, min(spread(kernel)) // 2)
    smallest = [
        k if axes == 3 else max(k - 2 * p, 1)  # in 3-D torch wants it to fit without padding
        for k, p in zip(spread(kernel), spread(padding), strict=True)
    ]
    size = tuple(n + draw(st.integers(0, 6)) for n in smallest)
    arguments = (kernel, stride, padding, draw(st.booleans()), draw(st.booleans()))
    kind = inputs(draw, FLOATS + INTEGERS)
    if axes > 1:
        lowest = 1 if kind["dtype"].startswith("u") else -4
        number = st.integers(lowest, 4).filter(lambda d: d != 0)
        arguments = (*arguments, draw(st.none() | number))
    return Pooling(size, arguments, **kind)


@st.composite
def adaptive_poolings(draw):
    """Draw any adaptive average pooling: fewer bins than values, more, none, or None."""
    axes = draw(st.integers(1, 3))
    size = tuple(draw(st.integers(1, 9)) for _ in range(axes))
    number = st.integers(0, 7)
    entry = number if axes == 1 else number | st.none()
    entries = st.lists(entry, min_size=axes, max_size=axes)
    output_size = draw(st.one_of(number, entries.map(tuple), entries))
    return Pooling(size, (output_size,), adaptive=True, **inputs(draw, FLOATS))


@given(average_poolings())
def test_average_pooling_agrees_with_torch_on_drawn_calls(pooling):
    assert_value_and_gradient_agree(pooling)


@given(adaptive_poolings())
def test_adaptive_average_pooling_agrees_with_torch_on_drawn_calls(pooling):
    assert_value_and_gradient_agree(pooling)


@pytest.mark.parametrize(
    ("arguments", "averages"),
    [
        ((2,), [3 / 2, 7 / 2]),  # nothing reads the 5
        ((2, None, 0, True), [3 / 2, 7 / 2, 5 / 1]),
        ((2, 3, 1), [1 / 2, 7 / 2]),
        ((2, 3, 1, False, False), [1 / 1, 7 / 2]),
        ((3, 3, 1, True), [3 / 3, 12 / 3]),  # a third window would start beyond the input
        ((4, None, 1, True), [6 / 4, 9 / 3]),  # the last reads 4 5 0 and beyond the padding
        ((4, None, 1, True, False), [6 / 3, 9 / 2]),
        ((4, 2, 2), [3 / 4, 10 / 4, 12 / 4]),
        ((4, 2, 2, True), [3 / 4, 10 / 4, 12 / 4, 5 / 3]),
        ((4, 2, 2, True, False), [3 / 2, 10 / 4, 12 / 3, 5 / 1]),
    ],
)
def test_which_positions_of_each_window_count(arguments, averages):
    signal = np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])
    np.testing.assert_allclose(ck.avg_pool1d(signal, *arguments), [averages])
    np.testing.assert_allclose(F.avg_pool1d(tensor(signal), *arguments), [averages])


def test_corners_and_edges_with_and_without_the_padding():
    ones = np.ones((1, 3, 3))
    shares = np.array([[[4, 6, 4], [6, 9, 6], [4, 6, 4]]]) / 9
    np.testing.assert_allclose(ck.avg_pool2d(ones, 3, 1, 1), shares)
    np.testing.assert_array_equal(ck.avg_pool2d(ones, 3, 1, 1, count_include_pad=False), ones)


@pytest.mark.parametrize("divisor", [1, 3, -2, np.int64(5), 2**63 - 1, -(2**63)])
@pytest.mark.parametrize("count_include_pad", [True, False])
def test_a_divisor_replaces_every_count(divisor, count_include_pad):
    ones = np.ones((1, 3, 3))
    sums = np.array([[[4, 6, 4], [6, 9, 6], [4, 6, 4]]])
    options = {"count_include_pad": count_include_pad, "divisor_override": divisor}
    np.testing.assert_allclose(ck.avg_pool2d(ones, 3, 1, 1, **options), sums / divisor)
    gradient = ck.avg_pool2d_input(ones, ones.shape, 3, 1, 1, **options)
    np.testing.assert_allclose(gradient, sums / divisor)


def test_the_gradient_in_1d_takes_a_divisor_too():
    g = np.arange(8.0).reshape(2, 4)
    row = ck.avg_pool2d_input(g[:, None], (2, 1, 9), (1, 3), (1, 2), divisor_override=5)
    np.testing.assert_allclose(
        ck.avg_pool1d_input(g, (2, 9), 3, 2, divisor_override=5), row[:, 0], rtol=1e-15
    )


@pytest.mark.parametrize("axes", AVERAGE)
@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 1)])
def test_average_pooling_is_a_depthwise_convolution(axes, stride, padding):
    x = np.random.default_rng(0).standard_normal((2, 4, *(8, 7, 6)[:axes]))
    kernel = np.full((4, 1, *(3,) * axes), 1 / 3**axes)
    convolve = {1: ck.conv1d, 2: ck.conv2d, 3: ck.conv3d}[axes]
    y = convolve(x, kernel, stride=stride, padding=padding, groups=4)
    ck.testing.assert_agree(AVERAGE[axes](x, 3, stride, padding), y)


@pytest.mark.parametrize(
    ("n", "bins"),
    [
        (6, [(0, 3), (3, 6)]),
        (5, [(0, 2), (1, 4), (3, 5)]),
        (7, [(0, 3), (2, 5), (4, 7)]),
        (4, [(0, 2), (1, 3), (2, 4)]),
        (2, [(0, 1), (0, 2), (1, 2)]),  # more bins than values
        (1, [(0, 1)] * 4),
        (9, [(0, 9)]),
        (3, []),
    ],
)
def test_adaptive_bins_are_even_and_may_overlap(n, bins):
    x = 2.0 ** np.arange(n)
    means = [x[a:b].mean() for a, b in bins]
    np.testing.assert_allclose(ck.adaptive_avg_pool1d(x[None], len(bins)), [means])

    g = 3.0 ** np.arange(len(bins))
    shares = [
        sum(v / (b - a) for v, (a, b) in zip(g, bins, strict=True) if a <= t < b) for t in range(n)
    ]
    np.testing.assert_allclose(ck.adaptive_avg_pool1d_input(g[None], (1, n)), [shares])


@pytest.mark.parametrize("axes", ADAPTIVE)
def test_one_bin_is_the_mean_of_everything(axes):
    x = np.random.default_rng(0).standard_normal((2, 3, *(5, 4, 7)[:axes]))
    spatial = tuple(range(2, 2 + axes))
    mean = x.mean(axis=spatial, keepdims=True)
    ck.testing.assert_agree(ADAPTIVE[axes](x, 1), mean)
    ck.testing.assert_agree(AVERAGE[axes](x, x.shape[2:]), mean)
    share = np.full(x.shape, 1 / np.prod(x.shape[2:]))
    ck.testing.assert_agree(ADAPTIVE_INPUT[axes](np.ones_like(mean), x.shape), share)


ADJOINT = [
    Pooling((9,), (3, 2, 1, True)),
    Pooling((7, 6), ((3, 2), (1, 3), (1, 0), True, False)),
    Pooling((4, 5, 6), (2, (2, 1, 3), 1, False, True, -3)),
    Pooling((9,), (4,), adaptive=True),
    Pooling((7, 2), ((3, 5),), adaptive=True),
    Pooling((4, 5, 6), ((3, None, 4),), adaptive=True),
]


@pytest.mark.parametrize("pooling", ADJOINT, ids=lambda p: p.name)
def test_the_gradient_is_the_adjoint(pooling):
    x = pooling.input()
    y = getattr(ck, pooling.name)(x, *pooling.arguments)
    v = pooling.grad_output(y.shape)
    rest = () if pooling.adaptive else pooling.arguments
    u = getattr(ck, f"{pooling.name}_input")(v, x.shape, *rest)
    np.testing.assert_allclose(np.vdot(v, y), np.vdot(u, x), rtol=1e-12)


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_special_values_stay_in_their_windows(special):
    x = np.arange(10.0)[None]
    x[0, 4] = special
    y = ck.avg_pool1d(x, 3, 1, 1)
    np.testing.assert_array_equal(np.isfinite(y[0]), abs(np.arange(10) - 4) > 1)
    bins = ck.adaptive_avg_pool1d(x, 4)  # 0 1 2 | 2 3 4 | 5 6 7 | 7 8 9
    np.testing.assert_array_equal(np.isfinite(bins[0]), [True, False, True, True])
    gradient = ck.avg_pool1d_input(x, (1, 21), 3, 2)
    np.testing.assert_array_equal(np.isfinite(gradient[0]), abs(np.arange(21) - 9) > 1)
    gradient = ck.adaptive_avg_pool1d_input(x, (1, 21))
    np.testing.assert_array_equal(np.isfinite(gradient[0]), abs(np.arange(21) - 9) > 1)


def test_averages_of_integers_are_cut_off_towards_zero():
    x = np.array([[7, 0, -7, 0, -4, 0, 3, -3]])
    for dtype in ("int8", "int16", "int32", "int64"):
        y = ck.avg_pool1d(x.astype(dtype), 2)
        assert y.dtype == dtype
        np.testing.assert_array_equal(y, [[3, -3, -2, 0]])
    halves = ck.avg_pool2d(x[None], (1, 1), divisor_override=-2)
    np.testing.assert_array_equal(halves, [[[-3, 0, 3, 0, 2, 0, -1, 1]]])


@pytest.mark.parametrize("dtype", INTEGERS[:3] + INTEGERS[4:7])
def test_sums_of_small_integers_do_not_wrap(dtype):
    largest = np.iinfo(dtype).max
    np.testing.assert_array_equal(ck.avg_pool1d(np.full((1, 9), largest, dtype), 9), [[largest]])


def test_sums_of_64_bits_are_exact_and_wrap_as_torchs():
    x = np.array([[2**53 + 1, 2**53 + 3, 2**62, 2**62, -(2**62) - 5, -(2**62)]])
    y = ck.avg_pool1d(x, 2)
    np.testing.assert_array_equal(y, [[2**53 + 2, -(2**62), 2**62 - 3]])
    np.testing.assert_array_equal(y, F.avg_pool1d(tensor(x), 2))
    unsigned = np.full((1, 4), 2**63 + 2, np.uint64)
    np.testing.assert_array_equal(ck.avg_pool1d(unsigned, 2), [[2, 2]])


@pytest.mark.filterwarnings("error")
def test_overflow_and_infinities_pass_in_silence():
    for dtype in FLOATS:
        x = np.full((1, 1, 4), np.finfo(dtype).max, dtype)
        ck.avg_pool2d(x, (1, 2), divisor_override=1)
        ck.adaptive_avg_pool1d(x[0], 2)
        ck.adaptive_avg_pool1d_input(x[0], (1, 3))
        ck.avg_pool1d_input(x[0], (1, 5), 2, 1)
        x[..., :2] = np.inf, -np.inf
        ck.avg_pool2d(x, (1, 2))
        ck.adaptive_avg_pool1d(x[0], 2)
        ck.avg_pool1d_input(x[0], (1, 5), 2, 1)
        ck.adaptive_avg_pool1d_input(x[0], (1, 3))
    ck.avg_pool2d(np.full((1, 1, 1), -(2**63)), 1, divisor_override=-1)


def test_half_precision_is_summed_in_single():
    x = np.array([[60000, 60000, 60000]], "f2")
    for y in (ck.avg_pool1d(x, 3), ck.adaptive_avg_pool1d(x, 1)):
        assert y.dtype == np.float16
        np.testing.assert_array_equal(y, [[60000]])


def test_lists_and_foreign_byte_order_are_accepted():
    x = np.arange(6.0).reshape(1, 6)
    for same in (x.tolist(), x.astype(">f8")):
        for pool in (ck.avg_pool1d, ck.adaptive_avg_pool1d):
            y = pool(same, 3)
            assert y.dtype == "f8"
            assert y.dtype.isnative
            np.testing.assert_array_equal(y, pool(x, 3))


def test_an_adaptive_pooling_may_have_no_channels():
    x = np.ones((2, 0, 4))
    assert ck.adaptive_avg_pool1d(x, 3).shape == (2, 0, 3)
    assert F.adaptive_avg_pool1d(tensor(x), 3).shape == (2, 0, 3)
    assert ck.adaptive_avg_pool1d_input(np.ones((2, 0, 3)), x.shape).shape == x.shape


X, G = np.ones((2, 4, 8)), np.ones((2, 4, 4))

# What the table in test_errors.py, common to all functions, does not reach.
REJECTED = [
    ("avg_pool1d", (X[:, :0], 2), r"input has shape \(2, 0, 8\); every axis from axis 1 on needs"),
    ("avg_pool1d", (X[..., :0], 2, None, 1), r"input has shape \(2, 4, 0\)"),
    ("avg_pool1d", (X + 0j, 2), "input has dtype complex128; it must be integer or floating"),
    ("avg_pool1d", (X, 2, 1, 0, False, True, 3), "positional arguments"),
    ("avg_pool3d", (X[None], (3, 2, 2), 1, 1), r"kernel_size is \(3, 2, 2\); in 3-D.*at most"),
    ("avg_pool2d", (X, 2, 1, 0, False, True, 0), "divisor_override is 0; it must be.*not 0"),
    ("avg_pool2d", (X, 2, 1, 0, False, True, 2**63), "divisor_override is 9223372036854775808"),
    ("avg_pool2d", (X, 2, 1, 0, False, True, -(2**63) - 1), "divisor_override is -922337203685477"),
    ("avg_pool2d", (X.astype("u1"), 2, 1, 0, False, True, -2), "divisor_override is -2;.*least 1"),
    ("adaptive_avg_pool1d", (X.astype(int), 2), r"input has dtype int64; .*input\.astype\(float\)"),
    ("adaptive_avg_pool1d", (X[..., :0], 0), r"input has shape .*, 0\); every axis from axis 2 on"),
]


@pytest.mark.parametrize(("name", "arguments", "message"), REJECTED)
def test_what_torch_rejects_is_rejected_by_name(name, arguments, message):
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        getattr(ck, name)(*arguments)
    assert "\n" not in str(caught.value)
    with pytest.raises((RuntimeError, TypeError, ValueError)):
        getattr(F, name)(tensor(arguments[0]), *arguments[1:])


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("avg_pool1d_input", (G[..., :3], X.shape, 2), r"shape \(2, 4, 3\);.*must be \(2, 4, 4\)"),
        ("avg_pool1d_input", (G, (2, 3, 8), 2), r"input_size is \(2, 3, 8\).*begins with \(2, 4\)"),
        ("avg_pool1d_input", (G, (8,), 2), r"input_size is \(8,\);.*tuple of 3 sizes"),
        (
            "avg_pool1d_input",
            (G[:, :0], (2, 0, 8), 2),
            r"input_size is \(2, 0, 8\); every axis from axis 1 on",
        ),
        ("avg_pool1d_input", (G.astype(int), X.shape, 2), "grad_output has dtype int64.*floating"),
        ("adaptive_avg_pool1d_input", (G, (2, 3, 8)), r"input_size is \(2, 3, 8\)"),
        (
            "adaptive_avg_pool1d_input",
            (G, (2, 4, 0)),
            r"input_size is .*, 0\); every axis",
        ),
        ("adaptive_avg_pool1d_input", (G.astype(int), X.shape), "grad_output has dtype int64"),
    ],
)
def test_gradients_reject_by_name(name, arguments, message):
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        getattr(ck, name)(*arguments)
    assert "\n" not in str(caught.value)
