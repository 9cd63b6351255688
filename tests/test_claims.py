"""What the page of claims says holds: each row of its table, and what its longer checks left out.

A function that is named after an entry checks it, and returns what its row must say. The checks
that a reader sees are run by test_pages.py.
"""

import inspect
import itertools
import math
import re
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import torch
import torch.nn.functional as F
from torch import nn

import convkit as ck

PAGE = (Path(__file__).parents[1] / "back" / "claims.md").read_text(encoding="utf-8")
FULL = re.findall(r"^\(e(\d\d)\)=\n\*\*E\1\. ", PAGE, re.MULTILINE)
ROWS = dict(re.findall(r"^\| \[\*\*E(\d\d)\*\*\]\{#e\1\}(.*)$", PAGE, re.MULTILINE))
READ_ONLY = set(re.findall(r"E(\d\d)", re.search("; (.*) need reading, not running", PAGE)[1]))
KINDS = {
    range(1, 17): "E01–E16",
    range(17, 75): "E17–E74",
    range(75, 87): "E75–E86",
    range(87, 94): "E87–E93",
}


def agree(a, b):
    a, b = (torch.as_tensor(v).detach().double() for v in (a, b))
    return a.shape == b.shape and torch.allclose(a, b, atol=1e-5)


def line(*values):
    return torch.tensor([values], dtype=torch.float32)


@pytest.fixture(autouse=True)
def _same_numbers_each_time():
    torch.manual_seed(0)


def draw(*shape):
    return np.random.default_rng(0).integers(-9, 10, shape)


# --- The page as a whole -------------------------------------------------------------------------


def test_every_entry_stands_once():
    assert sorted([*FULL, *ROWS]) == [f"{n:02}" for n in range(1, 94)]
    assert list(ROWS) == sorted(ROWS)


def test_the_counts_are_those_of_the_page():
    said = re.findall(
        r"^\| (\S* |)\|.*\| (\d+) \| (\d+) \| (\d+) \|$", PAGE.replace("*", ""), re.MULTILINE
    )
    there = []
    for numbers, name in KINDS.items():
        full, rows = (sum(int(n) in numbers for n in entries) for entries in (FULL, ROWS))
        there.append((name, full, rows, full + rows))
    there.append(("", len(FULL), len(ROWS), 93))
    assert [(name.strip(), *map(int, counts)) for name, *counts in said] == there
    prose = " ".join(PAGE.split())
    assert f"clash: {len(FULL) + len(ROWS)} entries. {len(FULL)} teach" in prose
    assert f"the other {len(ROWS)} are" in prose


def test_eight_are_perhaps_not_on_the_slide():
    assert sum(row.startswith("°") for row in ROWS.values()) == 8
    assert "eight of them with a °" in PAGE


def test_the_bracketed_numbers_count_the_claims_that_are_right():
    section = PAGE.split("## Checked and right")[1]
    counted = sum(map(int, re.findall(r"^- \*\*.*? \((\d+)\)\.\*\*", section, re.MULTILINE)))
    assert f"These {counted} claims" in section


# --- Rows of the table ---------------------------------------------------------------------------


def e01():
    z, w = np.arange(25).reshape(5, 5), np.arange(1, 10).reshape(3, 3)
    y = ck.conv2d(z[None], w[None, None])[0]
    window = z[1:4, 2:5]  # begins with z23 z24 z25
    printed = window.copy()
    printed[0] = z[1, 2]
    assert y[1, 2] == (window * w).sum() != (printed * w).sum()
    return ["$z_{23}w_{11}+z_{24}w_{12}+z_{25}w_{13}$"]


GAUSS = np.array(
    [[1, 4, 7, 4, 1], [4, 16, 26, 16, 4], [7, 26, 41, 26, 7], [4, 16, 26, 16, 4], [1, 4, 7, 4, 1]]
)


def e02():
    printed = GAUSS.copy()
    printed[4, 2] = 4
    assert (GAUSS[::-1, ::-1] == GAUSS).all()
    assert not (printed == printed[::-1, ::-1]).all()
    return [f"by {GAUSS.sum()} ", f"the sum is {printed.sum()},"]


