"""The matrix explorer shows convkit's conv_matrix, its transpose and what they do."""

import re
from functools import partial

import numpy as np
import pytest
import trials
from calls import value_of_call
from figures import number, opened, value_of
from trials import places

from convkit.explorers import Matrix
from convkit.explorers import matrix as defaults

MATRIX, VECTOR, PRODUCT, KERNEL = "Matrix", "Vector", "Product", "Kernel"
SLIDERS = {"n": "input size n", "k": "kernel size k", "d": "dilation d", "s": "stride s"}
RANGES = {"n": (3, 9), "k": (1, 5), "d": (1, 4), "s": (1, 4)}
MODES = ["valid", "same", "full", "circular"]

# What a bug in the JavaScript must be noticed as: what matrix.js says, what it would say.
BUGS = {
    "none": None,
    "flipped kernel": ("list.map(t => w[t.a])", "list.map(t => w[w.length - 1 - t.a])"),
    "ceil for floor": ("Math.floor((n + lo + hi - reach) / s)", "Math.ceil((n + lo + hi - reach) / s)"),  # noqa: E501
    "stride ignored by the rows": ("reads(i, { k, p: lo, s, d })", "reads(i, { k, p: lo, s: 1, d })"),  # noqa: E501
    "dilation dropped": ("span({ k, d })", "span({ k, d: 1 })"),
    "padding on the wrong side": ("[half, room - half]", "[room - half, half]"),
    "no way round": ("circular ? (at + n) % n : at", "at"),
    "weights that meet do not add up": ("sum(list.map(t => w[t.a]))", "w[list[0]?.a] ?? 0"),
    "the call pads as it did forwards": ("['g', [hi, lo], m, n]", "['g', [lo, hi], m, n]"),
    "rows of a picture mixed up": ("j: u.j * n + v.j", "j: v.j * n + u.j"),
    "rank of the first rows": ("rest.map(row =>", "rest.slice(0, 2).map(row =>"),
    "sign of a frequency lost": ("part(f, Math.cos), part(f, Math.sin)", "part(f, Math.cos), part(f, Math.cos)"),  # noqa: E501
}  # fmt: skip


def drawn(rng):
    """Draw an explorer with random numbers."""
    return Matrix(w=rng.integers(-9, 10, 4), x=rng.integers(-9, 10, 25))


def next_setting(explorer, rng):
    """Change an explorer as a reader might; return the acts that do the same on the page."""
    acts = []
    for trait, label in ("flat", "2-D: 4 × 4 input, 2 × 2 kernel"), ("transpose", "transpose"):
        value = bool(rng.random() < (0.2 if trait == "flat" else 0.4))
        setattr(explorer, trait, value)
        acts.append(["set", label, value])
        if trait == "flat":
            swap_defaults(explorer)
    explorer.mode = str(rng.choice(MODES))
    acts.append(["set", "mode", explorer.mode])
    for trait, (low, high) in RANGES.items():
        if (trait != "s" and explorer.flat) or (trait == "s" and explorer.mode == "circular"):
            continue
        value = int(rng.integers(low, high))
        setattr(explorer, trait, value)
        acts.append(["set", SLIDERS[trait], value])
    return [*acts, *edits(explorer, rng)]


def swap_defaults(explorer):
    """As the switch does: what was a default becomes the default of what it shows now."""
    line = {"w": defaults.WEIGHTS, "x": defaults.VECTOR}
    square = {"w": defaults.SIDES, "x": defaults.SQUARE}
    old, new = (line, square) if explorer.flat else (square, line)
    for key, value in old.items():
        if getattr(explorer, key) == value:
            setattr(explorer, key, new[key])


def edits(explorer, rng):
    """Change one weight and one number of the vector; return the acts."""
    w, x, digits = list(explorer.w), list(explorer.x), rng.integers(10, size=2)
    a = int(rng.integers(explorer.kernel.size))
    w[a], x[0] = (int(digit) for digit in digits)
    explorer.w, explorer.x = w, x
    place = divmod(a, 2) if explorer.flat else (0, a)
    return [["key", KERNEL, *place, str(w[a])], ["key", VECTOR, 0, 0, str(x[0])]]


def called(explorer, call):
    """Run the call that a figure shows; return its result as a vector."""
    size = round(len(explorer.vector) ** 0.5) if explorer.flat else -1
    shape = (1, 1, size, size) if explorer.flat else (1, 1, -1)
    vector, kernel = explorer.vector.reshape(shape), explorer.kernel[None, None]
    code, shapes = re.split(r" +# ", call)
    result = value_of_call(code, **{"g" if explorer.transpose else "x": vector}, w=kernel)
    assert shapes == f"{vector.shape} → {result.shape}"
    return result.ravel()


