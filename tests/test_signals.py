"""correlate and convolve against SciPy and the definition; the rest against NumPy."""

import functools
import itertools

import numpy as np
import pytest
import scipy.signal
from agreement import LAYOUTS, compare, draw, traced
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

import convkit as ck
from convkit.signals import MODES

PAIRS = {"correlate": scipy.signal.correlate, "convolve": scipy.signal.convolve}
DTYPES = ["float64", "float32", "complex128", "complex64", "int64", "int32", "uint8"]


def arrays(choose, shape, special, dtypes=DTYPES):
    """Draw an array of this shape, of any dtype, however it lies in memory."""
    rng = np.random.default_rng(choose(st.integers(0, 99)))
    dtype, layout = choose(st.sampled_from(dtypes)), choose(st.sampled_from(list(LAYOUTS)))
    return draw(rng, shape, dtype, layout, special)


@st.composite
def shapes(choose, mode, largest=6):
    """Draw the shapes of a signal and a kernel of one rank; for "valid" one fits into the other."""
    first = choose(st.lists(st.integers(1, largest), min_size=1, max_size=3))
    sizes = st.lists(st.integers(1, largest), min_size=len(first), max_size=len(first))
    second = choose(sizes)
    if mode == "valid":
        second = [min(a, b) for a, b in zip(first, second, strict=True)]
        first, second = choose(st.permutations([first, second]))
    return first, second


@st.composite
def pairs(choose):
    """Draw a signal, a kernel and a mode: of any sizes, but one in the other for "valid".

    Special values stand in the signal, and in the kernel where it meets no padding: SciPy's
    product of an infinite weight and a padded zero is a zero in 1-D and NaN in 2-D.
    """
    mode = choose(st.sampled_from(MODES))
    first, second = choose(shapes(mode))
    special = choose(st.booleans())
    real = [dtype for dtype in DTYPES if not dtype.startswith("complex")]
    dtypes = real if special else DTYPES
    larger = np.prod(first) >= np.prod(second)  # SciPy exchanges the two otherwise
    x = arrays(choose, first, special and (larger or mode == "valid"), dtypes)
    w = arrays(choose, second, special and mode == "valid", dtypes)
    return x, w, mode


@pytest.mark.parametrize("name", PAIRS)
@given(pairs())
def test_agrees_with_scipy(name, pair):
    x, w, mode = pair
    originals = x.copy(), w.copy()
    with np.errstate(invalid="ignore"):
        expected = PAIRS[name](x, w, mode, method="direct")
    compare(name, getattr(ck, name)(x, w, mode), expected, (x, w), originals)


@pytest.mark.parametrize("name", PAIRS)
def test_long_signals_agree_with_scipy(name):
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=500), rng.normal(size=60)
    ck.testing.assert_agree(getattr(ck, name)(x, w, "same"), PAIRS[name](x, w, "same"))