LEFT, CENTRE, RIGHT = 10, 20, 30  # g[-1], g[0], g[1]
CUT = (
    CENTRE * np.eye(5, dtype=int)
    + LEFT * np.eye(5, k=1, dtype=int)
    + RIGHT * np.eye(5, k=-1, dtype=int)
)


def e03():
    f = np.array([1, 2, 3, 4, 5])
    with pytest.raises(ValueError, match="mismatch"):
        np.matmul(CUT[:4], f[:4])
    assert CUT[4].tolist() == [0, 0, 0, RIGHT, CENTRE]
    np.testing.assert_array_equal(CUT @ f, np.convolve(f, [LEFT, CENTRE, RIGHT], "same"))
    return [r"$(0,0,0,g_1,g_0)$"]


def e04():
    m, n = 2, 3
    assert (np.ones((m, n)) @ np.ones(n)).shape == (m,)
    return [r"$(c_1,\dots,c_m)$"]


def e05():
    empty = torch.empty(128, 3, 20, 20)
    assert not hasattr(empty, "normal")
    assert empty.normal_().shape == (128, 3, 20, 20)
    return ["`torch.empty(128, 3, 20, 20).normal()`", "`normal_()`"]


def e06():
    assert (200 * 200 * 3) ** 2 == 1.44e10
    return [r"$1.44\cdot10^{10}$", f"reads {1.44 * math.e**10:.0f}."]


def e07():
    size = (256 * 256 * 3) ** 2 * 4
    return [f"{size / 1e9:.1f} GB, or {size / 2**30:.0f} GiB, or {size * 8 / 1e9:.0f} Gbit"]


def e12():
    x, w = np.zeros((3, 8, 8)), np.zeros((4, 3, 3, 3))
    assert ck.conv2d(x, w).shape == (4, 6, 6)
    assert ck.conv2d(x, w, padding=1).shape == (4, 8, 8)
    assert ck.output_size(5, 3) == 3
    return ["5 × 5 to 3 × 3"]


POOLED = torch.tensor(
    [[[1.0, 2, 2, 1, 2, 1], [2, 0, 0, 0, 1, 0]], [[2, 0, 2, 1, 1, 1], [0, 0, 0, 1, 2, 1]]]
)


def e13():
    assert F.max_pool2d(POOLED, (1, 2)).tolist() == [[[2, 2, 2], [2, 0, 1]], [[2, 2, 1], [0, 1, 2]]]
    compile("print([[[2.]]])", "read", "eval")
    with pytest.raises(SyntaxError):
        compile("print([[[2.]]])])", "slide", "eval")
    return ["`2.]]])])`", "`2.]]])`"]


def e14():
    assert F.max_pool2d(POOLED, (1, 2)).shape == (2, 2, 3)
    for axes in (POOLED[0], POOLED[None, None]):
        with pytest.raises(RuntimeError):
            F.max_pool2d(axes, 2)
    return [f"`{tuple(POOLED.shape)}`", f"`{tuple(F.max_pool2d(POOLED, 2).shape)}`"]


def e15():
    slide = "weight = torch.empty(5, 1, 3, 3)\n    5 filters, 1 channel"
    with pytest.raises(IndentationError):
        compile(slide, "slide", "exec")
    exec(slide.replace("\n    ", "  # "), {"torch": torch})
    return ["`weight = torch.empty(5, 1, 3, 3)`"]


def e19():
    x = torch.arange(25.0).view(1, 5, 5)
    assert isinstance(nn.MaxPool2d(2, 2, 0, 1, True)(x), tuple)
    assert F.max_pool2d(x, 2, 2, 0, 1, True).shape == (1, 3, 3)
    names = list(inspect.signature(nn.MaxPool2d).parameters)[-2:]
    return [f"`{', '.join(names)}`", f"`{', '.join(names[::-1])}`"]


def e23():
    down = np.eye(5, k=-1, dtype=int)
    assert not (CUT @ down == down @ CUT).all()
    ring, turn = CUT.copy(), np.roll(np.eye(5, dtype=int), 1, axis=0)
    ring[0, 4], ring[4, 0] = RIGHT, LEFT
    assert (ring @ turn == turn @ ring).all()


