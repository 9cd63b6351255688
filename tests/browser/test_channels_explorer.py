"""The channels explorer shows what convkit computes, which is what torch computes."""

from functools import partial
from itertools import chain

import numpy as np
import pytest
import trials
from figures import opened, value_of

import convkit as ck
from convkit.explorers import Channels
from convkit.explorers.channels import MOST, N

SLIDERS = {"C": "inputs C", "D": "outputs D", "g": "groups g", "k": "kernel size k"}
BOARD, INPUT, KERNEL, MAP, SUM = "Board", "Input map", "Kernel", "Map", "Sum"

# What a bug in the JavaScript must be noticed as: file, what it says, what it would say.
BUGS = {
    "none": None,
    "groups interleaved": ("channels.js", "Math.floor(r / outputs) * inputs)", "r % g * inputs)"),
    "flipped kernel": (
        "channels.js",
        "j] += w[a][b] *",
        "j] += w[w.length - 1 - a][w.length - 1 - b] *",
    ),
    "rows for columns": ("channels.js", "x[c][top][left];", "x[c][left][top];"),
    "bias left out": ("channels.js", "start + sum(maps", "sum(maps"),
    "bias of a depthwise layer kept back": ("channels.js", "point(r, c) * b[c])", "0)"),
    "depthwise kernel of another channel": ("channels.js", "w[c][c][i][j]", "w[r][c][i][j]"),
    "weights counted without groups": ("channels.js", "D * inputs * k * k", "D * C * k * k"),
    "biases of one layer forgotten": ("channels.js", "D + (two ? C : 0)", "D"),
    "padding at the other side": ("channels.js", "(k - 1) / 2)", "k / 2)"),
    "a map too many": ("channels.js", "filter(n => n <= c)", "filter(n => n <= c + 1)"),
    "inputs not tied": (
        "channels.js",
        "`0,${c}`, `${r + 1},${c}`",
        "`${r + 1},${c}`",
    ),
}


def drawn(rng, **state):
    """Draw an explorer with random numbers."""
    shapes = {"x": (MOST, N, N), "w": (MOST, MOST, 3, 3), "b": (MOST,)}
    return Channels(**{key: rng.integers(-9, 10, shape) for key, shape in shapes.items()}, **state)


def next_setting(explorer, rng):
    """Change an explorer as a reader might; return the acts that do the same on the page."""
    acts = []
    for trait, high in {"C": MOST, "D": MOST, "k": 3, "g": MOST}.items():
        divisors = [g for g in range(1, MOST + 1) if explorer.C % g == explorer.D % g == 0]
        some = divisors if trait == "g" and rng.random() < 0.7 else range(1, high + 1)
        value = int(rng.choice(list(some)))
        if trait == "g" and explorer.layer == "two":
            continue
        setattr(explorer, trait, value)
        acts.append(["set", SLIDERS[trait], value])
    if explorer.problem():
        return acts
    return [*acts, pick(explorer, rng), edit(explorer, rng)]


def pick(explorer, rng):
    """Pick a kernel that is there; return the act."""
    r = int(rng.integers(explorer.D))
    c = first(explorer, r) + int(rng.integers(explorer.shares[0]))
    explorer.r, explorer.c = r, c
    return ["click", BOARD, r + 1, c]


def first(explorer, r):
    """The first input that an output reads."""
    inputs, outputs = explorer.shares
    return r // outputs * inputs


def edit(explorer, rng):
    """Change one number of the input that is shown; return the act."""
    (i, j), digit = rng.integers(N, size=2).tolist(), int(rng.integers(10))
    x = np.array(explorer.x)
    x[explorer.c, i, j] = digit
    explorer.x = x
    return ["key", INPUT, i, j, str(digit)]


def connected(explorer):
    """Which output reads which input, (D, C)."""
    one = np.kron(np.eye(explorer.groups, dtype=int), np.ones(explorer.shares[::-1], int))
    return one.reshape(explorer.D, explorer.C) > 0


def picture(explorer):
    """The numbers that the figure shows of what is picked, by convkit: view, array."""
    r, c = explorer.r, explorer.c
    start = first(explorer, r)
    kernel = explorer.kernels[r]

    def made(*channels):
        """The sum of the maps of some inputs."""
        chosen = [n - start for n in channels]
        weight = kernel[chosen][None]
        return ck.conv2d(explorer.input[list(channels)], weight, None, 1, "same")[0]

    sofar = made(*range(start, c + 1)) + explorer.biases[r]
    return {INPUT: explorer.input[c], KERNEL: kernel[c - start], MAP: made(c), SUM: sofar}


