"""Max pooling, its indices, gradients and unpooling against torch, and by hand."""

import itertools
import math
from functools import cache

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from agreement import LAYOUTS, compare, draw, tensor, traced
from hypothesis import given
from hypothesis import strategies as st

import convkit as ck
from convkit.geometry import Geometry

AXES = (1, 2, 3)
MAX_POOL = {1: ck.max_pool1d, 2: ck.max_pool2d, 3: ck.max_pool3d}
ADAPTIVE = {1: ck.adaptive_max_pool1d, 2: ck.adaptive_max_pool2d, 3: ck.adaptive_max_pool3d}
UNPOOL = {1: ck.max_unpool1d, 2: ck.max_unpool2d, 3: ck.max_unpool3d}
MAX_POOL_INPUT = {1: ck.max_pool1d_input, 2: ck.max_pool2d_input, 3: ck.max_pool3d_input}
UNPOOL_INPUT = {1: ck.max_unpool1d_input, 2: ck.max_unpool2d_input, 3: ck.max_unpool3d_input}
TORCH_MAX_POOL = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
TORCH_ADAPTIVE = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}
TORCH_UNPOOL = {1: F.max_unpool1d, 2: F.max_unpool2d, 3: F.max_unpool3d}

FLOATS = ["float64", "float32", "float16"]
INTEGERS = ["int64", "int32", "int16", "int8", "uint8"]
NAN, INF = np.nan, np.inf


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """Several threads of torch race where max_unpool puts two values in one place."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def agree_bit_for_bit(name, actual, expected, arguments, originals):
    """Values are moved, not computed: NaN and the sign of zero come along."""
    compare(name, actual, expected, arguments, originals)
    assert actual.tobytes() == expected.numpy().tobytes()


def as_floating(x):
    """Integers as floating-point numbers, where torch has no kernel for integers."""
    return tensor(x if x.dtype.kind == "f" else x.astype(float))


def torch_gradient(function, x, g):
    """Gradient of a torch function at x, where that of its result is g; in g's dtype.

    Half precision is added up in single precision, which torch would not do by itself.
    """
    x, wide_g = (tensor(a.astype(np.result_type(a, np.float32))) for a in (x, g))
    (gradient,) = torch.autograd.grad(function(x.requires_grad_()), x, wide_g)
    whole = gradient if g.dtype.kind == "f" else gradient.long()
    return whole.to(tensor(g).dtype)


# Strategies. `pick` is what Hypothesis calls draw; draw is agreement's.


@cache
def per_axis(axes, low, high, single=True):
    """One int or one per axis; `single`: or a tuple that holds one for all."""
    numbers = st.integers(low, high)
    tuples = st.tuples(*[numbers] * axes)
    return st.one_of(numbers, tuples, st.tuples(numbers)) if single else st.one_of(numbers, tuples)


@st.composite
def makers(pick, axes, dtypes, high):
    """Draw a function that makes an array, or the same once more; ties are frequent."""
    size = pick(st.tuples(*[st.integers(1, high)] * axes))
    batch = pick(st.sampled_from([(2,), (), (1,), (0,)]))
    shape = (*batch, pick(st.integers(1, 2)), *size)
    dtype, layout = pick(st.sampled_from(dtypes)), pick(st.sampled_from(list(LAYOUTS)))
    kind = pick(st.sampled_from(["normal", "special", "few"]))
    seed = pick(st.integers(0, 99))

    def make():
        rng = np.random.default_rng(seed)
        values = draw(rng, shape, dtype, special=kind == "special")
        if kind == "few" and values.dtype.kind == "f":
            values = rng.choice([-0.0, 0.0, 1.0, 2.0, -INF, NAN], shape).astype(dtype)
        values = LAYOUTS[layout](values)
        values.flags.writeable = layout != "read-only"
        return values

    return make


@st.composite
def poolings(pick):
    """Draw any max pooling that torch computes: axes, a maker of inputs, arguments."""
    axes = pick(st.sampled_from(AXES))
    make = pick(makers(axes, FLOATS + INTEGERS, high=10 - 2 * axes))
    kernel = pick(per_axis(axes, 1, 4))
    padding = pick(per_axis(axes, 0, np.min(kernel) // 2))
    stride = pick(st.one_of(st.sampled_from([None, ()]), per_axis(axes, 1, 4)))
    dilation = pick(st.one_of(st.just(1), per_axis(axes, 1, 2), per_axis(axes, 1, 7)))
    ceil_mode = pick(st.booleans())
    arguments = (kernel, stride, padding, dilation, ceil_mode)
    try:
        Geometry.of_pooling(make().shape[-axes:], *arguments)
    except ValueError:  # the kernel does not fit; without dilation a kernel of two always does
        arguments = (2, stride, 1, 1, ceil_mode)
    return axes, make, arguments


@st.composite
def adaptive_poolings(pick):
    """Draw any adaptive max pooling: axes, a maker of inputs, output_size."""
    axes = pick(st.sampled_from(AXES))
    make = pick(makers(axes, FLOATS + INTEGERS, high=10 - 2 * axes))
    size = st.integers(0, 6)
    entry = size if axes == 1 else st.one_of(st.none(), size)  # torch allows no None in 1-D
    return axes, make, pick(st.one_of(size, st.tuples(*[entry] * axes)))


@st.composite
def unpoolings(pick):
    """Draw any max unpooling: axes, a maker of inputs, indices, further arguments."""
    axes = pick(st.sampled_from(AXES))
    make = pick(makers(axes, [*FLOATS, *INTEGERS], high=5 - axes // 2))
    shape = make().shape
    kernel = pick(per_axis(axes, 1, 4, single=False))
    stride = pick(st.one_of(st.none(), per_axis(axes, 1, 4, single=False)))
    padding = pick(per_axis(axes, 0, 2, single=False))
    n, k, s, p = np.broadcast_arrays(
        shape[-axes:], kernel, kernel if stride is None else stride, padding
    )
    size = (n - 1) * s - 2 * p + k
    if min(size) < 1:
        padding, size = 0, size + 2 * p
    output_size = None
    if pick(st.booleans()):
        size = np.maximum(size + [pick(st.integers(1 - step, step - 1)) for step in s.tolist()], 1)
        output_size = pick(st.sampled_from([size.tolist(), (9, 9, *size.tolist())]))
    rng = np.random.default_rng(pick(st.integers(0, 99)))
    indices = rng.integers(0, math.prod(size), shape)  # some places are hit more than once
    indices = LAYOUTS[pick(st.sampled_from(list(LAYOUTS)))](indices)
    return axes, make, indices, (kernel, stride, padding, output_size)


def gradient_of_shape(shape, dtype, special):
    """Some gradient, in a layout of its own."""
    return draw(np.random.default_rng(math.prod(shape)), shape, dtype, "backwards", special)


@given(poolings(), st.booleans())
def test_max_pool_agrees_with_torch_on_drawn_calls(pooling, special):
    axes, make, arguments = pooling
    x, name = make(), f"max_pool{axes}d"
    values, indices = MAX_POOL[axes](x, *arguments, return_indices=True)
    expected, where = TORCH_MAX_POOL[axes](tensor(make()), *arguments, return_indices=True)
    agree_bit_for_bit(name, values, expected, (x,), (make(),))
    agree_bit_for_bit(f"{name} indices", indices, where, (x,), (make(),))
    assert MAX_POOL[axes](x, *arguments).tobytes() == values.tobytes()
    g = gradient_of_shape(values.shape, x.dtype.name, special)
    if np.any(indices >= math.prod(x.shape[-axes:])):  # torch would write beyond its memory
        with pytest.raises(ValueError, match="indices holds"):
            MAX_POOL_INPUT[axes](g, indices, x.shape)
        return
    originals = g.copy(), indices.copy()
    gradient = MAX_POOL_INPUT[axes](g, indices, x.shape)
    expected = torch_gradient(lambda t: TORCH_MAX_POOL[axes](t, *arguments), make(), g)
    compare(f"{name}_input", gradient, expected, (g, indices), originals)


@given(adaptive_poolings(), st.booleans())
def test_adaptive_max_pool_agrees_with_torch_on_drawn_calls(pooling, special):
    axes, make, output_size = pooling
    x, name = make(), f"adaptive_max_pool{axes}d"
    values, indices = ADAPTIVE[axes](x, output_size, return_indices=True)
    expected, where = TORCH_ADAPTIVE[axes](as_floating(make()), output_size, return_indices=True)
    expected = expected.to(tensor(x).dtype)
    agree_bit_for_bit(name, values, expected, (x,), (make(),))
    agree_bit_for_bit(f"{name} indices", indices, where, (x,), (make(),))
    assert ADAPTIVE[axes](x, output_size).tobytes() == values.tobytes()
    if values.size == 0:  # torch refuses the gradient of nothing
        return
    g = gradient_of_shape(values.shape, x.dtype.name, special)
    originals = g.copy(), indices.copy()
    gradient = MAX_POOL_INPUT[axes](g, indices, x.shape)
    expected = torch_gradient(lambda t: TORCH_ADAPTIVE[axes](t, output_size), make(), g)
    compare(f"{name} gradient", gradient, expected, (g, indices), originals)


@given(unpoolings(), st.booleans())
def test_max_unpool_agrees_with_torch_on_drawn_calls(unpooling, special):
    axes, make, indices, arguments = unpooling
    x, name = make(), f"max_unpool{axes}d"
    where, originals = tensor(indices), (make(), indices.copy())
    y = UNPOOL[axes](x, indices, *arguments)
    expected = TORCH_UNPOOL[axes](as_floating(make()), where, *arguments).to(tensor(x).dtype)
    agree_bit_for_bit(name, y, expected, (x, indices), originals)
    g = gradient_of_shape(y.shape, x.dtype.name, special)
    originals = g.copy(), indices.copy()
    gradient = UNPOOL_INPUT[axes](g, indices)
    expected = torch_gradient(lambda t: TORCH_UNPOOL[axes](t, where, *arguments), make(), g)
    agree_bit_for_bit(f"{name}_input", gradient, expected, (g, indices), originals)


@st.composite
def long_windows(pick):
    """Draw windows of many taps, longer than the input or hardly on it, along one of the axes."""
    axes = pick(st.sampled_from(AXES))
    axis = pick(st.integers(0, axes - 1))
    n = pick(st.integers(1, 90))
    kernel = pick(st.one_of(st.integers(15, 2 * n + 20), st.integers(1, 10**9)))
    padding = pick(st.integers(0, kernel // 2) | st.just(kernel // 2))
    dilation = pick(st.integers(1, 4) | st.integers(1, (n + 2 * padding) // kernel + 1))
    padding = max(padding, -(-((kernel - 1) * dilation + 1 - n) // 2))
    if padding > kernel // 2:
        padding, dilation = kernel // 2, 1
    span = dilation * (kernel - 1) + 1
    stride = pick(st.integers(1, 3) | st.integers(1, 2**31 - 1))
    stride = max(stride, (n + 2 * padding - span) // 300)  # torch takes long
    options = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    neutral = {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1}
    place = [axis == a for a in range(axes)]
    options = {o: tuple(v if p else neutral[o] for p in place) for o, v in options.items()}
    shape = (pick(st.integers(1, 2)), *(n if p else pick(st.integers(1, 2)) for p in place))
    dtype = pick(st.sampled_from(FLOATS + INTEGERS))
    values = np.random.default_rng(pick(st.integers(0, 99)))
    x = draw(values, shape, dtype, special=pick(st.booleans()))
    if pick(st.booleans()):  # many ties
        x = np.sign(x)
    return axes, x, options | {"ceil_mode": pick(st.booleans())}


@given(long_windows())
def test_long_windows_agree_bit_for_bit_with_a_slow_search(window):
    axes, x, options = window
    values, indices = MAX_POOL[axes](x, **options, return_indices=True)
    assert MAX_POOL[axes](x, **options).tobytes() == values.tobytes()
    expected, where = slow_search(x, axes, **options)
    assert values.tobytes() == expected.tobytes()
    np.testing.assert_array_equal(indices, where)


def slow_search(x, axes, kernel_size, stride, padding, dilation, ceil_mode):
    """Let every window look at every place it reads, in scan order; by the definition."""
    window = Geometry.of_pooling(x.shape[1:], kernel_size, stride, padding, dilation, ceil_mode)
    y = np.empty((len(x), *window.output_size), x.dtype)
    where = np.zeros(y.shape, int)
    for c, *i in np.ndindex(*y.shape):
        starts = [s * a - p for s, a, p in zip(stride, i, padding, strict=True)]
        reads = [
            [t for t in range(n) if (t - b) % d == 0 and 0 <= (t - b) // d < k]
            for n, b, d, k in zip(x.shape[1:], starts, dilation, kernel_size, strict=True)
        ]
        first = [
            r[0] if r else b % d if b < 0 else b
            for r, b, d in zip(reads, starts, dilation, strict=True)
        ]
        best = np.array(-INF if x.dtype.kind == "f" else np.iinfo(x.dtype).min, x.dtype)
        index = sum(f * math.prod(x.shape[a + 2 :]) for a, f in enumerate(first))
        seen = False
        for place in itertools.product(*reads):
            value = x[(c, *place)]
            if not seen or value > best or np.isnan(value):
                best, index, seen = value, np.ravel_multi_index(place, x.shape[1:]), True
        y[(c, *i)], where[(c, *i)] = best, index
    return y, where


@st.composite
def many_bins(pick):
    """Draw a row and a number of bins: bins of many samples, or many bins of few."""
    n, m = pick(st.integers(1, 200)), pick(st.integers(1, 9) | st.integers(1, 400))
    dtype = pick(st.sampled_from(FLOATS + INTEGERS))
    x = draw(np.random.default_rng(n), (2, n), dtype, special=pick(st.booleans()))
    return np.sign(x) if pick(st.booleans()) else x, m


@given(many_bins())
def test_bins_of_any_length_agree_bit_for_bit_with_torch(bins):
    x, m = bins
    values, indices = ck.adaptive_max_pool1d(x, m, return_indices=True)
    expected, where = F.adaptive_max_pool1d(as_floating(x), m, return_indices=True)
    assert values.tobytes() == expected.numpy().astype(x.dtype).tobytes()
    np.testing.assert_array_equal(indices, where)


@pytest.mark.parametrize("bins", [(3, 9000), (None, 9000), (9000, 3)])
def test_bins_that_outnumber_the_pixels_agree_with_torch(bins):
    x = np.random.default_rng(0).integers(0, 9, (1, 40, 2))
    for actual, expected in zip(
        ck.adaptive_max_pool2d(x, bins, True),
        F.adaptive_max_pool2d(as_floating(x), bins, True),
        strict=True,
    ):
        np.testing.assert_array_equal(actual, expected)


# One row of numbers: what is pooled, how, the values and the indices.
ROWS = {
    "windows side by side": ([1, 5, 2, 2, 0, 4], {"kernel_size": 2}, [5, 2, 4], [1, 2, 5]),
    "overlapping": ([1, 5, 2, 0, 4], {"kernel_size": 3, "stride": 1}, [5, 5, 4], [1, 1, 4]),
    "floor drops the last": ([1, 2, 3, 4, 5], {"kernel_size": 2}, [2, 4], [1, 3]),
    "ceil keeps it": (
        [1, 2, 3, 4, 5],
        {"kernel_size": 2, "ceil_mode": True},
        [2, 4, 5],
        [1, 3, 4],
    ),
    "ceil reads what is there": (
        [6, 5, 4, 3, 2, 1],
        {"kernel_size": 3, "stride": 2, "ceil_mode": True},
        [6, 4, 2],
        [0, 2, 4],
    ),
    "ceil drops what starts beyond the input": (
        [1, 2, 3, 4],
        {"kernel_size": 1, "stride": 4, "ceil_mode": True},
        [1],
        [0],
    ),
    "ceil drops what starts in the far padding": (
        [1, 2, 3],
        {"kernel_size": 2, "padding": 1, "ceil_mode": True},
        [1, 3],
        [0, 2],
    ),
    "padding is not zero": (
        [-3, -2, -1],
        {"kernel_size": 3, "stride": 1, "padding": 1},
        [-2, -1, -1],
        [1, 2, 2],
    ),
    "dilation": (
        [0, 9, 1, 8, 2, 7],
        {"kernel_size": 3, "stride": 1, "dilation": 2},
        [2, 9],
        [4, 1],
    ),
    "the first of equals": ([3, 3, 3, 3], {"kernel_size": 3, "stride": 1}, [3, 3], [0, 1]),
    "the first of both zeros": ([-0.0, 0.0, 0.0, -0.0], {"kernel_size": 2}, [-0.0, 0.0], [0, 2]),
    "NaN over infinity": ([1, NAN, INF, 2], {"kernel_size": 4}, [NAN], [1]),
    "the last NaN": ([NAN, 5, NAN, 1], {"kernel_size": 4}, [NAN], [2]),
    "minus infinity over padding": (
        [-INF] * 5,
        {"kernel_size": 3, "stride": 2, "padding": 1},
        [-INF] * 3,
        [0, 1, 3],
    ),
    "minus infinity over padding, dilated": (
        [-INF] * 6,
        {"kernel_size": 3, "stride": 2, "padding": 1, "dilation": 2},
        [-INF] * 2,
        [1, 1],
    ),
    "padding only": (
        [0, 1, 2, 3],
        {"kernel_size": 2, "stride": 1, "padding": 1, "dilation": 5},
        [-INF],
        [4],
    ),
}


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("name", ROWS)
def test_max_pool_by_hand_along_each_axis(name, axis):
    row, options, values, indices = ROWS[name]

    def along(numbers):
        return np.array(numbers).reshape([1, *(-1 if a == axis else 1 for a in AXES)])

    options = {"stride": options["kernel_size"], "padding": 0, "dilation": 1, **options}
    for option, neutral in {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1}.items():
        options[option] = tuple(options[option] if a == axis else neutral for a in AXES)
    y, where = ck.max_pool3d(along(np.array(row, float)), **options, return_indices=True)
    assert y.tobytes() == along(np.array(values, float)).tobytes()
    np.testing.assert_array_equal(where, along(indices))


@pytest.mark.parametrize(
    ("image", "index"),
    [
        ([[1, 2], [2, 1]], 1),  # of equals the first, row by row
        ([[2, 2], [2, 2]], 0),
        ([[1, NAN], [NAN, 1]], 2),  # of NaNs the last
        ([[NAN, 1], [2, 1]], 0),
    ],
)
def test_scan_order_goes_row_by_row(image, index):
    for pool, argument in ((ck.max_pool2d, 2), (ck.adaptive_max_pool2d, 1)):
        _, where = pool([np.array(image, float)], argument, return_indices=True)
        assert where.item() == index


def test_indices_do_not_count_padding():
    x = np.arange(18.0).reshape(1, 2, 3, 3)
    y, where = ck.max_pool3d(x, (1, 2, 2), padding=(0, 1, 1), return_indices=True)
    np.testing.assert_array_equal(where[0, 1], [[9, 11], [15, 17]])
    np.testing.assert_array_equal(y, where)


@pytest.mark.parametrize("dtype", [*INTEGERS, "uint16", "uint64"])
def test_padding_never_wins_over_the_lowest_integer(dtype):
    x = np.full((1, 5), np.iinfo(dtype).min, dtype)
    y, where = ck.max_pool1d(x, 3, 2, 1, return_indices=True)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, x[:, :3])
    np.testing.assert_array_equal(where, [[0, 1, 3]])
    nothing = ck.max_pool1d(np.ones((1, 4), dtype), 2, 1, 1, 5)  # reads padding only
    np.testing.assert_array_equal(nothing, x[:, :1])


def test_ceil_mode_comes_before_return_indices():
    """``torch.nn.MaxPool2d`` has the two flags the other way round (claim E19)."""
    x = np.arange(25.0).reshape(1, 1, 5, 5)
    y = ck.max_pool2d(x, 2, 2, 0, 1, True)
    np.testing.assert_array_equal(y[0, 0], [[6, 8, 9], [16, 18, 19], [21, 23, 24]])
    module = torch.nn.MaxPool2d(2, 2, 0, 1, True)(torch.from_numpy(x))
    values, indices = ck.max_pool2d(x, 2, 2, 0, 1, False, True)
    np.testing.assert_array_equal(values, module[0])
    np.testing.assert_array_equal(indices, module[1])


@pytest.mark.parametrize(
    ("m", "values", "indices"),
    [
        (3, [5, 5, 4], [1, 1, 3]),  # bins 0-1, 1-3 and 3-4 share samples 1 and 3
        (2, [5, 4], [1, 3]),  # bins 0-2 and 2-4
        (1, [5], [1]),
        (7, [1, 5, 5, 2, 4, 4, 3], [0, 1, 1, 2, 3, 3, 4]),  # more bins than samples
        (0, [], []),
    ],
)
def test_adaptive_bins_by_hand(m, values, indices):
    y, where = ck.adaptive_max_pool1d([[1, 5, 2, 4, 3]], m, return_indices=True)
    np.testing.assert_array_equal(y, [values])
    np.testing.assert_array_equal(where, [indices])


def test_none_keeps_an_axis_of_adaptive_pooling():
    x = np.arange(24.0).reshape(1, 2, 3, 4)
    np.testing.assert_array_equal(ck.adaptive_max_pool3d(x, (None, None, None)), x)
    np.testing.assert_array_equal(
        ck.adaptive_max_pool3d(x, (None, 1, 2)), [[[[9, 11]], [[21, 23]]]]
    )


@pytest.mark.parametrize("axes", AXES)
def test_unpooling_puts_the_maxima_back_in_their_places(axes):
    x = np.random.default_rng(axes).permutation(5**axes).reshape((1, *(5,) * axes)) + 1
    y, where = MAX_POOL[axes](x, 2, return_indices=True)
    back = UNPOOL[axes](y, where, 2, output_size=x.shape[1:])
    np.testing.assert_array_equal(back, np.where(np.isin(x, y), x, 0))
    assert np.count_nonzero(back) == y.size


def test_the_last_of_several_values_stays_where_they_are_put():
    y = ck.max_unpool1d([[1, 2, 3]], [[4, 4, 0]], 2)
    np.testing.assert_array_equal(y, [[3, 0, 0, 0, 2, 0]])
    g = ck.max_unpool1d_input([[10, 11, 12, 13, 14, 15]], [[4, 4, 0]])
    np.testing.assert_array_equal(g, [[14, 14, 10]])


@pytest.mark.parametrize(
    ("options", "width"),
    [
        ({}, 6),
        ({"stride": 1}, 4),
        ({"stride": 5}, 12),
        ({"padding": 2}, 2),
        ({"output_size": (5,)}, 5),
        ({"output_size": [7]}, 7),
        ({"output_size": (8, 8, 7)}, 7),
    ],
)
def test_size_of_unpooling(options, width):
    x, where = np.ones((1, 1, 3)), np.zeros((1, 1, 3), int)
    assert ck.max_unpool1d(x, where, 2, **options).shape == (1, 1, width)
    tensors = torch.from_numpy(x), torch.from_numpy(where)
    assert F.max_unpool1d(*tensors, 2, **options).shape == (1, 1, width)


@pytest.mark.parametrize("axes", AXES)
def test_at_a_tie_one_input_receives_the_gradient(axes):
    """The first; a rule that gave it to every maximum would count it twice (claim E17)."""
    x = np.ones((1, *(2,) * axes))
    y, where = MAX_POOL[axes](x, 2, return_indices=True)
    gradient = MAX_POOL_INPUT[axes](np.full_like(y, 7), where, x.shape)
    np.testing.assert_array_equal(gradient.ravel(), [7, *[0] * (2**axes - 1)])
    expected = torch_gradient(lambda t: TORCH_MAX_POOL[axes](t, 2), x, np.full_like(y, 7))
    np.testing.assert_array_equal(gradient, expected)


def test_gradients_of_overlapping_windows_add_up():
    _, where = ck.max_pool1d([[0, 9, 0, 1, 0]], 3, 1, return_indices=True)
    gradient = ck.max_pool1d_input([[1, 10, 100]], where, (1, 5))
    np.testing.assert_array_equal(gradient, [[0, 11, 0, 100, 0]])


@pytest.mark.parametrize(
    ("dtype", "gradients", "total"),
    [
        ("uint8", [200, 100, 0], 44),
        ("int64", [2**62, 2**62, 1], -(2**63) + 1),
        ("float16", [2048, 1, 1], 2050),  # half precision would lose every 1
        ("float64", [1e308, 1e308, 0], INF),
        ("float32", [INF, -INF, 0], NAN),
    ],
)
@pytest.mark.filterwarnings("error")
def test_gradients_add_up_in_their_dtype_and_in_silence(dtype, gradients, total):
    gradient = ck.max_pool1d_input(np.array([gradients], dtype), [[1, 1, 1]], (1, 2))
    assert gradient.dtype == dtype
    np.testing.assert_array_equal(gradient, np.array([[0, total]], dtype))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.filterwarnings("error")
def test_special_values_pass_in_silence(dtype):
    x = np.array([[NAN, -NAN, INF, -INF, np.finfo(dtype).max, 0]], dtype)
    for pool, argument in ((ck.max_pool1d, 2), (ck.adaptive_max_pool1d, 4)):
        y, where = pool(x, argument, return_indices=True)
        ck.max_unpool1d(y, where, 2, output_size=None)
        ck.max_pool1d_input(y, where, x.shape)


def test_lists_and_other_byte_orders_are_understood():
    x, where = np.array([[1.0, 3, 2, 2]]), np.array([[1, 2]])
    y, found = ck.max_pool1d(x.astype(">f8"), 2, return_indices=True)
    assert y.dtype.isnative
    np.testing.assert_array_equal(y, ck.max_pool1d(x.tolist(), 2))
    np.testing.assert_array_equal(found, where)
    back = ck.max_unpool1d(y.tolist(), where.astype(">i8"), 2)
    np.testing.assert_array_equal(back, [[0, 3, 2, 0]])


LONG = np.random.default_rng(0).standard_normal((1, 60000))
FOUR = np.arange(4.0)[None]
SQUARE = np.random.default_rng(0).standard_normal((1, 300, 300))


@pytest.mark.parametrize("indices", [False, True])
@pytest.mark.parametrize(
    ("name", "x", "arguments"),
    [
        ("max_pool1d", LONG, (30000, 1)),
        ("max_pool1d", LONG, (30000, 1, 15000, 1, True)),
        ("max_pool1d", LONG, (2, 1, 1, 60000)),
        ("max_pool1d", LONG.astype("f2"), (30000, 1)),
        ("max_pool1d", FOUR, (10**9, 10**9, 5 * 10**8)),
        ("max_pool1d", FOUR, (10**9, 1, 5 * 10**8, 1, True)),
        ("max_pool1d", FOUR, (2, 2**31 - 1, 1, 5)),
        ("max_pool2d", SQUARE, (10**6, 10**4, 5 * 10**5)),
        ("max_pool2d", SQUARE, (2, 1, 1, 301)),
        ("max_pool3d", SQUARE[None], (10**9, 10**8, 10**8 * 5)),
        ("adaptive_max_pool1d", LONG, (10**6,)),
        ("adaptive_max_pool1d", FOUR, (10**6,)),
        ("adaptive_max_pool1d", FOUR.astype("u1"), (10**6,)),
        ("adaptive_max_pool2d", SQUARE, ((1, 30000),)),
    ],
)
def test_memory_goes_by_input_and_output(name, x, arguments, indices):
    results, peak = traced(lambda: getattr(ck, name)(x, *arguments, return_indices=indices))
    results = results if indices else [results]
    assert peak <= 10 * (x.nbytes + sum(r.nbytes for r in results)) + 4 * 2**20


@pytest.mark.parametrize(
    "call",
    [
        lambda: ck.adaptive_max_pool2d(SQUARE, 2**31 - 1),
        lambda: ck.adaptive_max_pool3d(SQUARE[None], (None, 2**30, 2**30), True),
        lambda: ck.max_unpool2d(np.ones((1, 2, 2)), np.zeros((1, 2, 2), int), 2**31 - 1),
        lambda: ck.max_pool2d_input(np.ones((1, 1, 1)), [[[0]]], (1, 2**31 - 1, 2**31 - 1)),
    ],
)
def test_a_result_too_large_to_hold_is_refused_at_once(call):
    with pytest.raises(MemoryError, match=r"the result, .* is too large to hold"):
        call()


INTEGER_TYPES = [np.dtype(c).type for c in "bBhHiIqQ"] + [np.array, torch.tensor]
WHERE_1 = np.array([[0, 2, 4]])
CALLS = {  # with every integer argument as given by `of`
    "max_pool1d": lambda of: ck.max_pool1d(LONG[:, :99], of(5), of(3), of(2), of(7)),
    "max_pool2d": lambda of: ck.max_pool2d(SQUARE, [of(90), of(3)], (of(100),), of(1), of(2)),
    "max_pool3d": lambda of: ck.max_pool3d(SQUARE[None], (of(1), of(100), of(100)), of(100)),
    "adaptive_max_pool1d": lambda of: ck.adaptive_max_pool1d(LONG, of(100)),
    "adaptive_max_pool2d": lambda of: ck.adaptive_max_pool2d(SQUARE, (of(100), None)),
    "adaptive_max_pool3d": lambda of: ck.adaptive_max_pool3d(SQUARE[None], of(100)),
    "max_unpool1d": lambda of: ck.max_unpool1d(
        [[5, 2, 4]], WHERE_1, of(120), of(50), of(60), (of(3), of(1), of(90))
    ),
    "max_unpool2d": lambda of: ck.max_unpool2d(
        [[[5, 2, 4]]], WHERE_1[None], (of(1), of(120)), of(120), of(0)
    ),
    "max_unpool3d": lambda of: ck.max_unpool3d([[[[5, 2, 4]]]], WHERE_1[None, None], of(100)),
    "max_pool1d_input": lambda of: ck.max_pool1d_input([[5, 2, 4]], WHERE_1, (of(1), of(100))),
    "max_pool2d_input": lambda of: ck.max_pool2d_input(
        [[[5, 2, 4]]], WHERE_1[None], (of(1), of(100), of(100))
    ),
    "max_pool3d_input": lambda of: ck.max_pool3d_input(
        [[[[5, 2, 4]]]], WHERE_1[None, None], [of(1), of(100), of(100), of(2)]
    ),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("of", INTEGER_TYPES, ids=lambda of: of.__name__)
def test_any_integer_type_computes_what_an_int_does(name, of):
    np.testing.assert_array_equal(CALLS[name](of), CALLS[name](int))


def test_output_size_may_be_an_array():
    x = np.arange(24.0).reshape(1, 4, 6)
    for size in (np.array([2, 3]), np.array([2, 3], "u1")):
        y = ck.adaptive_max_pool2d(x, size)
        np.testing.assert_array_equal(y, F.adaptive_max_pool2d(tensor(x), size))
    y = ck.max_unpool2d([[[3, 5]]], [[[4, 7]]], 2, output_size=np.array([2, 4]))
    np.testing.assert_array_equal(y, [[[0, 0, 0, 0], [3, 0, 0, 5]]])


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("shape", [(2,), (3, 2), (0, 2)])
@pytest.mark.parametrize("arguments", [(2, 2, 1), (2, 3, 0, 0)])
def test_an_empty_plane_takes_no_value(axes, shape, arguments):
    x = np.ones((*shape, *(1,) * axes))
    if len(arguments) > 3:
        arguments = (*arguments[:3], arguments[3:] * axes)
    y = UNPOOL[axes](x, np.zeros(x.shape, int), *arguments)
    expected = TORCH_UNPOOL[axes](tensor(x), torch.zeros(x.shape, dtype=torch.int64), *arguments)
    assert y.shape == expected.shape == (*shape, *(0,) * axes)


def test_what_an_index_of_an_empty_plane_must_be():
    empty, none = np.ones((2, 0)), np.zeros((2, 0), int)
    for call in (
        lambda index: ck.max_unpool1d_input(empty, index),
        lambda index: ck.max_pool1d_input(np.ones(index.shape), index, (2, 0)),
    ):
        with pytest.raises(ValueError, match=r"indices holds 0; in a plane.*it must be empty"):
            call(np.zeros((2, 1), int))
        assert call(none).shape == (2, 0)


def test_an_output_size_that_cannot_be_is_blamed_on_the_padding():
    with pytest.raises(ValueError, match=r"padding is \(5,\); it leaves a size of \(-6,\)"):
        ck.max_unpool1d([[1.0, 2.0]], [[0, 1]], 2, padding=5, output_size=(1,))


X, WHERE = np.ones((2, 3, 4)), np.zeros((2, 3, 4), int)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ck.max_pool1d(X > 0, 2), "input has dtype bool; it must be integer or floating"),
        (lambda: ck.max_pool1d(X * 1j, 2), "input has dtype complex128"),
        (
            lambda: ck.max_pool1d(X[:, :0], 2),
            r"shape \(2, 0, 4\); every axis from axis 1",
        ),
        (
            lambda: ck.max_pool1d(X[0, :0], 2),
            r"shape \(0, 4\); every axis from axis 0",
        ),
        (lambda: ck.max_pool1d(X, 2, ceil_mode=1), "ceil_mode is 1, a int"),
        (lambda: ck.max_pool1d(X, 2, return_indices=1), "return_indices is 1, a int"),
        (lambda: ck.adaptive_max_pool1d(X, 2, 1), "return_indices is 1, a int"),
        (lambda: ck.adaptive_max_pool1d(X[:, :0], 2), r"input has shape \(2, 0, 4\)"),
        (lambda: ck.max_unpool1d(X[..., :0], WHERE, 2), r"input has shape \(2, 3, 0\)"),
        (lambda: ck.max_unpool1d(X, WHERE.astype("i4"), 2), "indices has dtype int32; it must be"),
        (lambda: ck.max_unpool1d(X, X, 2), "indices has dtype float64; it must be int64"),
        (lambda: ck.max_unpool1d(X, WHERE[:1], 2), r"indices has shape \(1, 3, 4\).*input's"),
        (lambda: ck.max_unpool1d(X, WHERE - 1, 2), "indices holds -1; in a plane of size.*below 8"),
        (lambda: ck.max_unpool1d(X, WHERE + 8, 2), "indices holds 8; in a plane of size.*below 8"),
        (
            lambda: ck.max_unpool2d(X, WHERE, (2,)),
            r"kernel_size is \(2,\); it must be one int or a tuple of 2",
        ),
        (
            lambda: ck.max_unpool1d(X, WHERE, 2, padding=5),
            r"padding is \(5,\); it leaves a size of \(-2,\)",
        ),
        (lambda: ck.max_unpool1d(X, WHERE, 2, output_size=8), "output_size is 8; it must be None"),
        (
            lambda: ck.max_unpool1d(X, WHERE, 2, output_size=(3, 8)),
            r"output_size is \(3, 8\); it must be None or a tuple of 1 sizes, or of 3",
        ),
        (
            lambda: ck.max_unpool1d(X, WHERE, 2, output_size=(6,)),
            "output_size is 6 on spatial axis 0; there it must be 7 to 9",
        ),
        (lambda: ck.max_unpool1d(X, WHERE, 2, output_size=(10,)), "output_size is 10.*7 to 9"),
        (
            lambda: ck.max_pool1d_input(X, WHERE[0], X.shape),
            r"indices has shape \(3, 4\); it must be grad_output's, \(2, 3, 4\)",
        ),
        (
            lambda: ck.max_pool1d_input(X, WHERE, (8,)),
            r"input_size is \(8,\); for grad_output of shape \(2, 3, 4\).*begins with \(2, 3\)",
        ),
        (lambda: ck.max_pool1d_input(X, WHERE, (2, 4, 8)), r"input_size is \(2, 4, 8\)"),
        (lambda: ck.max_pool1d_input(X, WHERE, 8), "input_size is 8"),
        (lambda: ck.max_pool1d_input(X, WHERE + 8, (2, 3, 8)), "indices holds 8"),
        (
            lambda: ck.max_unpool1d_input(X, WHERE[:1]),
            r"indices has shape \(1, 3, 4\); for grad_output.*3 axes that begin with \(2, 3\)",
        ),
        (lambda: ck.max_unpool1d_input(X, WHERE[0]), r"indices has shape \(3, 4\)"),
        (lambda: ck.max_unpool1d_input(X, WHERE + 4), "indices holds 4"),
    ],
)
def test_what_has_no_maximum_or_no_place_is_rejected(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