def sums(correlate):
    x, W = draw(3, 5, 5), draw(3, 4, 3, 3)
    return sum(correlate(x[r], W[r, 0], "valid") for r in range(3))


def e25():
    before = ck.conv2d(draw(3, 5, 5), draw(3, 4, 3, 3).swapaxes(0, 1), bias=[10, 20, 30, 40])
    assert agree(before[0], sums(scipy.signal.correlate2d) + 10)


def e84():
    output = ck.conv2d(draw(3, 5, 5), draw(3, 4, 3, 3).swapaxes(0, 1))[0]
    assert agree(output, sums(scipy.signal.correlate2d))
    assert not agree(output, sums(scipy.signal.convolve2d))


def e32():
    g = np.array([1, 2, 4])
    assert [round(ck.pearson(alpha * g + 1, g)) for alpha in (2, -2)] == [1, -1]
    assert np.isnan([ck.pearson(0 * g + 1, g), ck.pearson([1, 2, 3], [2, 2, 2])]).all()


def e37():
    def gaussian(sigma):
        g = np.exp(-(np.arange(-2, 3) ** 2) / (2 * sigma**2))
        return np.outer(g, g) / g.sum() ** 2

    nearest = min(range(50, 200), key=lambda s: np.abs(gaussian(s / 100) - GAUSS / 273).max())
    return [f"deviation {nearest / 100}.", f"rank is {np.linalg.matrix_rank(GAUSS)},"]


def e39():
    counts = [sum(p.numel() for p in nn.Conv2d(1, 1, k).parameters()) for k in (3, 5)]
    assert [ck.output_size(n, k, padding=p) for n, k, p in ((256, 3, 1), (250, 5, 2))] == [256, 250]
    assert [ck.output_size(n, k) for n, k in ((256, 3), (250, 5))] == [254, 246]
    return ["{} and {} with the bias".format(*counts)]


def spaced(number):
    return f"{number:,}".replace(",", " ")


def e40():
    size, inputs = 120_000**2 * 4, 256 * 256 * 3
    inside = ck.conv_matrix(np.ones((1, 1, 5, 5)), (1, 250, 250), padding=2).nnz
    return [
        f"{size / 1e9} GB, or {size / 2**30:.1f} GiB",
        f"{spaced(inputs)} and {spaced(inputs * 1000)};",
        f"{spaced(256**4)} and {spaced(250**4)};",
        f"{spaced(250**2 * 5**2)}, which rounds to {250**2 * 5**2 / 1e6:.1f} million",
        f"or {spaced(inside)} without",
    ]


def e41():
    return ["{} GB and {} GB".format(*(int(4 * n**2 * 4 / 1e9) for n in (120_000, 196_608)))]


def e49():
    for convolve in (np.convolve, scipy.signal.convolve):
        assert convolve([1, 2], [1, 2, 3], "valid").tolist() == [4, 7]
    with pytest.raises(RuntimeError):
        F.conv1d(line(1, 2), line(1, 2, 3)[None])
    with pytest.raises(ValueError, match="empty"):
        np.convolve([1, 2], [])


def e50():
    assert (ck.output_size(8, 3), ck.output_size(8, 3, padding=1)) == (6, 8)


def e51():
    assert list(inspect.signature(nn.Conv2d).parameters)[3:7] == [
        "stride",
        "padding",
        "dilation",
        "groups",
    ]
    return ["dilation and groups"]


def e52():
    x, w = torch.zeros(3, 8, 8), torch.zeros(4, 3, 3, 3)
    assert F.conv2d(x, w, padding="valid").shape == (4, 6, 6)
    assert F.conv2d(x, w, padding="same").shape == (4, 8, 8)
    for example, options in (
        (x, {"padding": "same", "stride": 2}),
        (x.byte(), {}),
        (x.double(), {}),
    ):
        with pytest.raises(RuntimeError):
            F.conv2d(example, w, **options)


def e53():
    names = list(inspect.signature(nn.Conv2d).parameters)
    return [f"{', '.join(f'`{name}`' for name in names[names.index('bias') + 1 :])}."]


def e56():
    n, layers = 28, 0
    while n >= 3:
        n, layers = ck.output_size(n, 3), layers + 1
    return [f"allows {layers} of them; {n} × {n} is left"]


