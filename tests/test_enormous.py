"""Enormous padding, stride and dilation: memory goes by what is read and what comes out.

Sizes are drawn from 1 to a thousand million, arrays are small. Each call runs in an address space
that has a gigabyte to spare, its peak is measured, and its answer is compared with the definition,
written as loops over what the windows read.
"""

import itertools
import math
import resource
from contextlib import contextmanager

import numpy as np
import pytest
from agreement import traced
from hypothesis import assume, given
from hypothesis import strategies as st

import convkit as ck
from convkit.algorithms import METHODS
from convkit.padding import MODES

BLOCK = 4 * 2**20
SPARE = 2**30
MOST = 2000  # outputs, so that the loops end

HUGE = 2**31 - 1
DOT = np.ones((1, 1, 1, 1))

few = st.integers(1, 4)
any_size = st.one_of(few, st.integers(1, 1000), st.integers(10**3, 10**9))


@contextmanager
def little_memory():
    """Let no more than a gigabyte be allocated."""
    limits = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + SPARE, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


@pytest.fixture(scope="module", autouse=True)
def everything_loaded():
    """Load what is loaded when first used, before anything is measured."""
    for method in {*METHODS} - {"winograd"}:
        ck.conv1d(np.ones((1, 9)), np.ones((1, 1, 2)), method=method)
    ck.conv_matrix(np.ones((1, 1, 2)), (1, 9)) @ np.ones(9)


def measured(function, *arguments, **options):
    """Call a function; it must need at most ten times what goes in and comes out, and a block.

    What else allocates in this process, Hypothesis above all, does so once: the least of two calls
    counts.
    """
    peaks = []
    for _ in range(2):
        with little_memory():
            result, peak = traced(lambda: function(*arguments, **options))
            peaks.append(peak)
        arrays = [a for a in (*arguments, result) if isinstance(a, np.ndarray)]
        allowed = 10 * sum(a.nbytes for a in arrays) + 2 * BLOCK
        if peaks[-1] <= allowed:
            return result
    raise AssertionError(f"{min(peaks) / 2**20:.1f} MB for {allowed / 2**20:.1f} MB")


def source(t, n, mode):
    """The position of the value that stands at t, or None for a zero: walk there step by step."""
    if 0 <= t < n:
        return t
    if mode == "zeros":
        return None
    if mode == "replicate":
        return min(max(t, 0), n - 1)
    line = {"circular": range(n), "symmetric": [*range(n), *reversed(range(n))]}
    line["reflect"] = [*range(n), *range(n - 2, 0, -1)] or [0]
    return line[mode][t % len(line[mode])]


def read(x, at, mode):
    """The values of x (C, *S) at a position that may lie outside."""
    places = [source(t, n, mode) for t, n in zip(at, x.shape[1:], strict=True)]
    return np.zeros(len(x), x.dtype) if None in places else x[:, *places]


def defined(x, w, s, pairs, d, mode):
    """Correlate x (C, *S) with w (D, C, *K) by the formula: no padded x."""
    size = ck.output_size(x.shape[1:], w.shape[2:], s, pairs, d)
    y = np.zeros((len(w), *size))
    for i in np.ndindex(*size):
        for j in np.ndindex(*w.shape[2:]):
            at = [a * b + c * e - p for a, b, c, e, (p, _) in zip(s, i, d, j, pairs, strict=True)]
            y[:, *i] += w[:, :, *j] @ read(x, at, mode)
    return y


@st.composite
def problems(draw, axes=(1, 2), modes=MODES):
    """An input, a kernel and sizes, some enormous, that leave a moderate number of outputs."""
    axes = draw(st.sampled_from(axes))
    size, kernel = draw(st.tuples(*[few] * axes)), draw(st.tuples(*[few] * axes))
    mode = draw(st.sampled_from(modes))
    stride, dilation, pairs = [], [], []
    for n, k in zip(size, kernel, strict=True):
        s, d = draw(any_size), draw(any_size)
        limit = {"reflect": n - 1, "circular": n}.get(mode, 10**9)
        places = draw(st.integers(1, 5))
        fits = (places - 1) * s + d * (k - 1) + 1 - n  # the padding that gives so many
        before = draw(st.integers(0, min(max(fits, 0), limit)) | st.integers(0, min(9, limit)))
        after = min(max(fits - before, 0), limit)
        stride.append(s)
        dilation.append(d)
        pairs.append((before, after))
    try:
        outputs = ck.output_size(size, kernel, stride, pairs, dilation)
    except ValueError:
        assume(False)
    assume(math.prod(outputs) <= MOST)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    x = rng.integers(-3, 4, (draw(st.integers(1, 3)), *size)).astype(float)
    w = rng.integers(-3, 4, (draw(st.integers(1, 3)), len(x), *kernel)).astype(float)
    return x, w, tuple(stride), tuple(pairs), tuple(dilation), mode


CONV = {1: ck.conv1d, 2: ck.conv2d, 3: ck.conv3d}


@given(problems(axes=(1, 2, 3)), st.sampled_from(sorted({*METHODS} - {"winograd"})))
def test_convolution(problem, method):
    x, w, s, pairs, d, mode = problem
    conv = CONV[x.ndim - 1]
    y = measured(conv, x, w, None, s, pairs, d, padding_mode=mode, method=method)
    np.testing.assert_allclose(y, defined(x, w, s, pairs, d, mode), atol=1e-9)