def differences(explorer, seen):
    """What the page shows otherwise than convkit computes it."""
    if seen.sentence != explorer.sentence():
        yield f"{seen.sentence!r} is {explorer.sentence()!r}"
    if explorer.problem():
        if not seen.call.endswith("→ RuntimeError") or seen.texts(PRODUCT).size:
            yield f"an error shows as {seen.call}"
        return
    shown = seen.numbers(MATRIX)
    if not np.array_equal(shown, explorer.matrix):
        yield f"matrix {shown.tolist()} is {explorer.matrix.tolist()}"
    if not np.array_equal(seen.numbers(PRODUCT)[:, 0], explorer.output):
        yield f"product {seen.numbers(PRODUCT).tolist()} is {explorer.output.tolist()}"
    if seen.marked(MATRIX, "cx-zero") != places(explorer.band == 0):
        yield f"{explorer!r}: the zeros by structure"
    if not np.array_equal(called(explorer, seen.call), explorer.output):
        yield f"{seen.call} gives something else"
    yield from wrong_spectrum(explorer, seen)


def wrong_spectrum(explorer, seen):
    """Where the singular values of a circulant are not those that the page shows."""
    if explorer.mode != "circular" or explorer.flat:
        return
    shown = [float(v) for v in seen.formula.split(" = ")[-1].split(", ")]
    if not np.allclose(shown, np.abs(np.fft.fft(first_column(explorer))), atol=6e-5):
        yield f"{seen.formula} is not the DFT"
    if not np.allclose(sorted(shown), np.linalg.svd(explorer.matrix)[1][::-1], atol=6e-5):
        yield f"{seen.formula} are not the singular values"


def first_column(explorer):
    """The first column of the circulant."""
    return explorer.matrix[0] if explorer.transpose else explorer.matrix[:, 0]


def wrong(figure, explorer, rng):
    """All that can be found wrong with a figure, from its links and sums to its numbers."""
    yield from wrong_links(figure, explorer)
    yield from wrong_sums(figure, explorer, rng)
    yield from trials.mismatches(figure, explorer, rng, next_setting, differences)


def test_numbers_are_convkits(browser):
    rng = np.random.default_rng(1)
    trials.check_settings(browser, drawn(rng), rng, next_setting, differences)


def test_it_is_an_error_where_convkit_raises_one():
    rng = np.random.default_rng(6)
    problems = trials.check_problems(drawn(rng), rng, next_setting)
    kinds = {problem[:12] for problem in problems}
    assert len(kinds) == 4  # none, 'same' with a stride, too long, round more than once


@pytest.mark.parametrize("bug", trials.some(BUGS))
def test_a_bug_would_be_noticed(browser, bug, monkeypatch):
    rng = np.random.default_rng(3)
    explorer, script = drawn(rng), BUGS[bug] and ("matrix.js", *BUGS[bug])
    trials.check_noticed(browser, monkeypatch, script, [explorer], partial(wrong, rng=rng))


# --- What lights up, and the sums ---


def with_output(rng):
    """Draw an explorer that has an output."""
    while True:
        explorer = drawn(rng)
        next_setting(explorer, rng)
        if not explorer.problem():
            return explorer


def expected_links(explorer):
    """For each view and each of its cells: what should light up, by kernels of zeros and a one."""
    size, shape = explorer.kernel.size, explorer.kernel.shape
    bands = [explorer.of_kernel(np.eye(size, dtype=int)[a].reshape(shape)) for a in range(size)]
    tensor = np.array(bands)  # (weights, rows, columns)
    spot = (lambda a: divmod(a, 2)) if explorer.flat else (lambda a: (0, a))

    def lights(chosen):
        return {
            KERNEL: {spot(int(a)) for a in np.flatnonzero(chosen.any((1, 2)))},
            PRODUCT: {(int(i), 0) for i in np.flatnonzero(chosen.any((0, 2)))},
            VECTOR: {(int(j), 0) for j in np.flatnonzero(chosen.any((0, 1)))},
            MATRIX: places(chosen.any(0)),
        }

    def chosen(axis, *index):
        place = dict(zip(axis, index, strict=True))
        mask = np.zeros_like(tensor)
        mask[tuple(place.get(at, slice(None)) for at in range(3))] = 1
        return lights(tensor * mask)

    def links(view, place, lit):
        lit[view].add(place)  # what is pointed at is lit, even if it is linked to nothing
        return view, place, lit

    _, rows, columns = tensor.shape
    for a in range(size):
        yield links(KERNEL, spot(a), chosen((0,), a))
    for i in range(rows):
        yield links(PRODUCT, (i, 0), chosen((1,), i))
    for j in range(columns):
        yield links(VECTOR, (j, 0), chosen((2,), j))
    for i, j in np.ndindex(rows, columns):
        yield links(MATRIX, (i, j), chosen((1, 2), i, j))


def wrong_links(figure, explorer):
    """What lights up otherwise than convkit's matrices of single weights say."""
    yield from trials.wrong_links(figure, explorer, expected_links(explorer))