def by_definition(name, x, w, mode):
    """Add up what each sample of "full" meets, pair by pair, and take the part of the mode."""
    if name == "convolve":
        w = np.flip(w).conj()
    full = np.zeros([n + k - 1 for n, k in zip(x.shape, w.shape, strict=True)], x.dtype)
    for t in np.ndindex(full.shape):
        for j in np.ndindex(w.shape):
            at = tuple(a - (k - 1) + b for a, b, k in zip(t, j, w.shape, strict=True))
            if all(0 <= a < n for a, n in zip(at, x.shape, strict=True)):
                full[t] += x[at] * np.conj(w[j])
    part = []
    for n, k in zip(x.shape, w.shape, strict=True):
        whole = slice(min(n, k) - 1, max(n, k))
        same = slice((k - 1) // 2, (k - 1) // 2 + n)
        part.append({"full": slice(None), "same": same, "valid": whole}[mode])
    return full[tuple(part)]


FLOATS = ["float64", "float32", "float16", "complex128", "complex64"]


def with_holes(choose, shape, dtype):
    """Draw small whole numbers, whose sums are exact, and NaN and infinities among them."""
    rng = np.random.default_rng(choose(st.integers(0, 2**32)))
    share = choose(st.sampled_from([0, 0.1, 0.5, 1]))
    parts = []
    for _ in range(2 if dtype.startswith("complex") else 1):
        odd = rng.choice([np.nan, np.inf, -np.inf], shape)
        parts.append(np.where(rng.random(shape) < share, odd, rng.integers(-3, 4, shape)))
    values = np.empty(shape, dtype)
    values.real[...] = parts[0]
    if len(parts) == 2:
        values.imag[...] = parts[1]
    return values


@pytest.mark.parametrize("name", PAIRS)
@given(st.data())
def test_a_sample_is_the_sum_of_what_it_meets(name, data):
    """NaN and infinity anywhere, in any part of either argument: nothing else is spoilt."""
    mode, dtype = data.draw(st.sampled_from(MODES)), data.draw(st.sampled_from(FLOATS))
    shape, kernel_shape = data.draw(shapes(mode, largest=4))
    x, w = (with_holes(data.draw, size, dtype) for size in (shape, kernel_shape))
    originals = x.copy(), w.copy()
    with np.errstate(all="ignore"):
        working = "float32" if dtype == "float16" else dtype
        expected = by_definition(name, x.astype(working), w.astype(working), mode).astype(dtype)
    with np.errstate(all="raise"):
        y = getattr(ck, name)(x, w, mode)
    compare(name, y, expected, (x, w), originals)
    np.testing.assert_array_equal(y.real, expected.real)
    np.testing.assert_array_equal(y.imag, expected.imag)


def test_nan_and_infinity_by_hand():
    nan, inf = np.nan, np.inf
    np.testing.assert_array_equal(ck.convolve([1.0, 2, 3], [nan, 1.0]), [nan, nan, nan, 3])
    np.testing.assert_array_equal(ck.correlate([1.0, 2, 3], [inf, 1.0]), [1, inf, inf, inf])
    np.testing.assert_array_equal(ck.correlate([1.0, nan], [1.0, 2, 3]), [3, nan, nan, nan])
    np.testing.assert_array_equal(ck.correlate([1e308, 1e308], [1, 1]), [1e308, inf, 1e308])
    np.testing.assert_array_equal(ck.correlate([1e200 + 1j], [1e200]), [complex(inf, 1e200)])


@pytest.mark.parametrize("size", [(400, 30), (30, 400), (20_000, 3000), (3000, 20_000)])
@pytest.mark.parametrize("of_kernel", [False, True])
def test_a_nan_spoils_as_many_samples_as_the_other_array_has(size, of_kernel):
    rng = np.random.default_rng(6)
    arrays = [rng.normal(size=n) for n in size]
    arrays[of_kernel][11] = 0
    expected = scipy.signal.correlate(*arrays, method="fft")
    arrays[of_kernel][11] = np.nan
    y = ck.correlate(*arrays)
    start = size[1] - 12 if of_kernel else 11
    assert np.flatnonzero(np.isnan(y)).tolist() == [*range(start, start + size[not of_kernel])]
    ck.testing.assert_agree(y[np.isfinite(y)], expected[np.isfinite(y)])


@pytest.mark.parametrize("swapped", [False, True])
def test_half_precision_is_rounded_once(swapped):
    x, w = np.array([30000, 30016, -60000], "f2"), np.ones(3, "f2")
    y = ck.correlate(*((w, x) if swapped else (x, w)))
    assert y.dtype == np.float16
    assert y[2] == 16
    longer, spoilt = np.array([*x, 0, 0, 0], "f2"), np.array([np.nan, 1, 1, 1], "f2")
    assert ck.correlate(longer, spoilt)[2] == 16  # where the NaN meets nothing


# Shapes of which one is far larger than the other, on all axes or each on its own.
UNEQUAL = [
    ((200_000,), (3,)),
    ((30,), (200_000,)),
    ((10, 10), (1000, 1000)),
    ((600, 1), (1, 600)),
    ((1, 60, 60), (60, 1, 60)),
    ((3, 3, 3), (60, 60, 60)),
    ((1, 1, 2000), (15, 15, 1)),
]


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("mode", ["full", "same"])
@pytest.mark.parametrize("shapes", UNEQUAL, ids=str)
@pytest.mark.parametrize("spoilt", [False, True])
def test_memory_is_that_of_arguments_and_result(name, mode, shapes, spoilt):
    x, w = (np.ones(shape) for shape in shapes)
    if spoilt:
        x.flat[0] = w.flat[0] = np.inf
        if min(x.size, w.size) > 10_000:
            return  # too many taps to add up one by one
    y, peak = traced(lambda: getattr(ck, name)(x, w, mode))
    assert peak <= 10 * (x.nbytes + w.nbytes + y.nbytes) + 2**25


def test_what_cannot_be_held_is_refused_at_once():
    with pytest.raises(MemoryError, match="too large to hold"):
        ck.correlate(np.ones((2**24, 1)), np.ones((1, 2**24)))


def test_modes_are_numpys_where_numpy_has_them():
    x, w = [1, 2, 3, 4, 5], [1, 0, -2]
    for mode in MODES:
        np.testing.assert_array_equal(ck.convolve(x, w, mode), np.convolve(x, w, mode))
        np.testing.assert_array_equal(ck.correlate(x, w, mode), np.correlate(x, w, mode))


@pytest.mark.parametrize("mode", MODES)
def test_lags_are_those_of_correlate_and_of_scipy(mode):
    for n, m in itertools.product(range(1, 13), repeat=2):
        lags = ck.correlation_lags(n, m, mode)
        assert lags.dtype == int
        # The sample at lag i is x[i] where the kernel is an impulse at its first sample.
        x, impulse = np.arange(1, n + 1), np.eye(1, m, dtype=int)[0]
        y = ck.correlate(x, impulse, mode)
        assert y.tolist() == [x[i] if 0 <= i < n else 0 for i in lags]
        assert np.array_equal(y, scipy.signal.correlate(x, impulse, mode))
        if mode != "same" or n % 2 == 0 or m % 2 == 1:  # SciPy's own disagree there
            assert np.array_equal(lags, scipy.signal.correlation_lags(n, m, mode))


@given(st.integers(1, 200), st.integers(1, 200), st.sampled_from(MODES), st.data())
def test_the_sample_at_a_lag_is_the_sum_of_its_definition(n, m, mode, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x, w = rng.integers(-9, 9, n), rng.integers(-9, 9, m)
    lags, y = ck.correlation_lags(np.int16(n), np.uint8(m), mode), ck.correlate(x, w, mode)
    assert len(lags) == len(y)
    at = data.draw(st.integers(0, len(y) - 1))
    pairs = ((lags[at] + j, j) for j in range(m))
    assert y[at] == sum(x[i] * w[j] for i, j in pairs if 0 <= i < n)


def test_a_shifted_signal_is_found_at_its_lag():
    w = np.array([1.0, -2, 3, 1])
    for shift in range(6):
        x = np.concatenate([np.zeros(shift), w, np.zeros(5 - shift)])
        assert ck.correlation_lags(9, 4)[ck.correlate(x, w).argmax()] == shift


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 3), "n is 0; it must be at least 1"),
        ((3, 2.0), "m holds 2.0, a float; it must be an int"),
        ((3, 3, "centre"), "mode is 'centre'; it must be one of full, same, valid"),
    ],
)
def test_correlation_lags_rejects_by_name(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ck.correlation_lags(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [[1]]), r"kernel has shape \(1, 1\); it needs as many axes as signal"),
        ((1, 2), r"kernel has shape \(\)"),
        ((np.ones((1,) * 40), np.ones((1,) * 41)), r"1, \.\.\.\); it needs as many axes as signal"),
        (([], [1]), r"signal \(0,\) and kernel \(1,\) must each hold at least one value"),
        (([1], [1], "centre"), "mode is 'centre'; it must be one of full, same, valid"),
        ((np.ones((2, 5)), np.ones((3, 4)), "valid"), "for mode='valid' one must be at least"),
        ((["a"], [1]), "signal has dtype <U1"),
    ],
)
def test_correlate_and_convolve_reject_by_name(arguments, message):
    for function in (ck.correlate, ck.convolve):
        with pytest.raises((ValueError, TypeError), match=message):
            function(*arguments)