def e62():
    x = line(0, 5, 0, 0, 1).requires_grad_()
    y = F.max_pool1d(x, 3, stride=1)
    y.sum().backward()
    assert (y.tolist(), x.grad.tolist()) == ([[5, 5, 1]], [[0, 2, 0, 0, 1]])


def e66():
    grouped, dense = nn.Conv2d(8, 12, 3, groups=4), nn.Conv2d(8, 12, 3)
    assert grouped.weight.shape == (12, 2, 3, 3)
    assert 4 * grouped.weight.numel() == dense.weight.numel()
    with pytest.raises(ValueError, match="divisible"):
        nn.Conv2d(8, 12, 3, groups=3)


def e69():
    assert F.conv1d(line(1, 2, 3), line(1, 1)[None], padding="same").tolist() == [[3, 5, 3]]
    assert np.correlate([1, 2, 3], [1, 1], "same").tolist() == [1, 3, 5]


def e70():
    matrix = ck.conv_matrix(np.array([[[3, 2]]]), (1, 4)).toarray()
    assert matrix.tolist() == [[3, 2, 0, 0], [0, 3, 2, 0], [0, 0, 3, 2]]


def e72():
    video = F.conv3d(torch.zeros(2, 1, 10, 16, 16), torch.zeros(4, 1, 3, 3, 3))
    assert video.shape == (2, 4, 8, 14, 14)


def e74():
    x, w = torch.empty(1, 4, 4).normal_(), torch.empty(1, 1, 3, 3).normal_()
    assert not F.conv2d(x, w).requires_grad
    assert nn.Conv2d(1, 1, 3)(x).requires_grad


def e76():
    assert "à trous" in nn.Conv2d.__doc__


def e77():
    x = np.zeros((3, 8, 9))
    shapes = [ck.conv2d(x, np.zeros((D, 3, 2, 3))).shape for D in (1, 5)]
    assert shapes == [(1, 7, 7), (5, 7, 7)]


def e79():
    f, g, M = np.arange(10) ** 2, np.array([1, 2, 3, 4, 5]), 2
    centred = {k: sum(f[k + m] * g[m + M] for m in range(-M, M + 1)) for k in range(M, 10 - M)}
    assert [centred[i + M] for i in range(6)] == np.correlate(f, g).tolist()


def e81():
    H, h, W, w = 20, 5, 20, 5
    assert H - h + 1 * W - w + 1 == 31
    assert (H - h + 1, W - w + 1) == (16, 16)


def e82():
    f, k, M = list(range(20)), 10, 3
    assert len(f[k - M : k + M + 1]) == 2 * M + 1 == len(f[k - M : k + M]) + 1


def e83():
    v, W = np.array([[1], [2]]), np.array([[1, 0, 3], [0, 1, 1]])
    assert (v.T @ W).tolist() == [[1, 2, 5]]
    assert (W.T @ v).tolist() == [[1], [2], [5]]


def e85():
    assert np.moveaxis(np.zeros((5, 6, 3)), -1, 0).shape == (3, 5, 6)


def e86():
    for fragment in ("mnist_train.data", "nn.Conv2d(4, 5, (2, 3))", "F.max_pool2d(x, (1, 2))"):
        with pytest.raises(NameError):
            eval(fragment, {})


def e87():
    K, M = 10, 2
    fits = [k for k in range(1, K + 1) if k - M >= 1 and k + M <= K]
    assert fits == [k for k in range(1, K + 1) if M < k <= K - M]


def e88():
    assert 250**2 * 5**2 == 1_562_500
    return [f"has {len(str(250**25**2))} digits"]


def e89():
    for garbled, error in (
        ("nn.Conv2d(in channels = 3)", SyntaxError),
        ("nn.Conv2d(3, 5", SyntaxError),
        ("nn.Cony2d", AttributeError),
    ):
        with pytest.raises(error):
            eval(garbled, {"nn": nn})