def wrong_sums(figure, explorer, rng):
    """Where a written sum is not what convkit computes."""
    matrix, w = explorer.matrix, explorer.kernel.ravel()
    other = rng.integers(-9, 10, len(matrix))
    name = "x" if explorer.transpose else "g"
    for view, values in (PRODUCT, explorer.output), (VECTOR, matrix.T @ other):
        cells = [(i, 0) for i in range(len(values))]
        for (_, written), value in zip(figure.links(view, cells), values, strict=True):
            if value_of(written.split(" = ")[1], **{name: other}) != value:
                yield f"{explorer!r}: {written} is not {value}"
    cells = list(np.ndindex(matrix.shape))
    for (_, written), value in zip(figure.links(MATRIX, cells), matrix.ravel(), strict=True):
        _, weights, shown = written.split(" = ")
        if value_of(weights, w=w) != value or number(shown) != value:
            yield f"{explorer!r}: {written} is not {value}"


def test_links_and_sums_are_convkits(browser):
    rng = np.random.default_rng(6)
    explorers = [with_output(rng) for _ in range(trials.EXPLORERS)]
    assert {explorer.flat for explorer in explorers} == {False, True}
    assert {explorer.transpose for explorer in explorers} == {False, True}
    trials.check_explorers(browser, explorers, wrong_links)
    trials.check_explorers(browser, explorers, partial(wrong_sums, rng=rng))


def test_a_weight_is_told_where_it_is(browser):
    with opened(browser, Matrix(n=5)) as figure:
        seen = figure.do(["point", KERNEL, 0, 2])
    assert seen.sum == "w[2] = 3 is in A[0, 2], A[1, 3], A[2, 4]"
    assert seen.lit(MATRIX) == {(0, 2), (1, 3), (2, 4)}


# --- The numbers that the chapter quotes ---


@pytest.mark.parametrize(
    ("mode", "shape", "free"),
    [("valid", (4, 6), 12), ("same", (6, 6), 16), ("full", (8, 6), 18), ("circular", (6, 6), 18)],
)
def test_sizes_of_the_modes(browser, mode, shape, free):
    with opened(browser, Matrix()) as figure:
        seen = figure.do(["set", "mode", mode])
    assert seen.numbers(MATRIX).shape == shape
    assert f": {free} of its {shape[0] * shape[1]} entries" in seen.sentence
    assert mode != "valid" or seen.sentence.endswith("rank 4.")
    if mode == "circular":
        shown = seen.formula.split(" = ")[-1].split(", ")
        assert sorted(shown) == ["1.7321", "1.7321", "3.6056", "3.6056", "4", "6"]


def test_the_transpose_does_not_undo(browser):
    with opened(browser, Matrix()) as figure:
        seen = figure.do(["set", "transpose", True])
    assert seen.numbers(VECTOR)[:, 0].tolist() == [1, -2, 0, 3]
    assert seen.numbers(PRODUCT)[:, 0].tolist() == [2, -5, 5, 0, -3, 9]
    assert seen.sentence.endswith("does not undo A: the largest entry of |AᵀA − I| is 13.")
    assert seen.call.startswith("F.conv_transpose1d(g, w, ")


def test_a_picture_has_a_default_of_its_own(browser):
    """A bright square, whose sides the kernel finds; what a reader has changed stays."""
    with opened(browser, Matrix(), Matrix(w=[7, 0, 0, 0])) as figure:
        switch = ["set", "2-D: 4 × 4 input, 2 × 2 kernel"]
        seen = figure.do([*switch, True])
        assert not list(differences(Matrix(flat=True), seen))
        assert seen.numbers(PRODUCT).reshape(3, 3).tolist() == [[-2, 0, 2], [-4, 0, 4], [-2, 0, 2]]
        assert not list(differences(Matrix(), figure.do([*switch, False])))
        assert figure.at(1).do([*switch, True]).numbers(KERNEL).tolist() == [[7, 0], [0, 0]]


def test_reduced_it_offers_two_sizes(browser):
    explorer = Matrix(reduced=True, w=[1, 2, 3, 4])
    with opened(browser, explorer) as figure:
        seen = figure.do(["set", "kernel size k", 4])
        explorer.k = 4
        assert set(seen.controls) == {"input size n", "kernel size k"}
        assert not list(differences(explorer, seen))
        assert "rank" not in seen.sentence


def test_controls_that_do_nothing_are_away(browser):
    with opened(browser, Matrix()) as figure:
        flat = figure.do(["set", "2-D: 4 × 4 input, 2 × 2 kernel", True]).controls
        circular = figure.do(["set", "mode", "circular"]).controls
    assert not flat.keys() & {"input size n", "kernel size k", "dilation d"}
    assert "stride s" in flat
    assert "stride s" not in circular


# --- Predict, then look ---


def test_the_answer_is_hidden_until_guessed(browser):
    with opened(browser, Matrix()) as figure:
        figure.do(["press", "Predict first"])
        question, verdict = (
            "How many entries of the matrix can differ from 0?",
            "You said 24; it is 12.",
        )
        trials.check_guess(figure, question, [MATRIX], ["12 of its 24"], verdict)