@given(problems())
def test_matrix(problem):
    x, w, s, pairs, d, mode = problem
    matrix = measured(ck.conv_matrix, w, x.shape, s, pairs, d, padding_mode=mode)
    y = defined(x, w, s, pairs, d, mode)
    np.testing.assert_allclose(matrix @ x.ravel(), y.ravel(), atol=1e-9)


@given(problems(modes=["zeros"]))
def test_unfold_and_fold(problem):
    x, w, s, pairs, d, mode = problem
    columns = measured(ck.unfold, x, w.shape[2:], d, pairs, s)
    y = defined(x, w, s, pairs, d, mode)
    np.testing.assert_allclose(w.reshape(len(w), -1) @ columns, y.reshape(len(w), -1), atol=1e-9)
    back = measured(ck.fold, columns, x.shape[1:], w.shape[2:], d, pairs, s)
    counts = [np.zeros(n) for n in x.shape[1:]]
    for count, k, a, (p, _), e, m in zip(
        counts,
        w.shape[2:],
        s,
        pairs,
        d,
        ck.output_size(x.shape[1:], w.shape[2:], s, pairs, d),
        strict=True,
    ):
        for i, j in itertools.product(range(m), range(k)):
            if 0 <= a * i + e * j - p < len(count):
                count[a * i + e * j - p] += 1
    reads = counts[0] if len(counts) == 1 else np.multiply.outer(*counts)
    np.testing.assert_allclose(back, x * reads, atol=1e-9)


@given(problems(modes=["zeros"]))
def test_gradients(problem):
    """Both are transposes of the convolution: <g, conv(x, w)> is <grad x, x> and <grad w, w>."""
    x, w, s, pairs, d, mode = problem
    axes = x.ndim - 1
    y = defined(x, w, s, pairs, d, mode)
    g = np.random.default_rng(0).integers(-3, 4, y.shape).astype(float)
    to_input, to_weight = getattr(ck, f"conv{axes}d_input"), getattr(ck, f"conv{axes}d_weight")
    grad_x = measured(to_input, (1, *x.shape), w, g[None], s, pairs, d)
    grad_w = measured(to_weight, x[None], w.shape, g[None], s, pairs, d)
    assert np.vdot(grad_x, x) == pytest.approx(np.vdot(g, y), abs=1e-6)
    assert np.vdot(grad_w, w) == pytest.approx(np.vdot(g, y), abs=1e-6)


@given(problems(modes=MODES))
def test_transposed_convolution(problem):
    """It is the transpose of the convolution from its output's size, whatever the sizes."""
    x, w, s, pairs, d, mode = problem
    axes = x.ndim - 1
    y_size = ck.output_size(x.shape[1:], w.shape[2:], s, pairs, d)
    spans = [e * (k - 1) + 1 for e, k in zip(d, w.shape[2:], strict=True)]
    sizes = zip(y_size, s, spans, x.shape[1:], pairs, strict=True)
    extra = [n + sum(p) - (m - 1) * a - span for m, a, span, n, p in sizes]
    assume(all(0 <= e < max(a, b) for e, a, b in zip(extra, s, d, strict=True)))
    y = np.random.default_rng(0).integers(-3, 4, (len(w), *y_size)).astype(float)
    transpose = getattr(ck, f"conv_transpose{axes}d")
    back = measured(transpose, y, w, None, s, pairs, tuple(extra), dilation=d, padding_mode=mode)
    assert back.shape == x.shape
    forth = defined(x, w, s, pairs, d, mode)
    assert np.vdot(back, x) == pytest.approx(np.vdot(y, forth), abs=1e-6)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("conv1d", (np.ones((1, 1, 4)), np.ones((1, 1, 1)), None, 1, 10**9)),
        ("conv2d", (np.ones((1, 4, 4)), np.ones((9, 1, 1, 1)), None, 1, 10**9)),
        ("conv3d", (np.ones((1, 4, 4, 4)), np.ones((9, 1, 1, 1, 1)), None, 1, 10**9)),
        ("conv_transpose2d", (np.ones((1, 2, 2)), DOT, None, 10**9)),
        ("unfold", (np.ones((1, 1, 4, 4)), 2, 1, 10**9)),
        ("conv_matrix", (np.ones((1, 1, 1)), (1, 4), 1, HUGE)),
        ("fold", (np.ones((1, 1)), (HUGE,) * 2, 1, 1, 0, HUGE)),
        ("conv2d_input", ((1, 1, HUGE, HUGE), DOT, DOT, HUGE)),
        ("conv2d_weight", (np.ones((1, 1, 4, 4)), (1, 1, HUGE, HUGE), DOT, 1, 2**30)),
        ("adaptive_avg_pool2d", (np.ones((1, 4, 4)), 2**30)),
        ("adaptive_max_pool2d", (np.ones((1, 4, 4)), 2**30)),
        ("max_pool1d_input", (np.ones((1, 1)), np.zeros((1, 1), int), (1, 2**40))),
        ("max_unpool2d", (np.ones((1, 2, 2)), np.zeros((1, 2, 2), int), 2**30)),
    ],
)  # fmt: skip
def test_a_result_that_cannot_be_held_is_refused_at_once(name, arguments):
    with little_memory(), pytest.raises((MemoryError, ValueError)) as caught:
        getattr(ck, name)(*arguments)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) <= 300
    assert caught.type is ValueError or "too large to hold" in message