def e90():
    letters = np.arange(1, 13).reshape(1, 3, 4)  # a = 1 … l = 12
    w, x, y, z = 1, 10, 100, 1000
    first = ck.conv2d(letters, [[[[w, x], [y, z]]]])[0, 0]
    a, b, c, d, e, f, g, h = range(1, 9)
    assert first.tolist() == [
        a * w + b * x + e * y + f * z,
        b * w + c * x + f * y + g * z,
        c * w + d * x + g * y + h * z,
    ]


def e91():
    f = {3: 3, 4: 4, 5: 5}
    assert RIGHT * f[3] + CENTRE * f[4] + LEFT * f[5] == (CUT @ [1, 2, 3, 4, 5])[3]


# --- What is said in full, at length -------------------------------------------------------------


def unread(n, k, s=1, d=1):
    """List the inputs that no output reads, without padding."""
    places = range(ck.output_size(n, k, stride=s, dilation=d))
    read = {i * s + j * d for i in places for j in range(k)}
    return sorted(set(range(n)) - read)


def e08():
    for n, s in itertools.product(range(1, 25), range(1, 7)):
        for k in range(1, min(n, 6) + 1):
            assert (not unread(n, k, s)) == (n == k or (k >= s and (n - k) % s == 0))
    assert len(unread(8, 1, s=2)) / 8 == 0.5  # along each of two axes


def e09():
    for k, d in itertools.product(range(2, 6), range(1, 6)):
        for n in range(d * (k - 1) + 1, 25):
            assert (not unread(n, k, d=d)) == (n - d * (k - 1) >= d)
    for k, s, d in itertools.product(range(1, 7), range(1, 6), range(1, 6)):
        far_from_the_edges = [i for i in unread(140, k, s, d) if 40 <= i < 100]
        assert (not far_from_the_edges) == (math.gcd(s, d) == 1 and k >= s)


def e17():
    assert max(4, 4) >= 3 + 1 * (4 - 3) + 0 * (4 - 3), "(1, 0) stays below the maximum"
    assert not max(4, 4) >= 3 + 1 * (4 - 3) + 1 * (4 - 3), "(1, 1) does not"
    assert (POOLED[..., ::2] == POOLED[..., 1::2]).sum() == 3


@pytest.mark.parametrize(
    ("n", "s", "p", "d"),
    [
        (9, 1, 1, 1),
        (9, 1, 0, 1),
        (8, 2, 1, 1),
        (9, 1, 0, 2),
        (16, 3, 1, 2),
        (9, 1, 3, 1),
        (8, 2, 4, 1),
    ],
)
def test_the_adjoint_by_the_recipe_of_e18(n, s, p, d):
    k = 3
    x, w = torch.randn(1, 2, n, requires_grad=True), torch.randn(4, 2, k)
    y = F.conv1d(x, w, None, s, p, d)
    v = torch.randn_like(y)
    (expected,) = torch.autograd.grad(y, x, v)
    flipped = w.flip(-1).swapaxes(0, 1)
    rest = (n + 2 * p - d * (k - 1) - 1) % s
    spread = torch.zeros(1, 4, s * (v.shape[-1] - 1) + 1 + rest)
    spread[..., ::s] = v
    edge = d * (k - 1) - p
    assert agree(F.conv1d(F.pad(spread, (edge, edge)), flipped, dilation=d), expected)
    assert agree(F.conv_transpose1d(v, w, None, s, p, rest, 1, d), expected)
    assert agree(F.conv1d(v, flipped, padding=p), expected) == ((s, d, p) == (1, 1, 1))
    with pytest.raises(RuntimeError):
        F.conv1d(v, w)  # the channels are not swapped


def e21():
    x, w = np.arange(1, 9)[None], [[[1, 2, 4]]]
    moved = np.append([[0]], x[:, :-1], axis=1)
    assert agree(ck.conv1d(moved, w)[:, 1:], ck.conv1d(x, w)[:, :-1])


def e24():
    f, g, h = np.array([1, 2, 3]), np.array([4, 5]), np.array([1, 2])
    assert agree(np.convolve(f, g + h), np.convolve(f, g) + np.convolve(f, h))


def e27():
    w = np.array([[[1, 2, 3]]])
    rows = ck.conv_matrix(w, (1, 4), padding=1).toarray()
    assert rows.tolist() == [[2, 3, 0, 0], [1, 2, 3, 0], [0, 1, 2, 3], [0, 0, 1, 2]]


