"""What single-precision spectra promise: 1e-4 of the largest output, on data made to break it."""

import numpy as np
import pytest
from agreement import traced
from hypothesis import assume, given, note
from hypothesis import strategies as st

import convkit as ck
from convkit.algorithms import choose, fft, im2col

# Signals of n values whose rounding errors gather in few frequencies, few places, or both.
LINES = {
    "level": lambda j, n, q: np.ones(n),
    "alternating": lambda j, n, q: (-1.0) ** j,
    "sinusoid": lambda j, n, q: np.cos(2 * np.pi * (j % q) * (q // 3) / q + q),
    "first value": lambda j, n, q: (j == 0) * 1.0,
    "last value": lambda j, n, q: (j == n - 1) * 1.0,
    "comb": lambda j, n, q: (j % q == 0) * 1.0,
    "ramp": lambda j, n, q: j / n,
    "step": lambda j, n, q: np.sign(j - n / q),
    "chirp": lambda j, n, q: np.cos(np.pi * j * j / n),
    "uniform": lambda j, n, q: np.random.default_rng(n + q).random(n),
    "normal": lambda j, n, q: np.random.default_rng(n + q).standard_normal(n),
    "uniform, alternating": lambda j, n, q: np.random.default_rng(q).random(n) * (-1.0) ** j,
}


@st.composite
def breaking(draw, leading, size, dtype):
    """Draw an array (*leading, *size): lines along each axis, some changed, some scaled."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    array = np.full((*leading, *size), rng.uniform(0.5, 1))
    for axis, n in enumerate(size, len(leading)):
        kind, period = draw(st.sampled_from(sorted(LINES))), draw(st.sampled_from([2, 3, 5, 8, 16]))
        note(f"{kind} {period}")
        shape = [n if a == axis else 1 for a in range(array.ndim)]
        array = array * LINES[kind](np.arange(n), n, period).reshape(shape)
    single = (*leading, *(1 for _ in size))
    change = draw(st.sampled_from(["none", "signs", "noise", "offset", "huge value", "huge item"]))
    note(change)
    if change == "signs":
        array = array * rng.choice([-1, 1], single)
    elif change == "noise":
        array = array + 10 ** rng.uniform(-5, 0) * rng.standard_normal(array.shape)
    elif change == "offset":
        array = array + 10 ** rng.uniform(-2, 4)
    elif change == "huge value":
        array[*(rng.integers(n) for n in array.shape)] = 10 ** rng.uniform(1, 6)
    elif change == "huge item":
        array = array * np.where(np.indices(single)[0] == 0, 1e5, 1)
    if draw(st.booleans()):  # a level that is a small part of the norm
        array = array - array.mean() + draw(st.sampled_from([0, 0.08])) * rng.random() * array.std()
    if np.issubdtype(dtype, np.complexfloating):
        array = array * np.exp(1j * rng.uniform(0, 7, single))
    return array.astype(dtype)


@st.composite
def problems(draw):
    """Draw breaking input and weight: one or two axes, long or short, few or many channels."""
    axes, channels = draw(st.sampled_from([1, 1, 2])), draw(st.sampled_from([1, 1, 2, 30]))
    points = 2.0 ** draw(st.integers(8, 17 if channels < 3 else 13))
    n = int(points ** (1 / axes))
    kernel = tuple(
        max(int(n * draw(st.sampled_from([0.03, 0.2, 0.5, 0.9]))), 1) for _ in range(axes)
    )
    dtype = draw(st.sampled_from(["float32", "float32", "float32", "complex64"]))
    x = draw(breaking((draw(st.integers(1, 2)), channels), (n,) * axes, dtype))
    return x, draw(breaking((draw(st.integers(1, 3)), channels), kernel, dtype))


def certain(x, w):
    """Correlate in double precision; nothing is certain where even that cancels to nothing."""
    wide = np.result_type(x, np.float64)
    ones = (1,) * (x.ndim - 2)
    y, error = fft.correlate_spectra(x.astype(wide), w.astype(wide), ones, ones, 1)
    assume(error < 1e-6 * np.abs(y).max())
    return y


@given(problems())
def test_single_precision_holds_its_promise_on_breaking_data(problem):
    x, w = problem
    exact = certain(x, w)
    conv = {3: ck.conv1d, 4: ck.conv2d}[x.ndim]
    ones = (1,) * (x.ndim - 2)
    methods = ["fft", "auto"] if choose(x, w, ones, ones) == "fft" else ["fft"]
    for method in methods:
        y = conv(x, w, method=method)
        assert y.dtype == x.dtype
        assert np.abs(y - exact).max() <= 1e-4 * np.abs(exact).max()


@given(problems())
def test_the_bound_is_twice_the_error_or_more(problem):
    x, w = problem
    exact = certain(x, w)
    ones = (1,) * (x.ndim - 2)
    y, error = fft.correlate_spectra(x, w, ones, ones, 1)
    # A large output is rounded by more, in proportion to itself: that harms no promise.
    assert np.abs(y - exact).max() <= error / 2 + 1e-6 * np.abs(exact).max()


@pytest.mark.parametrize("taps", [100_000, 300_000])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.08, 0.5])
def test_a_level_meets_a_long_kernel_of_alternating_sign(taps, share):
    rng = np.random.default_rng(taps)
    w = rng.random(taps) * (-1.0) ** np.arange(taps)
    w = (w - w.mean() + share * np.linalg.norm(w) / taps).astype("f4")[None, None]
    x = np.full((1, 1, 3 * taps), 0.7, "f4")
    x[0, 0, -1] = 0.6  # or the sum of the weights would be all
    exact = ck.conv1d(x.astype("f8"), w.astype("f8"), method="fft")
    for method in ("fft", "auto"):
        y = ck.conv1d(x, w, method=method)
        assert np.abs(y - exact).max() <= 1e-4 * np.abs(exact).max()


@pytest.fixture
def taken(monkeypatch):
    """Record the precision of each pass through spectra, and each hand-over to im2col."""
    record, spectra, direct = [], fft.correlate_spectra, im2col.correlate

    def recorded_spectra(x, *rest):
        record.append(str(x.dtype))
        return spectra(x, *rest)

    def recorded_direct(x, *rest):
        record.append(f"im2col {x.dtype}")
        return direct(x, *rest)

    monkeypatch.setattr(fft, "correlate_spectra", recorded_spectra)
    monkeypatch.setattr(im2col, "correlate", recorded_direct)
    return record


@pytest.mark.parametrize(
    ("x_shape", "w_shape"),
    [
        ((1, 1, 512, 512), (1, 1, 31, 31)),
        ((1, 16, 128, 128), (16, 16, 15, 15)),
        ((1, 16, 128, 128), (16, 16, 31, 31)),
        ((4, 1, 65536), (1, 1, 1025)),
        ((1, 1, 1_000_000), (1, 1, 10_000)),
        ((1, 1, 1_000_000), (1, 1, 100_000)),
        ((1, 1, 900, 900), (1, 1, 300, 300)),
        ((1, 96, 50_000), (96, 1, 4000)),
    ],
)
@pytest.mark.parametrize("level", [0, 3])
def test_ordinary_data_take_single_precision(x_shape, w_shape, level, taken):
    rng = np.random.default_rng(1)
    x = (rng.standard_normal(x_shape) + level).astype("f4")  # 3: a photograph with its level
    w = rng.standard_normal(w_shape).astype("f4")
    ones = (1,) * (x.ndim - 2)
    assert choose(x, w, ones, ones) == "fft"
    fft.correlate(x, w, ones, ones, x.shape[1] // w.shape[1])
    assert taken == ["float32"]


def test_where_most_of_a_sum_cancels_it_is_done_directly_in_double_precision(taken):
    small = 1e-4 * np.random.default_rng(0).random(1000)
    x = np.stack([small, np.tile([2.0**24, -(2.0**24)], 500)]).astype("f4")[None]
    w = np.ones((1, 2, 140), "f4")  # an even number of taps: the second channel adds nothing
    exact = im2col.correlate(x[:, :1].astype("f8"), w[:, :1].astype("f8"), (1,), (1,), 1)
    taken.clear()
    y = fft.correlate(x, w, (1,), (1,), 1)
    assert taken == ["float32", "float64", "im2col float64"]
    assert np.abs(y - exact).max() <= 1e-4 * np.abs(exact).max()


@pytest.mark.parametrize("spoiled", [np.nan, np.inf])
def test_what_is_not_finite_is_summed_directly_as_it_is(spoiled, taken):
    x, w = np.ones((1, 1, 40), "f4"), np.ones((1, 1, 5), "f4")
    x[0, 0, 20] = spoiled
    y = ck.conv1d(x, w, method="fft")
    assert taken[-1] == "im2col float32"
    assert np.isfinite(y).sum() == 36 - 5


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "stride", "dilation"),
    [
        ((1, 1, 4, 90_000), (50, 1, 2, 2), (1, 1), (2, 89_000)),
        ((1, 2, 600, 600), (40, 2, 2, 2), (1, 1), (590, 550)),
        ((1, 1, 400_000), (1, 1, 3), (1,), (150_000,)),
        ((2, 3, 100_000), (64, 3, 5), (1,), (24_000,)),
        ((1, 1, 300_000), (64, 1, 900), (1000,), (1,)),
    ],
)
def test_memory_follows_input_and_output_where_stride_or_dilation_is_enormous(
    x_shape, w_shape, stride, dilation
):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal(x_shape).astype("f4"), rng.standard_normal(w_shape).astype("f4")
    y, peak = traced(lambda: fft.correlate(x, w, stride, dilation, 1))
    assert peak < 10 * (x.nbytes + w.nbytes + y.nbytes) + im2col.BLOCK