REAL = ["float64", "float32", "int64", "uint8"]

# An error of a coefficient counts beside 1, however small it is: 2 is added before comparing.


def numpys_pearson(x, y):
    """NumPy's coefficient of the arrays over a power of two, so that no square vanishes.

    It is NaN where an array is constant; rounding may leave NumPy a spread.
    """
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan
    x, y = (np.ldexp(a.astype(float), -np.frexp(np.abs(a).max())[1]).ravel() for a in (x, y))
    with np.errstate(invalid="ignore"):
        return np.corrcoef(x, y)[0, 1]


@given(st.data())
def test_pearson_is_numpys(data):
    shape = data.draw(st.lists(st.integers(2, 6), min_size=1, max_size=3))
    x, y = (arrays(data.draw, shape, data.draw(st.booleans()), REAL) for _ in "xy")
    originals = x.copy(), y.copy()
    r, expected = ck.pearson(x, y), numpys_pearson(x, y)
    compare("pearson", np.array(r + 2), np.array(expected + 2), (x, y), originals)


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_pearson_ignores_offset_and_positive_scale(scale):
    g = np.array([1.0, -2.0, 0.5, 3.0])
    assert ck.pearson(g * scale, 2 * g + 5) == pytest.approx(1)
    assert ck.pearson(-g * scale, g) == pytest.approx(-1)
    assert np.isnan(ck.pearson(0 * g, g))