def differences(explorer, seen):
    """What the page shows otherwise than convkit computes it."""
    if seen.sentence != explorer.sentence():
        yield f"{seen.sentence!r} is {explorer.sentence()!r}"
    if explorer.problem():
        if not (seen.call.endswith("RuntimeError") and seen.warns and not seen.formula):
            yield f"no error: {seen.call} {seen.formula}"
        return
    for view, expected in picture(explorer).items():
        if not np.array_equal(seen.numbers(view), expected):
            yield f"{view} {seen.numbers(view).tolist()} is {expected.tolist()}"
    rows, columns = np.nonzero(~connected(explorer))
    if seen.marked(BOARD, "cx-none") != set(zip(rows + 1, columns, strict=True)):
        yield f"no kernels at {seen.marked(BOARD, 'cx-none')}"
    if seen.marked(BOARD, "cx-picked") != {(explorer.r + 1, explorer.c)}:
        yield f"picked {seen.marked(BOARD, 'cx-picked')}"
    biases = seen.texts(BOARD)[1:, explorer.C]
    if [value_of(text) for text in biases] != explorer.biases.tolist():
        yield f"biases {biases} are {explorer.biases}"
    counted = [f" = {explorer.weights}", f" {explorer.learned} ", f" = {explorer.multiplications}"]
    if not all(text in seen.formula.replace("multi", " multi") for text in counted):
        yield f"{seen.formula} should count {counted}"
    if not seen.call.endswith(f"→ {(1, *explorer.output.shape)}"):
        yield f"{seen.call} should end in {explorer.output.shape}"
    if explorer.layer == "one" and str(explorer.kernels.shape) not in seen.call:
        yield f"{seen.call} should have {explorer.kernels.shape}"


def expected_links(explorer):
    """For each place of each view, what should light up: by ones and zeros through the layer."""
    reads, bias, y = connected(explorer), explorer.C, explorer.C + 1
    pairs = [(int(r) + 1, int(c)) for r, c in np.argwhere(reads)]
    for column in range(explorer.C):
        below = {(r, at) for r, c in pairs for at in (c, y) if c == column}
        yield BOARD, (0, column), {BOARD: {(0, column)} | below}
    for r, c in pairs:
        yield BOARD, (r, c), {BOARD: {(0, c), (r, c), (r, y)}}
    for row in range(1, explorer.D + 1):
        beside = {(at, c) for r, c in pairs for at in (0, r) if r == row}
        yield BOARD, (row, y), {BOARD: beside | {(row, bias), (row, y)}}
        yield BOARD, (row, bias), {BOARD: {(row, bias), (row, y)}}
    one = np.ones((1, 1, explorer.k, explorer.k), int)
    for at in np.ndindex(N, N):
        x = trials.one_hot((N, N), *at)
        uses = trials.places(ck.conv2d(x[None], one, None, 1, "same")[0])
        yield INPUT, at, {INPUT: {at}, MAP: uses, SUM: uses}
        padded, before = (1, 1, N + explorer.k - 1, N + explorer.k - 1), (explorer.k - 1) // 2
        read = ck.conv2d_input(padded, one, x[None, None])[0, 0, before:, before:][:N, :N]
        for view in (MAP, SUM):
            yield view, at, {INPUT: trials.places(read), MAP: {at}, SUM: {at}}
    for a, b in np.ndindex(explorer.k, explorer.k):
        weight = trials.one_hot((explorer.k, explorer.k), a, b)[None, None]
        met = trials.places(ck.conv2d(np.ones((1, N, N), int), weight, None, 1, "same")[0])
        yield KERNEL, (a, b), {KERNEL: {(a, b)}, MAP: met, SUM: met}


def wrong_sum(explorer, view, at, written):
    """What is wrong with the sum that is written below the figure."""
    if view not in (MAP, SUM):
        return ""
    _, terms, value = written.split(" = ")
    right = picture(explorer)[view][at]
    return "" if value_of(terms) == value_of(value) == right else f"should be {right}"


def wrong_links(figure, explorer):
    yield from trials.wrong_links(figure, explorer, expected_links(explorer), wrong_sum)


def wrong(figure, explorer, rng):
    """All that can be found wrong with a figure."""
    yield from wrong_links(figure, explorer)
    yield from trials.mismatches(figure, explorer, rng, next_setting, differences, 25)


@pytest.mark.parametrize("layer", ["one", "two"])
def test_numbers_are_convkits(browser, layer):
    rng = np.random.default_rng(1)
    trials.check_settings(browser, drawn(rng, layer=layer), rng, next_setting, differences)


def test_it_is_an_error_where_convkit_raises_one():
    rng = np.random.default_rng(6)
    problems = trials.check_problems(drawn(rng), rng, next_setting)
    assert any("input" in problem for problem in problems)
    assert any("output" in problem for problem in problems)


@pytest.mark.parametrize("bug", trials.some(BUGS))
def test_a_bug_would_be_noticed(browser, bug, monkeypatch):
    rng = np.random.default_rng(3)
    explorers = [drawn(rng, C=4, D=6, g=2, k=2), drawn(rng, layer="two", C=2, D=3)]
    trials.check_noticed(browser, monkeypatch, BUGS[bug], explorers, partial(wrong, rng=rng))


