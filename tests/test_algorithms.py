"""The parts of the algorithms that have a meaning of their own."""

from typing import get_args

import numpy as np
import pytest
import scipy.linalg
from agreement import traced

import convkit as ck
from convkit.algorithms import METHODS, Method, cost, fft, im2col, precision, winograd
from convkit.algorithms.products import SMALL, product
from convkit.arguments import silently
from convkit.patches import blocks


def test_the_matrix_of_true_convolution_is_scipys():
    kernel = np.array([1.0, 2.0, 3.0])
    flipped = kernel[::-1].reshape(1, 1, 3)
    full = ck.conv_matrix(flipped, (1, 5), padding=2).toarray()
    np.testing.assert_array_equal(full, scipy.linalg.convolution_matrix(kernel, 5))


def test_zero_padding_stores_nothing_and_circular_padding_wraps():
    w = np.array([[[2, -1, 3]]])
    counts = {
        options: ck.conv_matrix(w, (1, 6), padding=p, padding_mode=mode).nnz
        for options, (p, mode) in {
            "valid": (0, "zeros"),
            "same": (1, "zeros"),
            "full": (2, "zeros"),
            "circular": (1, "circular"),
        }.items()
    }
    assert ck.conv_matrix(w, (1, 6)).indices.dtype == np.int32
    assert counts == {"valid": 12, "same": 16, "full": 18, "circular": 18}
    circulant = ck.conv_matrix(w, (1, 6), padding=1, padding_mode="circular").toarray()
    np.testing.assert_array_equal(circulant, scipy.linalg.circulant([-1, 2, 0, 0, 0, 3]))


def test_dilation_inserts_zeros_between_taps():
    w = np.array([[[1, 2, 3]]])
    kernel = fft.turn_round(w, (3,))
    np.testing.assert_array_equal(kernel, np.reshape([3, 0, 0, 2, 0, 0, 1], (7, 1, 1)))


@pytest.mark.parametrize("method", METHODS)
def test_every_algorithm_has_the_same_narrow_door(method):
    x, w = np.arange(10).reshape(1, 2, 5), np.array([[[1, 1], [0, 0]], [[0, 0], [1, 2]]])
    y = METHODS[method](x, w, (1,), (1,), 1)
    np.testing.assert_array_equal(y, [[[1, 3, 5, 7], [17, 20, 23, 26]]])


def test_the_type_of_a_method_names_all_methods():
    assert get_args(Method) == ("auto", *METHODS)


class Counted:
    """A number that counts the multiplications it takes part in."""

    count = 0

    def __init__(self, value):
        self.value = value

    def __mul__(self, other):
        Counted.count += 1
        return Counted(self.value * other.value)

    def __add__(self, other):
        return Counted(self.value + getattr(other, "value", other))

    __radd__ = __add__