def e28():
    steps = [0, 0, 0, 1, 2, 3, 4, 4, 4, 4]
    assert (np.correlate(steps, [-1, 1]) == -np.convolve(steps, [-1, 1], "valid")).all()


def e29():
    assert round(ck.pearson([0, 5], [-1, 1]), 3) == 1
    assert np.isnan(ck.pearson([1, 1], [1, 1]))


def e30():
    a, b, c = [1, 2, 3], [4, 5, 7], [1, 0, 2]
    assert agree(np.convolve(np.convolve(a, b), c), np.convolve(a, np.convolve(b, c)))


def e35():
    image, odd = draw(6, 6), [[1, 2, 3], [4, 0, -4], [-3, -2, -1]]
    assert agree(scipy.signal.correlate2d(image, odd), -scipy.signal.convolve2d(image, odd))
    impulse = [0, 0, 1, 0, 0]
    assert np.correlate(impulse, [1, 2, 3], "same").tolist() == [0, 3, 2, 1, 0]
    assert np.convolve(impulse, [1, 2, 3], "same").tolist() == [0, 1, 2, 3, 0]


def e36():
    assert np.linalg.matrix_rank([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) == 1


FILTERS = np.array(
    [
        [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
        [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
        [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
        [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
    ]
)[:, None]


def e38():
    image = draw(1, 28, 28)
    y = ck.conv2d(image, FILTERS)
    assert y.shape == (5, 26, 26)
    assert agree(y[0], image[0, 1:-1, 1:-1])
    assert agree(FILTERS[2, 0].T, FILTERS[3, 0])
    assert FILTERS.sum(axis=(1, 2, 3)).tolist() == [1, 9, 0, 0, 0]


def e46():
    for n, k, s, p, d in itertools.product(range(1, 9), (1, 2, 3), (1, 2, 3), (0, 1, 2), (1, 2, 3)):
        if n + 2 * p >= d * (k - 1) + 1:
            y = F.conv1d(torch.zeros(1, n), torch.zeros(1, 1, k), None, s, p, d)
            assert y.shape[-1] == (n + 2 * p - d * (k - 1) - 1) // s + 1


def e48():
    u, v = np.array([-1, 2, 3, -2, 0, 1, 2]), np.array([2, 4, -1, 1])
    assert scipy.signal.convolve(u, v, "same").tolist() == np.convolve(u, v, "same").tolist()
    assert agree(F.conv1d(line(*u), line(*v[::-1])[None], padding=3)[0], np.convolve(u, v))


def e54():
    layer = nn.Conv2d(16, 64, 3)
    for values in (layer.weight, layer.bias):
        assert abs(values.std() * math.sqrt(3 * 16 * 3 * 3) - 1) < 0.2


def e55():
    x = line(1, 2, 3)
    padded = {
        mode: F.pad(x, (1, 1), mode=mode).tolist()[0]
        for mode in ("reflect", "replicate", "circular")
    }
    assert padded == {
        "reflect": [2, 1, 2, 3, 2],
        "replicate": [1, 1, 2, 3, 3],
        "circular": [3, 1, 2, 3, 1],
    }
    assert np.pad([1, 2, 3], 1, mode="mean").tolist() == [2, 1, 2, 3, 2]


def e57():
    """A border L wide."""
    y = np.ones((1, 28, 28))
    for depth in range(1, 11):
        y = ck.conv2d(y, np.ones((1, 1, 3, 3)) / 9, padding=1)
        assert (y > 1 - 1e-12).sum() == (28 - 2 * depth) ** 2


def e58():
    net = nn.Sequential(nn.Conv1d(2, 1, 3), nn.Conv1d(1, 1, 2, stride=2), nn.Conv1d(1, 1, 3))
    x = torch.zeros(2, 20, requires_grad=True)
    net(x)[0, 3].backward()
    assert (x.grad != 0).sum(dim=1).tolist() == [8, 8]


def e60():
    x = draw(1, 9, 9)
    assert agree(ck.conv2d(x, [[[[3]]]], dilation=5), 3 * x)


def e61():
    assert [ck.output_size(n, 3, stride=2, padding=1) for n in (5, 6, 7, 8)] == [3, 3, 4, 4]


def e63():
    assert ck.max_pool1d([[0, 1, 2, 3, 9]], 2, ceil_mode=True).tolist() == [[1, 3, 9]]


def e64():
    overlapping = [ck.max_pool1d([x], 3, 1, 1).tolist() for x in ([1, 10, 2, 1], [3, 1, 10, 2])]
    assert overlapping == [[[10, 10, 10, 2]], [[3, 10, 10, 10]]]


def e65():
    with pytest.raises(RuntimeError):
        F.max_pool1d(line(1, 2, 3, 4), 2, padding=2)
    assert ck.max_pool1d([[1, 4, 2, 3]], 2, return_indices=True)[1].tolist() == [[1, 3]]
    assert not list(nn.MaxPool2d(2).parameters())
    x = draw(1, 4, 4) / 1
    assert agree(ck.avg_pool2d(x, 2), ck.conv2d(x, np.full((1, 1, 2, 2), 1 / 4), stride=2))


def e67():
    x, v = draw(1, 2, 9, 9), draw(1, 3, 9, 9)
    gradient = ck.conv2d_weight(x, (3, 2, 3, 3), v, padding=1)
    assert agree(v.reshape(3, 81) @ ck.unfold(x, 3, padding=1)[0].T, gradient.reshape(3, 18))
    v = draw(1, 3, 4, 4)
    _, by_torch = torch.autograd.functional.vjp(
        lambda w: F.conv2d(torch.tensor(x).double(), w, stride=2),
        torch.zeros(3, 2, 3, 3).double(),
        torch.tensor(v).double(),
    )
    assert agree(by_torch, ck.conv2d_weight(x, (3, 2, 3, 3), v, stride=2))


def e75():
    x, W = draw(3, 5, 5), draw(3, 4, 3, 3)
    with pytest.raises(RuntimeError):
        F.conv2d(torch.tensor(x), torch.tensor(W))
    z22 = sum(W[:, :, i, j].T @ x[:, 1 + i, 1 + j] for i in range(3) for j in range(3))
    assert agree(z22, ck.conv2d(x, W.swapaxes(0, 1))[:, 1, 1])
    assert nn.ConvTranspose2d(6, 4, 3).weight.shape == (6, 4, 3, 3)


CHECKS = {
    name[1:]: check for name, check in list(globals().items()) if re.fullmatch(r"e\d\d", name)
}


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("number", sorted(CHECKS))
def test_it_holds(number):
    for text in CHECKS[number]() or []:
        assert text in ROWS[number]


def test_every_row_has_a_check_or_needs_reading():
    assert set(ROWS) - READ_ONLY <= set(CHECKS)
    assert set(CHECKS).isdisjoint(READ_ONLY)


# --- Checked and right ---------------------------------------------------------------------------


def test_the_counts_that_are_right():
    weights = (200 * 200 * 3) ** 2
    for text in (
        f"200 · 200 · 3 = {spaced(200 * 200 * 3)}",
        f"{weights / 1e9:.1f} · 10⁹ weights, {weights * 4 / 1e9:.1f} GB",
        f"{(256 * 256 * 3) ** 2 / 1e10:.2f} · 10¹⁰ weights",
        f"{256**4 / 1e9:.2f} · 10⁹ against 9",
        f"250⁴ = {250**4 / 1e9:.1f} · 10⁹",
    ):
        assert text in PAGE


def test_the_small_examples_that_are_right():
    windows = np.lib.stride_tricks.sliding_window_view([1, 2, 3, 4], 2)
    assert (windows @ [3, 2]).tolist() == [7, 12, 17]
    assert "gives (7, 12, 17)" in PAGE
    for ramp in ([0, 0, 0, 1, 2, 3, 4, 4, 4, 4], [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4]):
        zeros = ramp.index(1) - 1
        assert np.correlate(ramp, [-1, 1]).tolist() == [0] * zeros + [1] * 4 + [0] * 3
    x = [0, 0, 1, 1, 0, 0.1, 0.2, 1, 1, 1, 0]
    assert np.correlate(x, [1, 1]).round(1).tolist() == [0, 1, 2, 1, 0.1, 0.3, 1.2, 2, 2, 1]


def test_what_is_right_about_correlation():
    f, g, M, k = np.array([2, 7, 1, 8, 2, 8, 1]), np.array([1, 2, 4]), 1, 3
    assert sum(f[k + (i - M - 1)] * g[i - 1] for i in (1, 2, 3)) == np.correlate(f, g)[k - M]
    assert agree(np.correlate(f, [1, 3, 1]), np.convolve(f, [1, 3, 1], "valid"))
    others = [order @ g for order in map(np.array, itertools.permutations(g)) if (order != g).any()]
    assert g @ g > max(others), "one mean, one standard deviation"
    large = np.array([10, 10, 0])
    assert large @ g > g @ g
    assert ck.pearson(large, g) < -0.9
    assert agree(np.correlate(f + 100, g - g.mean()), np.correlate(f, g - g.mean()))


def test_what_is_right_about_linearity_and_matrices():
    f1, f2, g = np.array([1, 2, 3]), np.array([4, 0, 1]), np.array([1, 2, 4])
    assert agree(np.convolve(5 * f1, g), 5 * np.convolve(f1, g))
    assert agree(np.convolve(f1 + f2, g), np.convolve(f1, g) + np.convolve(f2, g))
    w1, w2, w3 = g
    W = w2 * np.eye(5, dtype=int) + w3 * np.eye(5, k=1, dtype=int) + w1 * np.eye(5, k=-1, dtype=int)
    x = np.array([3, 1, 4, 1, 5])
    assert agree(W @ x, np.correlate(x, g, "same"))
    assert W.T[0].tolist() == [w2, w1, 0, 0, 0]
    assert W.T[4].tolist() == [0, 0, 0, w3, w2]
    assert agree(ck.unfold(x[None], 3, padding=1).T @ g, W @ x)
    shapes = (1, 2, 5, 5), (3, 2, 3, 3), (3,)
    assert torch.autograd.gradcheck(
        F.conv2d, [torch.randn(s).double().requires_grad_() for s in shapes]
    )


def test_what_is_right_about_edges_stride_and_dilation():
    ones = ck.conv1d(np.ones((1, 6), int), np.ones((1, 1, 3), int), padding=1)
    assert ones.tolist() == [[2, 3, 3, 3, 3, 2]]
    assert ck.output_size((3, 5), (3, 3), stride=2, padding=(2, 1)) == (3, 3)
    for k, d in itertools.product((3, 5), (1, 2, 3)):
        assert ck.output_size(31, k, padding=d * (k - 1) // 2, dilation=d) == 31


def test_what_is_right_about_channels_and_code():
    x, w, b = torch.randn(1, 3, 7, 8), torch.randn(5, 3, 2, 3), torch.randn(5)
    block = x[0, :, 2:4, 4:7].flatten()
    assert agree(w.flatten(1) @ block + b, F.conv2d(x, w, b)[0, :, 2, 4])
    for images, kernels, sizes in (
        ((128, 3, 20, 20), (5, 3, 5, 5), (128, 5, 16, 16)),
        ((128, 3, 28, 28), (5, 3, 2, 3), (128, 5, 27, 26)),
        ((117, 4, 10, 3), (5, 4, 2, 3), (117, 5, 9, 1)),
    ):
        assert F.conv2d(torch.zeros(images), torch.zeros(kernels)).shape == sizes
    for channels in (3, 4):
        shapes = [tuple(p.shape) for p in nn.Conv2d(channels, 5, (2, 3)).parameters()]
        assert shapes == [(5, channels, 2, 3), (5,)]
    x, w = draw(4, 6), draw(6, 2, 3)
    blocks = np.zeros((6, 4, 3), int)
    blocks[:3, :2], blocks[3:, 2:] = w[:3], w[3:]
    assert agree(ck.conv1d(x, w, groups=2), ck.conv1d(x, blocks))


def test_what_is_right_about_pooling():
    assert torch.empty(1000).random_(3).unique().tolist() == [0, 1, 2]
    assert all(hasattr(F, f"{kind}_pool{n}d") for kind in ("max", "avg") for n in (1, 2, 3))