@pytest.mark.filterwarnings("error")
def test_pearson_is_a_cosine_and_nan_where_it_has_no_value():
    rng = np.random.default_rng(5)
    for v in rng.normal(size=(2000, 5)):
        assert abs(ck.pearson(v, 3 * v + 1)) <= 1
    assert ck.pearson([1e308, 1e308, 1.7e308], [1, 1, 2]) == pytest.approx(1)
    assert ck.pearson([1e-300, 2e-300, 4e-300], [1, 2, 4]) == pytest.approx(1)
    assert np.isnan(ck.pearson([1, np.inf, 2], [1, 2, 3]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1, 2, 3]), r"y has shape \(3,\); it must have that of x, \(2,\)"),
        (([1], [1]), "correlation needs at least two numbers"),
        (([1j, 2], [1, 2]), "x has dtype complex128; it must be real"),
    ],
)
def test_pearson_rejects_by_name(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ck.pearson(*arguments)


def window_by_window(signal, template):
    """Pearson's r of every window, one window at a time."""
    windows = sliding_window_view(signal, template.shape)
    r = np.empty(windows.shape[: signal.ndim])
    for i in np.ndindex(r.shape):
        r[i] = numpys_pearson(windows[i], template)
    return r


@given(st.data())
def test_normalized_correlate_is_numpys_pearson_per_window(data):
    sizes = st.tuples(st.integers(1, 4), st.integers(0, 5))
    axes = data.draw(st.lists(sizes, min_size=1, max_size=3).filter(lambda a: a != [(1, 0)]))
    signal = arrays(data.draw, [k + extra for k, extra in axes], False, REAL)
    template = arrays(data.draw, [k for k, _ in axes], False, REAL)
    assume(np.ptp(template) > 0)
    originals = signal.copy(), template.copy()
    r = ck.normalized_correlate(signal, template)
    expected = window_by_window(signal, template)
    compare("normalized_correlate", r + 2, expected + 2, (signal, template), originals)
    assert r.flags.c_contiguous


@pytest.mark.parametrize(
    ("size", "template_size"),
    [((60,), (9,)), ((60,), (40,)), ((12, 14), (3, 4)), ((5, 6, 7), (2, 3, 2))],
)
@pytest.mark.parametrize("offset", [0, 1e6])
def test_normalized_correlate_is_pearson_per_window(size, template_size, offset):
    rng = np.random.default_rng(3)
    signal, template = rng.normal(size=size) + offset, rng.normal(size=template_size)
    r = ck.normalized_correlate(signal, template)
    np.testing.assert_allclose(r, window_by_window(signal, template), atol=1e-9)


def test_windows_that_rounding_would_spoil_are_computed_on_their_own():
    """A large step beside faint structure: running sums lose the faint part."""
    rng = np.random.default_rng(4)
    signal = np.concatenate([rng.normal(size=30), 1e9 + rng.normal(size=30), np.full(9, 7.0)])
    template = rng.normal(size=5)
    r = ck.normalized_correlate(signal, template)
    np.testing.assert_allclose(r, window_by_window(signal, template), atol=1e-9)
    assert np.isnan(r[-5:]).all()
    assert not np.isnan(r[:-5]).any()


@pytest.mark.parametrize("large", [1e8, 1e20, 1e200, 1.7e308])
@pytest.mark.filterwarnings("error")
def test_a_large_value_does_not_spoil_the_windows_beside_it(large):
    signal, template = np.array([large, 0.1, 0.2, 0.4, 0.3, 0.7]), np.array([1.0, 2, 4])
    r = ck.normalized_correlate(signal, template)
    small = [ck.pearson(signal[i : i + 3], template) for i in range(1, 4)]
    np.testing.assert_allclose(r[1:], small, atol=1e-12)
    np.testing.assert_allclose(r[0], ck.pearson([1, 0, 0], template), atol=1e-7)


def test_a_mask_is_a_template():
    signal = np.array([0, 0, 1, 1, 0, 1]) > 0
    r = ck.normalized_correlate(signal, np.array([True, True, False]))
    assert r.argmax() == 2
    assert r[2] == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2, 3], [1, 2, 3, 4]), r"template has shape \(4,\); it needs the axes of signal"),
        (([1, 2, 3], [[1, 2]]), r"template has shape \(1, 2\)"),
        (([1, 2, 3], [5, 5]), r"template of shape \(2,\) is constant"),
        (([1, np.nan, 3], [1, 2]), "signal holds NaN or infinity"),
        (([1, 2, 3], [1, np.inf]), "template holds NaN or infinity"),
        (([1j, 2, 3], [1, 2]), "signal has dtype complex128"),
    ],
)
def test_normalized_correlate_rejects_by_name(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ck.normalized_correlate(*arguments)


def double(values):
    values = np.asarray(values)
    return values.astype(np.result_type(values, np.float64))


def outer(factors):
    """Return the outer product, in double precision."""
    return functools.reduce(np.multiply.outer, [double(f) for f in factors])


def missed(kernel, factors):
    return np.linalg.norm(kernel - outer(factors)) / np.linalg.norm(kernel)


KERNELS = ["float64", "float32", "float16", "complex128", "complex64", "int64", "uint8"]


def drawn_kernel(choose, max_axes):
    """Draw a kernel with some value in it."""
    shape = choose(st.lists(st.integers(1, 5), min_size=1, max_size=max_axes))
    kernel = arrays(choose, shape, False, KERNELS)
    assume(kernel.any())
    return kernel


@given(st.data())
def test_the_factors_are_the_closest_and_the_miss_is_what_they_miss(data):
    kernel = drawn_kernel(data.draw, 3)
    original = kernel.copy()
    with np.errstate(all="raise"):
        factors, miss = ck.separable(kernel)
    np.testing.assert_array_equal(kernel, original)
    dtype = kernel.dtype if kernel.dtype.kind in "fc" else np.float64
    assert [(f.shape, f.dtype) for f in factors] == [((k,), dtype) for k in kernel.shape]
    assert isinstance(miss, float)
    wide = double(kernel)
    assert miss == pytest.approx(missed(wide, factors), abs=1e-12)
    rounding = 10 * float(np.finfo(dtype).eps)
    if kernel.ndim == 1:
        assert miss <= rounding
    if kernel.ndim == 2:  # Eckart and Young: what is left are the other singular values
        others = np.linalg.svd(wide, compute_uv=False)[1:]
        assert miss == pytest.approx(np.linalg.norm(others) / np.linalg.norm(wide), abs=rounding)
    for axis in range(kernel.ndim):  # no other factor is better beside the rest
        rest = outer([f for i, f in enumerate(factors) if i != axis] or [np.ones(1)]).ravel()
        rows = np.moveaxis(wide, axis, 0).reshape(len(factors[axis]), -1)
        best = rows @ rest.conj() / np.linalg.norm(rest) ** 2
        left = np.linalg.norm(rows - np.outer(best, rest)) / np.linalg.norm(wide)
        assert miss <= left + rounding


@given(st.data())
def test_a_separable_kernel_is_split_exactly(data):
    dtype = data.draw(st.sampled_from(["float64", "complex128", "int64"]))
    axes = data.draw(st.integers(1, 4))
    parts = [
        arrays(data.draw, (data.draw(st.integers(1, 5)),), False, [dtype]) for _ in range(axes)
    ]
    kernel = functools.reduce(np.multiply.outer, parts)
    factors, miss = ck.separable(kernel)
    assert miss <= 1e-14
    np.testing.assert_allclose(outer(factors), kernel, rtol=0, atol=2e-14 * np.abs(kernel).max())
    if kernel.any():
        for factor in factors[1:]:
            assert np.abs(factor).max() == pytest.approx(1, abs=1e-6)
            assert factor[np.argmax(np.abs(factor) > 1 - 2e-6)] == pytest.approx(1)


@pytest.mark.parametrize(
    "factors",
    [
        ([1, 2, 1], [1, 0, -1]),  # Sobel
        ([-1, 0, 1], [0.5, 1, 0.5]),
        ([2, 8, 12, 8, 2], [1 / 6, 2 / 3, 1, 2 / 3, 1 / 6]),  # binomial
        ([3, 3, 3], [1, 1, 1]),
        ([0, 0, 5], [0, 1]),
        ([2, 1], [1, -1, 1], [0.25, 1]),
        ([1j, 2], [1, 1j]),
    ],
)
def test_factors_have_the_stated_form(factors):
    kernel = outer(factors)
    for sign in (1, -1):
        found, miss = ck.separable(sign * kernel)
        assert miss <= 1e-14
        for factor, expected in zip(
            found, (sign * np.array(factors[0]), *factors[1:]), strict=True
        ):
            np.testing.assert_allclose(factor, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e307])