@pytest.mark.parametrize("method", ["naive", "im2col"])
def test_direct_methods_multiply_as_often_as_they_say(method):
    x = np.vectorize(Counted, otypes=[object])(np.ones((2, 4, 7, 6)))
    w = np.vectorize(Counted, otypes=[object])(np.ones((6, 2, 3, 2)))
    Counted.count = 0
    y = METHODS[method](x, w, (2, 1), (1, 2), 2)
    assert Counted.count == 2 * 6 * (4 // 2) * (3 * 4) * (3 * 2)
    assert {entry.value for entry in y.ravel()} == {2 * 3 * 2}


def test_the_matrix_stores_an_entry_for_each_multiplication_of_an_example():
    assert ck.conv_matrix(np.ones((6, 2, 3, 2)), (4, 7, 6), groups=2).nnz == 6 * 2 * (5 * 5) * (
        3 * 2
    )


@pytest.mark.parametrize("block", [1, 300, 900, 10**9])  # a line, three, two examples, all
def test_blocks_of_im2col_do_not_show(block, monkeypatch):
    x, w = np.arange(7 * 2 * 6 * 3.0).reshape(7, 2, 6, 3), np.arange(6.0).reshape(1, 2, 3, 1)
    expected = METHODS["naive"](x, w, (1, 2), (1, 1), 1)
    monkeypatch.setattr(im2col, "BLOCK", block)
    unwritten = np.nan  # fresh memory may hold the right numbers from before
    monkeypatch.setattr(np, "empty", lambda shape, dtype: np.full(shape, unwritten, dtype))
    np.testing.assert_allclose(im2col.correlate(x, w, (1, 2), (1, 1), 1), expected, rtol=1e-12)


@pytest.mark.parametrize("counts", [(3,), (1, 50), (7, 1, 9), (2, 5, 4, 3), (0, 4), (2, 100, 1)])
@pytest.mark.parametrize("room", [1, 2, 7, 30, 10**6])
def test_blocks_hold_every_place_once_and_no_more_than_fit(counts, room):
    seen = np.zeros(counts, int)
    for block in blocks(counts, room):
        seen[block] += 1
        assert 1 <= seen[block].size <= room
    assert (seen == 1).all()


@pytest.mark.parametrize(
    ("method", "size", "channels", "taps"),
    [
        ("im2col", (300, 300), 1, (5, 5)),
        ("im2col", (200_000,), 8, (9,)),  # one long line
        ("im2col", (4, 50_000), 8, (3, 3)),
        ("im2col", (3, 3, 40_000), 4, (2, 2, 2)),
        ("winograd", (300, 300), 4, (3, 3)),
        ("winograd", (200_000,), 4, (5,)),
        ("winograd", (3, 60_000), 4, (3, 3)),
        ("winograd", (4, 4, 9_000), 2, (2, 2, 2)),
    ],
)
def test_one_block_at_a_time_is_held_whatever_the_shape(method, size, channels, taps):
    x, w = np.ones((1, channels, *size)), np.ones((4, channels, *taps))
    ones = (1,) * len(size)
    METHODS[method](x[..., :99], w, ones, ones, 1)  # what is made once is made
    y, peak = traced(lambda: METHODS[method](x, w, ones, ones, 1))
    largest = np.abs(y).nbytes if method == "winograd" else 0  # to find the largest output
    assert 0.4 * im2col.BLOCK < peak - y.nbytes < max(1.3 * im2col.BLOCK, 1.05 * largest)


@pytest.mark.parametrize("tile", [(3, 4), (4, 4), (5, 9), (11, 12), (16, 16)])
@pytest.mark.parametrize("stride", [1, 2])
def test_tiles_of_the_fft_lie_edge_to_edge(tile, stride, monkeypatch):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 4, 11, 12)), rng.standard_normal((6, 2, 3, 2))
    expected = METHODS["naive"](x, w, (stride, 1), (1, 2), 2)
    monkeypatch.setattr(cost, "fft", lambda *sizes: (0.0, tile))
    y, error = fft.correlate_spectra(x, w, (stride, 1), (1, 2), 2)
    assert np.abs(y - expected).max() < error < 1e-12
    np.testing.assert_allclose(y, expected, atol=1e-13)


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_single_precision_spectra_err_less_than_they_say(dtype):
    rng = np.random.default_rng(0)
    for kernel, channels in [(2, 1), (30, 1), (30, 40), (300, 3)]:
        x = rng.standard_normal((2, channels, 700)).astype(dtype)
        w = rng.standard_normal((2, channels, kernel)).astype(dtype)
        y, error = fft.correlate_spectra(x, w, (1,), (1,), 1)
        exact, _ = fft.correlate_spectra(x + 0.0j, w + 0.0j, (1,), (1,), 1)
        assert y.dtype == dtype
        assert np.abs(y - exact).max() < error < 1e-4 * np.abs(y).max()


@pytest.mark.parametrize(
    ("x", "passes"),
    [
        (np.ones(64), ["float32"]),
        (np.r_[1e6, np.ones(63)] * np.r_[0, np.ones(63)], ["float32"]),
        (1e-3 + np.tile([1e3, -1e3], 32), ["float32", "float64"]),  # an output of one in 10^8
        (np.tile([1e12, -1e12], 32), ["float32", "float64", "im2col"]),  # nothing is left
        (1e12 + np.tile([1e12, -1e12], 32), ["float32"]),  # but the level
        (1e-25 * np.arange(64), ["float32", "float64"]),  # squares that underflow
        (1e-22 * np.arange(64), ["float32", "float64"]),  # squares that begin to
        (np.zeros(64), ["float32"]),
        (np.r_[np.nan, np.ones(63)], ["float32", "float64", "im2col"]),
    ],
)
def test_fft_takes_the_precision_that_suffices(x, passes, monkeypatch):
    x, w = x.astype("f4")[None, None], np.ones((1, 1, 2), "f4")
    expected = METHODS["naive"](x, w, (1,), (1,), 1)
    taken = []

    def record(function, name):
        def recorded(x, *rest):
            taken.append(name or str(x.dtype))
            return function(x, *rest)

        return recorded

    monkeypatch.setattr(fft, "correlate_spectra", record(fft.correlate_spectra, None))
    monkeypatch.setattr(im2col, "correlate", record(im2col.correlate, "im2col"))
    ck.testing.assert_agree(fft.correlate(x, w, (1,), (1,), 1), expected)
    assert taken == passes