def test_links_and_sums_are_convkits(browser):
    rng = np.random.default_rng(4)
    settings = [{"g": 2, "c": 1}, {"C": 3, "D": 6, "g": 3, "r": 5, "c": 2, "k": 2}]
    settings += [{"layer": "two", "D": 3}, {"C": 1, "D": 1, "k": 1, "r": 0}]
    trials.check_explorers(browser, [drawn(rng, **state) for state in settings], wrong_links)


# Of each field of the board, the sign of each number as its colour tells it: gold, violet, neither.
SIGNS = """(place, sizes) => {
    const canvas = place.querySelector('canvas'), ink = canvas.getContext('2d');
    const field = canvas.width / sizes[0].length;
    const sign = (x, y) => {
        const [red, , blue] = ink.getImageData(x, y, 1, 1).data;
        return Math.sign(red - blue);
    };
    return sizes.map((row, i) => row.map((n, j) => [...Array(n * n).keys()].map(at => {
        const step = Math.floor((field - 14) / n), [a, b] = [Math.floor(at / n), at % n];
        return sign(j * field + 7 + (b + 0.5) * step, i * field + 7 + (a + 0.5) * step);
    })));
}"""


@pytest.mark.parametrize("show", ["kernels", "maps"])
def test_the_board_shows_inputs_kernels_or_maps_and_outputs(browser, show):
    explorer = drawn(np.random.default_rng(5), C=4, D=6, g=2, show=show)
    shown = {(0, c): explorer.input[c] for c in range(explorer.C)}
    for r, c in np.argwhere(connected(explorer)):
        kernel = explorer.kernels[r, c - first(explorer, r)]
        made = ck.conv2d(explorer.input[c][None], kernel[None, None], None, 1, "same")[0]
        shown[r + 1, c] = made if show == "maps" else kernel
        shown[r + 1, explorer.C + 1] = explorer.output[r]
    fields = [[shown.get(at, np.zeros((1, 1))) for at in row] for row in board(explorer)]
    with opened(browser, explorer) as figure:
        seen = figure.place.evaluate(SIGNS, [[len(field) for field in row] for row in fields])
    most = max(np.abs(values).max() for values in shown.values())
    for field, colours in zip(chain(*fields), chain(*seen), strict=True):
        told = np.abs(field) > most / 50  # what is faint is white to the eye, too
        np.testing.assert_array_equal(np.reshape(colours, field.shape)[told], np.sign(field[told]))
    assert seen[1][explorer.C - 1] == [0], "a kernel of another group"


def board(explorer):
    """The places of the board, row by row."""
    return [[(i, j) for j in range(explorer.C + 2)] for i in range(explorer.D + 1)]


def test_the_numbers_of_the_lecture(browser):
    """From 4 to 8 channels: 296 numbers, in groups 152 or 80, and 80 in two layers."""
    learned = {
        "full": 296,
        "two groups": 152,
        "depthwise": 80,
        "1 × 1": 40,
        "separable": 80,
    }
    with opened(browser, Channels()) as figure:
        for layer, count in learned.items():
            figure.place.get_by_label("layer").select_option(label=layer)
            seen = figure.do()
            assert f"biases {count}" in seen.formula
            assert seen.controls["layer"] == layer
        figure.do(["set", "layer", "depthwise"], ["set", SLIDERS["C"], 3])
        assert figure.do().controls["layer"] == "as below"
        assert "torch raises an error" in figure.do().sentence


def test_steps_add_one_map_after_the_other(browser):
    explorer = Channels(C=3)
    with opened(browser, explorer) as figure:
        for c in (1, 2, 2):
            seen = figure.do(["press", "Next map"])
            assert seen.marked(BOARD, "cx-picked") == {(3, c)}
        assert np.array_equal(seen.numbers(SUM), explorer.output[2])


def test_kernels_of_two_layers_are_not_changed_by_hand(browser):
    with opened(browser, Channels(layer="two")) as figure:
        before = figure.do().texts(KERNEL)
        assert np.array_equal(figure.do(["key", KERNEL, 0, 0, "9"]).texts(KERNEL), before)


def test_the_address_keeps_kernels(browser):
    explorer = Channels()
    with opened(browser, explorer) as figure:
        figure.do(["key", KERNEL, 1, 2, "7"])
        figure.page.wait_for_url("**/*#channels=w_**")
        address = figure.page.url.partition("#")[2]
    with opened(browser, explorer, address=address) as figure:
        assert figure.do().numbers(KERNEL)[1, 2] == 7
        assert np.array_equal(figure.do(["click", BOARD, 8, 3]).numbers(KERNEL), explorer.w[7][3])