def test_a_kernel_may_be_large_or_small(scale):
    kernel = np.array([[1.0, 2, 1], [2, 4, 3]])
    (first, second), miss = ck.separable(kernel)
    (scaled_first, scaled_second), scaled_miss = ck.separable(kernel * scale)
    np.testing.assert_allclose(scaled_first / scale, first, rtol=1e-12)
    np.testing.assert_allclose(scaled_second, second, rtol=1e-12)
    assert scaled_miss == pytest.approx(miss)


def test_a_kernel_of_zeros_misses_nothing():
    (first, second), miss = ck.separable(np.zeros((2, 3), "f4"))
    assert (first.tolist(), second.tolist(), miss) == ([0, 0], [0, 0, 0], 0)
    assert first.dtype == second.dtype == np.float32


def test_one_axis_after_the_other_is_the_whole_kernel():
    rng = np.random.default_rng(2)
    x, kernel = rng.normal(size=(9, 8, 7)), outer([[1, 2, 1], [1, 0, -1], [1, 3]])
    factors, _ = ck.separable(kernel)
    y = x
    for axis, factor in enumerate(factors):
        y = ck.convolve(y, factor.reshape([-1 if i == axis else 1 for i in range(3)]))
    ck.testing.assert_agree(y, ck.convolve(x, kernel))


