"""correlate and convolve against SciPy; pearson and normalized_correlate against NumPy."""

import numpy as np
import pytest
import scipy.signal
from agreement import LAYOUTS, compare, draw
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
def pairs(choose):
    """Draw a signal, a kernel and a mode: of any sizes, but one in the other for "valid".

    Special values stand in the signal, and in the kernel where it meets no padding: SciPy's
    product of an infinite weight and a padded zero is a zero in 1-D and NaN in 2-D.
    """
    mode = choose(st.sampled_from(MODES))
    sizes = st.lists(st.integers(1, 6), min_size=1, max_size=3)
    first = choose(sizes)
    second = choose(st.lists(st.integers(1, 6), min_size=len(first), max_size=len(first)))
    if mode == "valid":
        second = [min(a, b) for a, b in zip(first, second, strict=True)]
        first, second = choose(st.permutations([first, second]))
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


def test_modes_are_numpys_where_numpy_has_them():
    x, w = [1, 2, 3, 4, 5], [1, 0, -2]
    for mode in MODES:
        np.testing.assert_array_equal(ck.convolve(x, w, mode), np.convolve(x, w, mode))
        np.testing.assert_array_equal(ck.correlate(x, w, mode), np.correlate(x, w, mode))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [[1]]), r"kernel has shape \(1, 1\); it needs as many axes as signal"),
        ((1, 2), r"kernel has shape \(\)"),
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