@pytest.mark.parametrize("offset", [0, 1e1, 1e3, 1e5])
@pytest.mark.parametrize("channels", [1, 30])
def test_fft_in_single_precision_holds_its_promise_where_outputs_cancel(offset, channels):
    rng = np.random.default_rng(0)
    x = (rng.standard_normal((1, channels, 90, 90)) + offset).astype("f4")
    w = rng.standard_normal((2, channels, 9, 9))
    w = (w - w.mean(axis=(1, 2, 3), keepdims=True)).astype("f4")
    exact = im2col.correlate(x.astype("f8"), w.astype("f8"), (1, 1), (1, 1), 1)
    y = fft.correlate(x, w, (1, 1), (1, 1), 1)
    assert np.abs(y - exact).max() < 1e-4 * np.abs(exact).max()


@pytest.mark.parametrize("taps", [2, 3, 4, 5])
def test_winograds_matrices_correlate_a_tile(taps):
    a, b, g = winograd.matrices(taps, np.dtype(float))
    inputs = winograd.TILE + taps - 1
    assert (a.shape, b.shape, g.shape) == ((4, inputs), (inputs, inputs), (inputs, taps))
    for j, i in np.ndindex(taps, inputs):
        y = a @ (g[:, j] * b[:, i])  # of a kernel and a tile with a single one in it
        np.testing.assert_allclose(y, np.arange(4) == i - j, atol=1e-13)
    assert (b * 8 == np.rint(b * 8)).all()  # exact in any precision


@pytest.mark.parametrize("block", [1, 2000, 20_000, 10**9])
@pytest.mark.parametrize("size", [(17,), (9, 14), (6, 5, 9)])
def test_blocks_of_winograd_do_not_show(size, block, monkeypatch):
    rng, ones = np.random.default_rng(0), (1,) * len(size)
    x, w = rng.standard_normal((3, 2, *size)), rng.standard_normal((5, 2, *(3, 2, 4)[: len(size)]))
    monkeypatch.setattr(im2col, "BLOCK", block)
    y, error = winograd.correlate_tiles(x, w)
    expected = METHODS["naive"](x, w, ones, ones, 1)
    assert np.abs(y - expected).max() <= error < 1e-11