def test_equal_singular_values_still_give_a_closest_product():
    factors, miss = ck.separable(np.eye(3))
    assert miss == pytest.approx(np.sqrt(2 / 3))
    assert missed(np.eye(3), factors) == pytest.approx(miss)


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        (3.0, r"kernel has shape \(\); it needs an axis, and a value"),
        (np.ones((2, 0)), r"kernel has shape \(2, 0\)"),
        ([[1, np.inf]], "kernel holds NaN or infinity; every value must be finite"),
        ([["a"]], "kernel has dtype <U1"),
    ],
)
def test_separable_rejects_by_name(kernel, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ck.separable(kernel)


@pytest.mark.parametrize(
    "values", [[1e-200, 2e-200, 5e-200, 3e-200], [1e308, -1e308, 1e300, 5e-324]]
)
def test_all_is_silent_where_numpy_raises(values):
    x = np.array(values)
    with np.errstate(all="raise"):
        for mode in MODES:
            ck.correlate(x, x, mode)
            ck.convolve(x[:2], x, mode)
        ck.pearson(x, x[::-1])
        ck.pearson(x, 0 * x)
        ck.normalized_correlate(x, x[:2])
        ck.separable([x, x[::-1]])
        ck.correlate(np.array([6e4, 6e4], "f2"), np.array([6e4, 1e-7], "f2"))
