"""Average pooling and its gradients against torch, and what it refuses."""

import itertools
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from agreement import LAYOUTS, compare, draw, tensor, traced
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


@dataclass(frozen=True)
class Dilated:
    """An average pooling with dilation, and its window written out in loops."""

    size: tuple
    kernel_size: tuple
    stride: tuple
    padding: tuple
    dilation: tuple
    ceil_mode: bool
    count_include_pad: bool
    divisor_override: int | None = None

    @property
    def options(self):
        names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "count_include_pad")
        return {name: getattr(self, name) for name in names} | (
            {"divisor_override": self.divisor_override} if len(self.size) > 1 else {}
        )

    def windows(self):
        """Yield for each window its place, the places it reads, and what its sum is divided by."""
        reads, counts = [], []
        for n, k, s, p, d in zip(
            self.size, self.kernel_size, self.stride, self.padding, self.dilation, strict=True
        ):
            starts = range(-p, n + p, s)
            if self.ceil_mode:  # one more window may stick out, if it starts in the input
                fit = -(-(n + 2 * p - d * (k - 1) - 1) // s) + 1
                starts = [a for a in starts[:fit] if a < n]
            else:
                starts = [a for a in starts if a + d * (k - 1) < n + p]
            taps = [range(a, a + d * k, d) for a in starts]
            reads.append([[t for t in each if 0 <= t < n] for each in taps])
            margin = p if self.count_include_pad else 0
            counts.append([sum(-margin <= t < n + margin for t in each) for each in taps])
        for place in np.ndindex(*map(len, reads)):
            inside = itertools.product(*(r[i] for r, i in zip(reads, place, strict=True)))
            count = np.prod([c[i] for c, i in zip(counts, place, strict=True)])
            yield place, list(inside), self.divisor_override or int(count)


@st.composite
def dilated(pick, most=7, longest=4):
    """Draw an average pooling with dilation whose windows fit."""
    axes = pick(st.integers(1, 3))
    parts = []
    for _ in range(axes):
        k, d = pick(st.integers(1, longest)), pick(st.integers(1, 4))
        p = pick(st.integers(0, k // 2))
        n = max(d * (k - 1) + 1 - (2 * p if d > 1 or axes < 3 else 0), 1) + pick(st.integers(0, 4))
        parts.append((n, k, pick(st.integers(1, most)), p, d))
    divisor = pick(st.none() | st.integers(1, 5)) if axes > 1 else None
    return Dilated(*zip(*parts, strict=True), pick(st.booleans()), pick(st.booleans()), divisor)


@given(dilated(), st.sampled_from([*FLOATS, "int64", "uint8"]), st.booleans())
def test_dilated_windows_average_what_the_definition_says(pooling, dtype, special):
    assert_by_definition(pooling, dtype, special)


@given(dilated(longest=90), st.sampled_from([*FLOATS, "int64", "uint8"]), st.booleans())
def test_long_windows_average_what_the_definition_says(pooling, dtype, special):
    while np.prod(pooling.size) > 3000:
        pooling = Dilated(
            *(v[:-1] for v in vars(pooling).values() if isinstance(v, tuple)), True, False
        )
    assert_by_definition(pooling, dtype, special)


def assert_by_definition(pooling, dtype, special):
    """Compare value and gradient with sums over the windows written out."""
    axes = len(pooling.size)
    x = draw(np.random.default_rng(0), (2, *pooling.size), dtype, special=special)
    y = AVERAGE[axes](x, **pooling.options)
    wide = np.dtype({"f": "f8"}.get(x.dtype.kind, f"{x.dtype.kind}8"))
    windows = list(pooling.windows())
    expected = np.zeros((2, *np.add(windows[-1][0], 1)), wide)
    with np.errstate(all="ignore"):
        for c, (place, inside, count) in itertools.product(range(2), windows):
            total = sum((wide.type(x[(c, *t)]) for t in inside), start=wide.type(0))
            if x.dtype.kind == "f":
                expected[(c, *place)] = total / wide.type(count)
            else:
                expected[(c, *place)] = int(Fraction(int(total), count)) if count else 0
        assert y.dtype == x.dtype
        ck.testing.assert_agree(y, expected.astype(dtype))
        if x.dtype.kind != "f":
            return
        g = draw(np.random.default_rng(1), y.shape, dtype, special=special)
        expected = np.zeros(x.shape)
        for c, (place, inside, count) in itertools.product(range(2), windows):
            for t in inside:
                expected[(c, *t)] += float(g[(c, *place)]) / count
        gradient = AVERAGE_INPUT[axes](g, x.shape, **pooling.options)
        assert gradient.dtype == g.dtype
        ck.testing.assert_agree(gradient, expected.astype(dtype))


def test_dilation_comes_after_torchs_arguments_by_name():
    x = np.arange(8.0).reshape(1, 8)
    np.testing.assert_array_equal(ck.avg_pool1d(x, 2, 1, dilation=3), [[1.5, 2.5, 3.5, 4.5, 5.5]])
    with pytest.raises(TypeError, match="positional"):
        ck.avg_pool1d(x, 2, 1, 0, False, True, 3)


def test_a_dilated_window_may_read_padding_only():
    for x, empty in ((np.ones((1, 3)), np.nan), (np.ones((1, 3), int), 0)):
        options = {"stride": 1, "padding": 1, "dilation": 4}
        y = ck.avg_pool1d(x, 2, **options, count_include_pad=False)
        np.testing.assert_array_equal(y, [[empty]])
        np.testing.assert_array_equal(ck.avg_pool1d(x, 2, **options), [[0]])
    gradient = ck.avg_pool1d_input([[7.0]], (1, 3), 2, **options, count_include_pad=False)
    np.testing.assert_array_equal(gradient, [[0, 0, 0]])


@st.composite
def long_windows(pick):
    """Draw one long window or many bins along one of the axes, as torch takes them."""
    axes = pick(st.integers(1, 3))
    axis, n = pick(st.integers(0, axes - 1)), pick(st.integers(1, 150))
    place = [a == axis for a in range(axes)]
    size = tuple(n if p else pick(st.integers(1, 2)) for p in place)
    kind = inputs(pick, [*FLOATS, "int64"])
    if pick(st.booleans()):
        kind["dtype"] = kind["dtype"].replace("int64", "float64")
        bins = pick(st.integers(1, 40) | st.integers(1, 300))
        return Pooling(size, (tuple(bins if p else 1 for p in place),), True, **kind)
    kernel = pick(st.integers(17, 2 * n + 20) | st.integers(17, 10**9))
    kernel = min(kernel, n) if axes == 3 else kernel
    padding = pick(st.just(kernel // 2) | st.integers(0, kernel // 2))
    padding = max(padding, -((n - kernel) // 2)) if axes < 3 else padding
    stride = pick(st.integers(1, 3) | st.integers(1, 2**31 - 1))
    sizes = (kernel, stride, min(padding, kernel // 2))
    arguments = [
        tuple(v if p else neutral for p in place)
        for v, neutral in zip(sizes, (1, 1, 0), strict=True)
    ]
    return Pooling(size, (*arguments, pick(st.booleans()), pick(st.booleans())), **kind)


@given(long_windows())
def test_long_windows_and_many_bins_agree_with_torch(pooling):
    assert_value_and_gradient_agree(pooling)


@st.composite
def one_bin(pick):
    """Draw what torch averages to size 1: complex numbers, any leading axes, empty axes."""
    axes = pick(st.integers(1, 3))
    size = pick(st.sampled_from([1, (1,) * axes, [1] * axes]))
    fewest = axes + (axes == 1 or size != 1)
    rank = pick(st.integers(fewest, axes + (2 if axes == 1 else 4)))
    shape = tuple(pick(st.lists(st.integers(0, 4), min_size=rank, max_size=rank)))
    if size != 1 and axes > 1 and pick(st.booleans()):
        size = [None if n == 1 else 1 for n in shape[-axes:]]
    dtype = pick(st.sampled_from([*FLOATS, "complex64", "complex128"]))
    x = draw(np.random.default_rng(rank), shape, dtype, special=pick(st.booleans()))
    if x.size and np.iscomplexobj(x) and pick(st.booleans()):
        x.flat[0] = pick(st.sampled_from([complex(np.inf, 1), complex(1, np.nan)]))
    return axes, x, size


@given(one_bin())
def test_one_bin_averages_whatever_torch_takes_the_mean_of(call):
    axes, x, size = call
    y = ADAPTIVE[axes](x, size)
    function = getattr(F, f"adaptive_avg_pool{axes}d")
    wide = torch.from_numpy(x.astype(np.result_type(x, np.float32)))
    expected = function(wide.requires_grad_(), size)
    compare(
        f"adaptive_avg_pool{axes}d", y, expected.detach().numpy().astype(x.dtype), (x,), (x.copy(),)
    )
    g = draw(np.random.default_rng(1), y.shape, x.dtype.name)
    (expected,) = torch.autograd.grad(expected, wide, torch.from_numpy(g).to(wide.dtype))
    gradient = ADAPTIVE_INPUT[axes](g, x.shape)
    compare(f"adaptive_avg_pool{axes}d_input", gradient, expected.numpy().astype(x.dtype))


@pytest.mark.parametrize(
    ("axes", "shape", "dtype", "size"),
    [
        (1, (4,), "f8", 1),
        (1, (2, 2, 2, 4), "f8", 1),
        (2, (4,), "f8", 1),
        (2, (4, 4), "f8", (1, 1)),
        (2, (4, 4), "f8", 2),
        (2, (2, 2, 2, 4, 4), "f8", (1, 2)),
        (2, (2, 4, 4), "c16", (1, 2)),
        (2, (2, 4, 4), "i8", 1),
        (2, (2, 4, 4), "?", 1),
        (2, (2, 4, 0), "f8", (1, 2)),
        (2, (2, 4, 4), "f8", (1,)),
        (3, (4, 4), "f8", 1),
        (3, (4, 4, 4), "f8", (1, 1, 1)),
        (3, (2, 4, 4, 4), "c8", 0),
        (3, (2, 0, 4, 4, 4), "f8", 2),
    ],
)
def test_what_torch_takes_no_mean_of_is_refused(axes, shape, dtype, size):
    x = np.ones(shape, dtype)
    with pytest.raises((ValueError, TypeError), match=r"input|output_size"):
        ADAPTIVE[axes](x, size)
    with pytest.raises((RuntimeError, ValueError, IndexError)):
        getattr(F, f"adaptive_avg_pool{axes}d")(torch.from_numpy(x), size)


LONG = np.random.default_rng(0).standard_normal((1, 60000))
FOUR = np.arange(4.0)[None]
SQUARE = np.random.default_rng(0).standard_normal((1, 300, 300))


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2"])
@pytest.mark.parametrize(
    ("name", "x", "arguments", "options"),
    [
        ("avg_pool1d", LONG, (30000, 1), {}),
        ("avg_pool1d", LONG, (30000, 1, 15000, True), {}),
        ("avg_pool1d", LONG, (3, 1, 1), {"dilation": 30000}),
        ("avg_pool1d", LONG, (300, 1, 150), {"dilation": 200}),
        ("avg_pool1d", FOUR, (10**9, 10**9, 5 * 10**8), {}),
        ("avg_pool1d", FOUR, (10**9, 1, 5 * 10**8, True, False), {}),
        ("avg_pool1d", FOUR, (2, 2**31 - 1, 1), {"dilation": 5}),
        ("avg_pool1d", FOUR, (2, 2**31 - 1, 1, True), {"dilation": 10**8}),
        ("avg_pool2d", SQUARE, (10**6, 10**4, 5 * 10**5), {}),
        ("avg_pool2d", SQUARE, (2**31 - 1, 2**31 - 1, 2**30 - 1), {}),
        ("avg_pool2d", SQUARE, (2, 1, 1), {"dilation": 301}),
        ("avg_pool3d", SQUARE[None], ((1, 300, 300),), {}),
        ("adaptive_avg_pool1d", LONG, (10**6,), {}),
        ("adaptive_avg_pool1d", FOUR, (10**6,), {}),
        ("adaptive_avg_pool2d", SQUARE, ((1, 10**5),), {}),
        ("adaptive_avg_pool2d", SQUARE, ((10**5, 1),), {}),
    ],
)
def test_memory_goes_by_input_and_output(name, x, arguments, options, dtype):
    x = x.astype(dtype)
    y, peak = traced(lambda: getattr(ck, name)(x, *arguments, **options))
    assert peak <= 10 * (x.nbytes + y.nbytes) + 4 * 2**20
    rest = arguments if name.startswith("avg") else ()
    gradient = getattr(ck, f"{name}_input")
    back, peak = traced(lambda: gradient(y, x.shape, *rest, **options))
    assert peak <= 10 * (y.nbytes + back.nbytes) + 4 * 2**20


@pytest.mark.parametrize(
    "call",
    [
        lambda: ck.adaptive_avg_pool2d(SQUARE, 2**31 - 1),
        lambda: ck.adaptive_avg_pool3d(SQUARE[None], (None, 2**30, 2**30)),
        lambda: ck.adaptive_avg_pool2d_input([[[1.0]]], (1, 2**31 - 1, 2**31 - 1)),
        lambda: ck.avg_pool2d_input([[[1.0]]], (1, *[2**31 - 1] * 2), 2**31 - 1),
    ],
)
def test_a_result_too_large_to_hold_is_refused_at_once(call):
    with pytest.raises(MemoryError, match=r"the result, .* is too large to hold"):
        call()


def test_an_average_of_millions_keeps_its_precision():
    x = np.full((1, 2**22), 0.1, "f4")
    for y in (ck.avg_pool1d(x, 2**21, 2**20), ck.adaptive_avg_pool1d(x, 40)):
        np.testing.assert_allclose(y, 0.1, rtol=1e-5)


INTEGER_TYPES = [np.dtype(c).type for c in "bBhHiIqQ"] + [np.array, torch.tensor]
CALLS = {  # with every integer argument as given by `of`
    "avg_pool1d": lambda of: ck.avg_pool1d(LONG[:, :99], of(5), of(3), of(2), dilation=of(7)),
    "avg_pool2d": lambda of: ck.avg_pool2d(
        SQUARE, [of(90), of(3)], (of(100),), of(1), divisor_override=of(100), dilation=of(2)
    ),
    "avg_pool3d": lambda of: ck.avg_pool3d(
        SQUARE[None], (of(1), of(100), of(100)), of(100), divisor_override=of(100)
    ),
    "adaptive_avg_pool1d": lambda of: ck.adaptive_avg_pool1d(LONG, of(100)),
    "adaptive_avg_pool2d": lambda of: ck.adaptive_avg_pool2d(SQUARE, (of(100), None)),
    "adaptive_avg_pool3d": lambda of: ck.adaptive_avg_pool3d(SQUARE[None], of(1)),
    "avg_pool1d_input": lambda of: ck.avg_pool1d_input(
        [[1.0, 2.0]], (of(1), of(120)), of(60), divisor_override=of(100), dilation=of(1)
    ),
    "avg_pool2d_input": lambda of: ck.avg_pool2d_input(
        [[[1.0, 2.0]]], (of(1), of(100), of(120)), (of(100), of(60)), of(60)
    ),
    "avg_pool3d_input": lambda of: ck.avg_pool3d_input(
        [[[[1.0]]]], (of(1), of(1), of(100), of(100)), (of(1), of(100), of(100))
    ),
    "adaptive_avg_pool1d_input": lambda of: ck.adaptive_avg_pool1d_input([[1.0]], (of(1), of(99))),
    "adaptive_avg_pool2d_input": lambda of: ck.adaptive_avg_pool2d_input(
        [[[1.0, 2.0]]], [of(1), of(100), of(127)]
    ),
    "adaptive_avg_pool3d_input": lambda of: ck.adaptive_avg_pool3d_input(
        [[[[1.0, 2.0]]]], (of(1), of(3), of(100), of(127))
    ),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("of", INTEGER_TYPES, ids=lambda of: of.__name__)
def test_any_integer_type_computes_what_an_int_does(name, of):
    np.testing.assert_array_equal(CALLS[name](of), CALLS[name](int))


def test_output_size_may_be_an_array():
    x = np.arange(24.0).reshape(1, 4, 6)
    for size in (np.array([2, 3]), np.array([1, 1], "u1")):
        np.testing.assert_allclose(
            ck.adaptive_avg_pool2d(x, size), F.adaptive_avg_pool2d(tensor(x), size)
        )


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


@pytest.mark.parametrize("dtype", FLOATS)
def test_nothing_is_raised_where_numpy_is_told_to_raise(dtype):
    info = np.finfo(dtype)
    odd = [np.nan, np.inf, -np.inf, info.max, info.max, info.smallest_subnormal, -0.0, 1]
    x = np.array([odd], dtype)
    with np.errstate(all="raise"):
        for kernel in (3, 80):  # added up tap by tap, and by doubling
            y = ck.avg_pool1d(x, kernel, 1, kernel // 2)
            ck.avg_pool1d_input(y, x.shape, kernel, 1, kernel // 2)
            ck.max_pool1d(x, kernel, 1, kernel // 2)
        for bins in (1, 3, 40):
            ck.adaptive_avg_pool1d_input(ck.adaptive_avg_pool1d(x, bins), x.shape)
            y, where = ck.adaptive_max_pool1d(x, bins, return_indices=True)
            ck.max_pool1d_input(y, where, x.shape)
        ck.avg_pool1d(x, 2, 1, 1, count_include_pad=False, dilation=9)
        assert np.isnan(ck.adaptive_avg_pool1d(x[:, :0], 1)).all()


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