def breaking(kind, rng, shape):
    """Data of which single precision, or the transforms, make as much trouble as they can."""
    noise = rng.standard_normal(shape)
    signs = (-1.0) ** np.arange(shape[-1])
    huge = noise.copy()
    huge[..., shape[-1] // 2] = 1e6
    return {
        "noise": noise,
        "level 100": noise + 100,
        "level 10000": noise + 1e4,
        "constant": np.full(shape, np.pi) * 1e3,
        "alternating": noise + 1e4 * signs,
        "one huge": huge,
        "growing": noise * np.logspace(-6, 6, shape[-1]),
        "tiny": noise * 1e-30,
        "channels alike": np.broadcast_to(noise[:, :1], shape) + 30,
    }[kind]


KINDS = [
    *["noise", "level 100", "level 10000", "constant", "alternating", "one huge", "growing"],
    *["tiny", "channels alike"],
]


@pytest.mark.parametrize("of_x", KINDS)
@pytest.mark.parametrize("of_w", ["noise", "no sum", "one huge", "tiny"])
@pytest.mark.parametrize(
    ("taps", "dtype"), [((5,), "float32"), ((3, 3), "float32"), ((2, 5), "complex64")]
)
def test_winograd_keeps_its_promise_on_data_made_to_break_it(of_x, of_w, taps, dtype):
    rng, ones = np.random.default_rng(0), (1,) * len(taps)
    x = breaking(of_x, rng, (1, 40, *(21, 26)[: len(taps)])).astype(dtype)
    w = breaking("noise" if of_w == "no sum" else of_w, rng, (6, 40, *taps))
    if of_w == "no sum":  # what a level gives is rounding
        w -= w.mean(axis=tuple(range(1, w.ndim)), keepdims=True)
    w = w.astype(dtype)
    y = winograd.correlate(x, w, ones, ones, 1)
    double = np.result_type(dtype, "f8")
    exact = im2col.correlate(x.astype(double), w.astype(double), ones, ones, 1)
    assert y.dtype == dtype
    allowed = 1e-4 * np.abs(exact).max() + 1e3 * np.finfo("f4").smallest_subnormal
    assert np.abs(y - exact).max() <= allowed


@pytest.mark.parametrize(
    ("x", "passes"),
    [
        (np.ones(64), ["float32"]),
        (np.zeros(64), ["float32"]),
        (1e-2 + np.tile([1e3, -1e3], 32), ["float32", "float64"]),
        (np.tile([1e12, -1e12, 3e-5], 21), ["float32", "float64", "im2col"]),
        (np.r_[np.nan, np.ones(63)], ["float32", "float64", "im2col"]),
        (np.r_[np.ones(63), -np.inf], ["float32", "float64", "im2col"]),
    ],
)
@silently
def test_winograd_takes_the_precision_that_suffices(x, passes, monkeypatch):
    taps = 3 if len(x) % 3 == 0 else 2  # as long as the period
    x, w = x.astype("f4")[None, None], np.ones((1, 1, taps), "f4") / 3
    taken = []

    def record(function, name):
        def recorded(x, *rest):
            taken.append(name or str(x.dtype))
            return function(x, *rest)

        return recorded

    monkeypatch.setattr(winograd, "correlate_tiles", record(winograd.correlate_tiles, None))
    monkeypatch.setattr(im2col, "correlate", record(im2col.correlate, "im2col"))
    y = winograd.correlate(x, w, (1,), (1,), 1)
    exact = METHODS["naive"](x.astype(float), w.astype(float), (1,), (1,), 1)
    smallest = 1e-15 * np.abs(x[np.isfinite(x)]).max()
    np.testing.assert_allclose(y, exact, rtol=1e-4, atol=smallest)
    assert taken == passes


@silently
def test_a_check_that_overflows_is_no_check():
    x, w = np.ones((1, 1, 9), "f4"), np.full((64, 1, 2), 1e38, "f4")
    y, error = winograd.correlate_tiles(x, w)
    assert np.isfinite(y).all()
    assert not np.isfinite(error)
    np.testing.assert_allclose(winograd.correlate(x, w, (1,), (1,), 1), 2e38, rtol=1e-6)


@pytest.mark.parametrize("taps", [2, 5])
@pytest.mark.parametrize("channels", [1, 23, 300])
def test_integers_are_exact_only_where_the_worst_roundings_are_small(taps, channels):
    a, b, g = (np.abs(matrix) for matrix in winograd.matrices(taps, np.dtype(float)))
    accepted = []
    for power in range(2, 30):
        x, w = np.full((1, channels, 9), 2**power), np.full((1, channels, taps), -(2**power))
        products = channels * (g @ np.abs(w[0, 0])) * (b @ x[0, 0, : len(b)])
        if winograd.is_exact(x, w):
            accepted.append(power)
            assert np.finfo(float).eps * channels * (a @ products).max() < 0.5
    assert max(accepted) > 12
    assert max(accepted) < 29


@pytest.mark.parametrize("filters", [1, 2, 3, 64, 65, 200])
def test_random_sums_notice_an_error_in_any_filter(filters):
    rng = np.random.default_rng(1)
    x, w = rng.standard_normal((1, 3, 6, 7)), rng.standard_normal((filters, 3, 2, 3))
    y = im2col.correlate(x, w, (1, 1), (1, 1), 1)
    weights, sums = precision.random_sums(w)
    assert precision.deviation(x, y, weights, sums) < 1e-12
    for first, second in [(0, 0), (filters - 1, filters // 2), (0, filters // 3)]:
        wrong = y.copy()
        wrong[0, first, 4, 4] += 1e-3
        wrong[0, second, 4, 4] += 1e-3
        assert precision.deviation(x, wrong, weights, sums) >= np.abs(wrong - y).max()


def test_a_large_product_is_left_whole():
    rows, columns = np.arange(6400.0).reshape(80, 80), np.arange(2400.0).reshape(80, 30)
    np.testing.assert_array_equal(product(rows, columns), rows @ columns)


@pytest.mark.parametrize("shape", [(1, 5, 3, 700), (40, 16, 9, 2000), (60, 60, 1, 900)])
@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_pieces_of_a_product_do_not_show(shape, dtype, monkeypatch):
    filters, taps, batch, places = shape
    rng = np.random.default_rng(0)
    rows = rng.integers(-9, 9, (filters, taps)).astype(dtype)
    columns = rng.integers(-9, 9, (batch, taps, places)).astype(dtype)
    expected, sizes = rows @ columns, []
    matmul = np.matmul

    def measured(rows, columns, out):
        sizes.append(rows.shape[-2] * rows.shape[-1] * columns.shape[-1])
        return matmul(rows, columns, out=out)

    monkeypatch.setattr(np, "matmul", measured)
    np.testing.assert_array_equal(product(rows, columns), expected)
    assert max(sizes) <= SMALL


def test_the_fft_takes_the_tile_that_is_estimated_best():
    x, w, single = (4, 1, 65_536), (1, 1, 1025), np.dtype("f4")
    least, tile = cost.fft(x, w, (1,), single)
    sizes = {cost.tile_size(x[2:], w[2:], scale, single) for scale in cost.TILES}
    estimates = {size: cost.fft_in_tiles(x, w, w[2:], size, single) for size in sizes}
    assert least == min(estimates.values()) < max(estimates.values())
    assert estimates[tile] <= 1.05 * least


def test_the_estimates_grow_with_what_they_count():
    single = np.dtype("f4")

    def direct(x, w, stride=1, dtype=single):
        return cost.im2col(x, w, (stride,) * (len(x) - 2), (1,) * (len(x) - 2), dtype)

    def spectral(x, w, dtype=single):
        return cost.fft(x, w, (1,) * (len(x) - 2), dtype)[0]

    layer = (8, 64, 56, 56), (64, 64, 3, 3)
    larger = (8, 64, 56, 56), (64, 64, 9, 9)
    assert 6 < direct(*larger) / direct(*layer) < 9
    assert spectral(*larger) < 1.5 * spectral(*layer)
    assert direct(*layer, dtype=np.dtype("f8")) > 1.8 * direct(*layer)
    assert direct(*layer, dtype=np.dtype("i4")) > 10 * direct(*layer)
    assert spectral(*larger, dtype=np.dtype("c8")) > 1.9 * spectral(*larger)
    assert cost.winograd(*layer, np.dtype("f8")) > 1.9 * cost.winograd(*layer, single)
    assert cost.winograd(*layer, np.dtype("c8")) > 1.9 * cost.winograd(*layer, single)
    wider = (2, 400, 60, 60), (64, 400, 5, 5)  # too much for single precision
    assert cost.winograd(*wider, single) > 1.4 * cost.winograd(*wider, np.dtype("f8"))
    deeper = (8, 512, 56, 56), (512, 512, 3, 3)
    assert cost.winograd(*deeper, single) < direct(*deeper)
    small = (1, 512, 6, 6), (512, 512, 3, 3)  # kernels without end for one tile
    assert cost.winograd(*small, single) > 5 * direct(*small)
    assert 15 < cost.winograd(*deeper, single) / cost.winograd(*layer, single) < 64
    kernels = (1, 512, 6, 6), (512, 512, 3, 3)  # as large as all the rest
    assert cost.winograd(*kernels, single) > direct(*kernels)
    assert cost.winograd((1, 64, 9, 9), (64, 64, 3, 3), single) > direct((1, 64, 9, 9), layer[1])
    assert (
        direct((8, 64, 56, 56), (64, 64, 1, 1))
        < direct((8, 64, 56, 56), (64, 64, 1, 1), stride=2) * 4
    )


@pytest.mark.parametrize(
    ("size", "kernel"), [((100,), (7,)), ((9, 300), (9, 2)), ((5, 6, 7), (1, 6, 3))]
)
@pytest.mark.parametrize("dilation", [1, 2])
def test_tiles_hold_the_kernel_and_are_not_much_larger_than_the_input(size, kernel, dilation):
    size = tuple(n * dilation for n in size)
    _, tile = cost.fft((1, 1, *size), (1, 1, *kernel), (dilation,) * len(size), np.dtype("f8"))
    spans = [dilation * (k - 1) + 1 for k in kernel]
    for t, k, n in zip(tile, spans, size, strict=True):
        assert k <= t <= 1.2 * n + 1
